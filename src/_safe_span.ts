import type { AttemptSpan } from "./provider.ts";
import { hush, quietly } from "./_quietly.ts";
import { type Attributes, noopSpan, type Span, type Tracer } from "./tracer.ts";

/** A span that cannot hurt the call. */
export interface SafeSpan {
  /** The tracer's own span. */
  readonly raw: Span | undefined;
  /** What a provider may use of it. */
  readonly span: AttemptSpan;
  /** Sets the last attributes, marks the span as failed if there is a `failure`, and ends it. */
  end(last: Attributes, failure?: string, message?: string): void;
}

/** Starts a span that cannot hurt the call. */
export type StartSpan = (name: string, attributes: Attributes, parent?: SafeSpan) => SafeSpan;

/** One call's use of a tracer. Once the tracer has thrown, the call goes on without telemetry; but spans are ended. */
export function safely(tracer: Tracer): StartSpan {
  let isBroken = false;
  const use = <T>(action: () => T): T | undefined => {
    if (isBroken) return undefined;
    try {
      return hush(action());
    } catch {
      isBroken = true;
    }
  };
  return (name, attributes, parent) => {
    // What is no span throws when it is used, which is as good as a broken tracer.
    const raw = use(() => tracer.startSpan(name, attributes, parent?.raw));
    let open = raw!;
    return {
      raw,
      // Of what records nothing, nothing need be contained.
      span: raw === noopSpan ? noopSpan : {
        setAttributes(added) {
          use(() => open.setAttributes(added));
        },
        run<T>(work: () => T) {
          let done: { readonly value?: T; readonly error?: unknown; readonly isThrown?: true } | undefined;
          // A broken tracer may call the work twice, or not at all: it runs once, and only its own throw is passed on.
          const once = () => {
            try {
              done ??= { value: work() };
            } catch (error) {
              done = { error, isThrown: true };
            }
            return done.value as T;
          };
          use(() => {
            const returned = open.run(once);
            // What the work gave is not the tracer's, and its caller waits for it.
            return returned === done?.value ? undefined : returned;
          });
          const value = once();
          if (done!.isThrown) throw done!.error;
          return value;
        },
      },
      end(last, failure, message) {
        use(() => open.setAttributes(last));
        if (failure) use(() => open.fail(failure, message));
        quietly(() => open.end());
        open = noopSpan;
      },
    };
  };
}

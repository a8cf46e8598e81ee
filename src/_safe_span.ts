import type { Ending } from "./_call_trace.ts";
import type { AttemptSpan } from "./provider.ts";
import { type Attributes, noopTracer, type Span, type Tracer } from "./tracer.ts";

/** A span that cannot hurt the call. */
export interface SafeSpan extends AttemptSpan {
  /** The tracer's own span. */
  readonly raw: Span | undefined;
  /** Sets the last attributes, marks the span as failed if that is how it ended, and ends it. */
  end(last: Attributes, ending: Ending): void;
}

/** Starts a span that cannot hurt the call. */
export type StartSpan = (name: string, attributes: Attributes, parent?: SafeSpan) => SafeSpan;

/** One call's use of a tracer. Once the tracer has thrown, the call goes on without telemetry; but spans are ended. */
export function safely(tracer: Tracer): StartSpan {
  let isBroken = tracer === noopTracer;
  const use = (action: () => unknown) => {
    isBroken ||= !quietly(action);
  };
  return (name, attributes, parent) => {
    let span: Span | undefined;
    use(() => span = tracer.startSpan(name, attributes, parent?.raw));
    // What is no span throws here, which is as good as a broken tracer.
    const useSpan = (action: (span: Span) => unknown) => span && use(() => action(span!));
    const setAttributes = (added: Attributes) => {
      useSpan((span) => span.setAttributes(added));
    };
    return {
      raw: span,
      setAttributes,
      run<T>(work: () => T) {
        // A broken tracer may call the work twice, or not at all: it runs once, and only its own throw is passed on.
        let outcome = (): T | void => {
          try {
            const value = work();
            outcome = () => value;
          } catch (error) {
            outcome = () => {
              throw error;
            };
          }
        };
        useSpan((span) => span.run(() => outcome()));
        outcome();
        return outcome() as T;
      },
      end(last, { "llm.outcome": outcome, "error.type": errorType, "llm.error": message }) {
        setAttributes(last);
        if (errorType && outcome !== "cancelled") useSpan((span) => span.fail(errorType, message));
        quietly(() => span?.end());
        span = undefined;
      },
    };
  };
}

/** Runs `action`; says whether it did not throw. A promise it returns is kept from rejecting unhandled. */
export function quietly(action: () => unknown): boolean {
  try {
    hush(action());
    return true;
  } catch {
    return false;
  }
}

/** Keeps a promise that nobody waits for from rejecting unhandled. */
export function hush(value: unknown): void {
  if (typeof (value as PromiseLike<unknown> | undefined)?.then === "function") Promise.resolve(value).catch(() => {});
}

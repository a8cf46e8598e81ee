import type { Failure } from "./_call_trace.ts";
import type { AttemptSpan } from "./provider.ts";
import { type Attributes, noopTracer, type Span, type Tracer } from "./tracer.ts";

/** A span that cannot hurt the call. */
export interface SafeSpan {
  /** The tracer's own span. */
  readonly raw: Span | undefined;
  /** What a provider may use of it. */
  readonly span: AttemptSpan;
  /** Sets the last attributes, marks the span as failed if that is how it ended, and ends it. */
  end(last: Attributes, failure?: Failure): void;
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
    let raw: Span | undefined;
    use(() => raw = tracer.startSpan(name, attributes, parent?.raw));
    // What is no span throws here, which is as good as a broken tracer.
    const useSpan = (action: (span: Span) => unknown) => raw && use(() => action(raw!));
    const span: AttemptSpan = {
      setAttributes(added) {
        useSpan((span) => span.setAttributes(added));
      },
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
    };
    return {
      raw,
      span,
      end(last, failure) {
        span.setAttributes(last);
        if (failure && failure["llm.outcome"] !== "cancelled") {
          useSpan((span) => span.fail(failure["error.type"] ?? "error", failure["llm.error"]));
        }
        quietly(() => raw?.end());
        raw = undefined;
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

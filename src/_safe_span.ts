import type { AttemptSpan } from "./provider.ts";
import type { Attributes, Span, Tracer } from "./tracer.ts";

/** One call's use of a tracer. Once the tracer has thrown, the call goes on without telemetry. */
export interface Telemetry {
  readonly tracer: Tracer;
  broken: boolean;
}

/** A span that cannot hurt the call. Who holds it can use it; ending it takes the static method. */
export class SafeSpan implements AttemptSpan {
  readonly #telemetry: Telemetry;
  readonly #span: Span;
  #ended = false;

  private constructor(telemetry: Telemetry, span: Span) {
    this.#telemetry = telemetry;
    this.#span = span;
  }

  static start(telemetry: Telemetry, name: string, attributes: Attributes, parent?: SafeSpan): SafeSpan | undefined {
    if (telemetry.broken) return undefined;
    try {
      const span = telemetry.tracer.startSpan(name, attributes, parent && parent.#span);
      if (typeof span?.end === "function") return new SafeSpan(telemetry, span);
      hush(span);
    } catch { /* as good as no span */ }
    telemetry.broken = true;
    return undefined;
  }

  /** Sets the last attributes, marks the span as failed if `errorType` is given, and ends it, even if the tracer broke. */
  static end(span: SafeSpan, attributes: Attributes, errorType?: string, message?: string): void {
    span.setAttributes(attributes);
    if (errorType !== undefined) span.#use((inner) => inner.fail(errorType, message));
    span.#ended = true;
    quietly(() => span.#span.end());
  }

  run<T>(work: () => T): T {
    let done = false;
    let result: { value: T } | undefined;
    let thrown: unknown;
    // A broken tracer may call the work twice, or not at all: it runs once, and only its own throw is passed on.
    const once = () => {
      if (done) return;
      done = true;
      try {
        result = { value: work() };
      } catch (error) {
        thrown = error;
      }
    };
    this.#use((inner) => inner.run(once));
    once();
    if (result === undefined) throw thrown;
    return (result as { value: T }).value;
  }

  setAttributes(attributes: Attributes): void {
    this.#use((inner) => inner.setAttributes(attributes));
  }

  #use(action: (span: Span) => unknown): void {
    if (this.#ended || this.#telemetry.broken) return;
    if (!quietly(() => action(this.#span))) this.#telemetry.broken = true;
  }
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

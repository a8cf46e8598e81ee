/**
 * The tracer port: everything tryspan needs of a tracing backend, and the null object that needs nothing.
 *
 * @module
 */

/** A value a span attribute can hold. */
export type AttributeValue =
  | string
  | number
  | boolean
  | readonly string[]
  | readonly number[]
  | readonly boolean[];

/** Span attributes by name. One that is `undefined` is not set. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

/** One open span. Whoever started it ends it, exactly once. */
export interface Span {
  /**
   * Runs `work` with this span active, so that spans opened inside become its children, and returns what it returns.
   * A backend without an active span just calls `work`.
   */
  run<T>(work: () => T): T;
  /** Adds attributes; a later value replaces an earlier one of the same name. */
  setAttributes(attributes: Attributes): void;
  /**
   * Marks the span as failed.
   *
   * @param type What went wrong, of low cardinality, e.g. `rate_limited`.
   * @param message For people; already free of credentials.
   */
  fail(type: string, message?: string): void;
  /** Ends the span now. */
  end(): void;
}

/** What a tracing backend must be able to do: start a span. */
export interface Tracer {
  /**
   * Starts a span of kind CLIENT.
   *
   * @param name The span's name.
   * @param attributes What is known beforehand, so that samplers see it.
   * @param parent A span of this same tracer; without it, whatever span is active.
   */
  startSpan(name: string, attributes: Attributes, parent?: Span): Span;
}

/** The span that records nothing. */
export const noopSpan: Span = {
  run: (work) => work(),
  setAttributes() {},
  fail() {},
  end() {},
};

/** The tracer that records nothing; the default. */
export const noopTracer: Tracer = { startSpan: () => noopSpan };

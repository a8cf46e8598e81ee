import { type Clock, systemClock } from "./clock.ts";
import type { Attributes, Span, Tracer } from "./tracer.ts";

/** Options of {@linkcode recordingTracer}. */
export interface RecordingTracerOptions {
  /** Where the spans' times come from. @default {systemClock} */
  readonly clock?: Pick<Clock, "now">;
}

/** A span as it was recorded. */
export interface RecordedSpan extends Span {
  /** The name it was started with. */
  readonly name: string;
  /** The attributes it was started with: what a sampler would have seen. */
  readonly startAttributes: Attributes;
  /** All attributes up to now. */
  readonly attributes: Attributes;
  /** What {@linkcode Span.fail} was called with last; `undefined` for a span that did not fail. */
  readonly status: { readonly type: string; readonly message: string | undefined } | undefined;
  /** The span it was started under; `undefined` for a root. */
  readonly parent: RecordedSpan | undefined;
  /** The clock's `now()` at the start, in milliseconds. */
  readonly startTime: number;
  /** The clock's `now()` at the first `end()`, in milliseconds; `undefined` while the span is open. */
  readonly endTime: number | undefined;
  /** How often `end()` was called: 0 while the span is open, and 1 from then on, if all is well. */
  readonly endCount: number;
  /** What was done to the span against the port's rules, in words. Such calls change nothing else. */
  readonly misuses: readonly string[];
}

/** A tracer that keeps every span in memory. */
export interface RecordingTracer extends Tracer {
  /** All spans, open ones too, in the order they were started. */
  readonly spans: readonly RecordedSpan[];
  /** The misuses of all spans. */
  readonly misuses: readonly string[];
  /** Starts a span and keeps it. */
  startSpan(name: string, attributes: Attributes, parent?: Span): RecordedSpan;
  /** The spans of one name, in the order they were started. */
  named(name: string): RecordedSpan[];
  /** Forgets all spans. */
  reset(): void;
}

/**
 * Creates a tracer that keeps every span in memory, for tests.
 *
 * A span that is started without a parent becomes the child of the innermost {@linkcode Span.run} that is on the call
 * stack right now. This does not cross an `await`: what the work starts later is a root, unless it names its parent.
 *
 * @example
 * ```ts
 * import { recordingTracer } from "@tryspan/tryspan/testing";
 *
 * const tracer = recordingTracer();
 * const span = tracer.startSpan("llm.call", { "llm.attempt": 0 });
 * span.fail("rate_limited");
 * span.end();
 *
 * tracer.spans[0]?.status; // { type: "rate_limited", message: undefined }
 * tracer.spans[0]?.endCount; // 1
 * ```
 */
export function recordingTracer({ clock = systemClock }: RecordingTracerOptions = {}): RecordingTracer {
  const active: Recorded[] = [];
  let spans: Recorded[] = [];
  return {
    get spans() {
      return spans;
    },
    get misuses() {
      return spans.flatMap((span) => span.misuses);
    },
    startSpan(name, attributes, parent = active.at(-1)) {
      const known = parent instanceof Recorded && parent.isOf(active) ? parent : undefined;
      const span = new Recorded(active, clock, name, attributes, known);
      if (parent !== known) span.blame("startSpan() with a parent of another tracer");
      spans.push(span);
      return span;
    },
    named: (name) => spans.filter((span) => span.name === name),
    reset() {
      spans = [];
    },
  };
}

class Recorded implements RecordedSpan {
  readonly startAttributes: Attributes;
  readonly attributes: Record<string, Attributes[string]> = {};
  readonly startTime: number;
  readonly misuses: string[] = [];
  status: RecordedSpan["status"];
  endTime: number | undefined;
  endCount = 0;
  readonly #active: Recorded[];
  readonly #clock: Pick<Clock, "now">;

  constructor(
    active: Recorded[],
    clock: Pick<Clock, "now">,
    readonly name: string,
    attributes: Attributes,
    readonly parent: RecordedSpan | undefined,
  ) {
    this.#active = active;
    this.#clock = clock;
    this.setAttributes(attributes);
    this.startAttributes = { ...this.attributes };
    this.startTime = clock.now();
  }

  run<T>(work: () => T): T {
    this.#active.push(this);
    try {
      return work();
    } finally {
      this.#active.pop();
    }
  }

  setAttributes(attributes: Attributes): void {
    if (this.endCount > 0) return this.blame("setAttributes() after end()");
    for (const [name, value] of Object.entries(attributes)) {
      if (value === undefined) continue;
      if (isAttributeValue(value)) this.attributes[name] = value;
      else this.blame(`'${name}' set to ${typeof value} ${String(value)}`);
    }
  }

  fail(type: string, message?: string): void {
    if (this.endCount > 0) return this.blame("fail() after end()");
    this.status = { type, message };
  }

  end(): void {
    if (++this.endCount > 1) return this.blame("end() after end()");
    this.endTime = this.#clock.now();
  }

  isOf(active: Recorded[]): boolean {
    return this.#active === active;
  }

  blame(misuse: string): void {
    this.misuses.push(`${this.name}: ${misuse}`);
  }
}

function isAttributeValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => typeof item === typeof value[0] && isScalar(item));
  return isScalar(value);
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}

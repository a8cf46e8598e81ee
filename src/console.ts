/**
 * A tracer for development: prints each finished call as a small waterfall.
 *
 * @module
 */

import { type Clock, systemClock } from "./clock.ts";
import type { Span, Tracer } from "./tracer.ts";
import { drawWaterfall, type TimedSpan } from "./_waterfall.ts";

export type { Clock } from "./clock.ts";
export type { Attributes, AttributeValue, Span, Tracer } from "./tracer.ts";

/** Where and how {@linkcode consoleTracer} prints. */
export interface ConsoleTracerOptions {
  /** Is given each finished call: several lines, without a line break at the end. @default {console.log} */
  readonly write?: (text: string) => void;
  /** The longest line, in characters; longer ones are wrapped. An integer, at least 20. @default {80} */
  readonly width?: number;
  /** Whether to use ANSI colours. @default {false} */
  readonly color?: boolean;
  /** Where time comes from. @default {systemClock} */
  readonly clock?: Clock;
}

const MIN_WIDTH = 20;

/**
 * Prints each call once it is over: a line for the call, then one for each attempt with its bar on the call's time
 * axis, its duration, outcome and tokens, and the wait that followed.
 *
 * A call is a span without a parent from this tracer, together with its children. Nothing is kept of a call that has
 * been printed.
 *
 * @param options Where and how to print.
 * @returns A tracer to hand to `callWithRetry`.
 * @throws {RangeError | TypeError} For a bad option.
 *
 * @example
 * ```ts
 * import { callWithRetry } from "@tryspan/tryspan";
 * import { consoleTracer } from "@tryspan/tryspan/console";
 *
 * const tracer = consoleTracer({ write: (text) => console.log(`\n${text}`) });
 * const echo = { name: "echo", chat: (request: { model: string }) => request.model };
 * await callWithRetry(echo, { model: "tiny" }, { tracer }); // prints a line for the call and one for its attempt
 * ```
 */
export function consoleTracer(options: ConsoleTracerOptions = {}): Tracer {
  if (typeof options !== "object" || !options) fail("options", "an object", options);
  const { write = print, width = 80, color = false, clock = systemClock } = options;
  if (typeof write !== "function") fail("write", "a function", write);
  if (typeof clock?.now !== "function") fail("clock", "a Clock", clock);
  if (!Number.isInteger(width) || width < MIN_WIDTH) {
    fail("width", `an integer >= ${MIN_WIDTH}`, width, typeof width === "number" ? RangeError : TypeError);
  }
  // Weak, so that a call lives as long as somebody holds one of its spans and no longer.
  const calls = new WeakMap<Span, Call>();
  return {
    startSpan(name, attributes, parent) {
      const timed: TimedSpan = { name, attributes, startedAt: clock.now() };
      const known = parent && calls.get(parent);
      const call = known && known.root.endedAt === undefined ? known : { root: timed, children: [] };
      if (call.root !== timed) call.children.push(timed);
      const span = openSpan(timed, () => {
        timed.endedAt = clock.now();
        if (call.root !== timed) return;
        write(drawWaterfall(timed, call.children.splice(0), { width, color }).join("\n"));
      });
      calls.set(span, call);
      return span;
    },
  };
}

function fail(name: string, rule: string, value: unknown, Type: ErrorConstructor = TypeError): never {
  const shown = Object(value) === value
    ? `of type ${typeof value}`
    : typeof value === "string"
    ? `"${value}"`
    : String(value);
  throw new Type(`Cannot create a console tracer: '${name}' must be ${rule}: current value is ${shown}`);
}

/** A root span with all that was started below it. */
interface Call {
  readonly root: TimedSpan;
  readonly children: TimedSpan[];
}

function openSpan(timed: TimedSpan, onEnd: () => void): Span {
  let open = true;
  return {
    run: (work) => work(),
    setAttributes(attributes) {
      if (open) timed.attributes = { ...timed.attributes, ...attributes };
    },
    fail(type) {
      if (open) timed.errorType = type;
    },
    end() {
      if (!open) return;
      open = false;
      onEnd();
    },
  };
}

function print(text: string): void {
  // deno-lint-ignore no-console
  console.log(text);
}

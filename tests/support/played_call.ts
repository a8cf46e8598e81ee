import {
  type AttemptContext,
  type AttemptRecord,
  type Attributes,
  callWithRetry,
  type Gate,
  type Jitter,
  type Span,
} from "../../mod.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** What the provider does in one attempt. */
export interface PlannedAttempt {
  /** Milliseconds until it answers or fails; `undefined` if it does so at once, without waiting. */
  readonly takesMs: number | undefined;
  /** Makes what it rejects with; without it, it answers. */
  readonly fail?: () => unknown;
  /** Whether it throws that before it returns a promise. */
  readonly throwsAtOnce?: boolean;
  /** What the server asks for, in milliseconds, if it does. */
  readonly wishMs?: number | undefined;
  /** Whether it ends when its signal says so, as `fetch` does, or does not care. */
  readonly listens: boolean;
  /** Milliseconds for which it blocks the thread before it waits. */
  readonly blocksMs?: number;
}

/** When the caller aborts: some microtasks after an instant, or in the middle of one of the core's calls to the outside. */
export type PlannedAbort = { readonly atMs: number; readonly hops: number } | { readonly inCallout: number };

/** Everything that happens to one call. */
export interface Plan {
  /** One for each attempt; attempts beyond them answer at once. */
  readonly attempts: readonly PlannedAttempt[];
  readonly abort?: PlannedAbort | undefined;
  readonly attemptTimeoutMs?: number | undefined;
  readonly deadlineMs?: number | undefined;
  readonly maxRetries: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  readonly maxRetryAfterMs: number;
  readonly jitter: Jitter;
  /** What `random()` gives, over and over. */
  readonly chances: readonly number[];
  readonly gates?: readonly Gate[] | undefined;
}

/** A span as far as the invariants look at it. */
export interface PlayedSpan {
  readonly name: string;
  readonly attributes: Record<string, Attributes[string]>;
  readonly parent: Span | undefined;
  readonly startTime: number;
  /** Whether the caller had aborted before it was started. */
  readonly cameAfterAbort: boolean;
  endTime: number;
  endCount: number;
  /** What was done to it after its end. */
  misuses: number;
}

/** One call of the provider. */
export interface PlayedAttempt {
  readonly at: number;
  readonly signal: AbortSignal;
  /** What it rejected with, or answered, in an array of one; empty as long as it has not. */
  readonly thrown: unknown[];
  readonly answered: object[];
}

/** What came of it. */
export interface Played {
  readonly settled: { readonly answer: unknown } | { readonly error: unknown };
  /** The clock's moments of the abort and of the end: the same one if the call ended at once. */
  readonly abortedIn: number | undefined;
  readonly settledIn: number;
  readonly startedAt: number;
  readonly settledAt: number;
  readonly reason: unknown;
  readonly attempts: readonly PlayedAttempt[];
  readonly spans: readonly PlayedSpan[];
  readonly records: readonly AttemptRecord[];
  /** Timers and listeners of the core's that were open when the call had settled. */
  readonly openTimers: number;
  readonly openListeners: number;
}

const request = { model: "m-1", messages: [] };

/** Makes the call that `plan` describes, on a clock that others may use at the same time. */
export async function play(plan: Plan, clock: VirtualClock): Promise<Played> {
  const controller = new AbortController();
  const { signal } = controller;
  const reason = { toString: () => "The caller's own reason" };
  const attempts: PlayedAttempt[] = [];
  const spans: PlayedSpan[] = [];
  const records: AttemptRecord[] = [];
  let abortedIn: number | undefined;
  let isSettled = false;
  let callouts = 0;
  let draws = 0;

  function abort(): void {
    if (signal.aborted || isSettled) return;
    abortedIn = clock.moment;
    controller.abort(reason);
  }

  const { abort: planned } = plan;
  const abortInCallout = planned && "inCallout" in planned ? planned.inCallout : -1;
  function callout(): void {
    if (callouts++ === abortInCallout) abort();
  }

  let abortTimer: unknown;
  if (planned && "atMs" in planned) {
    let { hops } = planned;
    const hop = (): unknown => hops-- > 0 ? Promise.resolve().then(hop) : abort();
    abortTimer = clock.setTimeout(hop, planned.atMs);
  }

  function chat(_request: unknown, context: AttemptContext): Promise<object> {
    const thrown: unknown[] = [];
    const answered: object[] = [];
    const { signal: own } = context;
    attempts.push({ at: clock.now(), signal: own, thrown, answered });
    callout();
    const { takesMs, fail, throwsAtOnce, listens, blocksMs = 0 } = plan.attempts[context.attempt] ?? ANSWERS;
    clock.skip(blocksMs);
    const throwNow = () => {
      const error = fail!();
      thrown.push(error);
      throw error;
    };
    if (fail && throwsAtOnce) throwNow();
    const finish = () => {
      if (fail) throwNow();
      const answer = { stopReason: "stop" };
      answered.push(answer);
      return answer;
    };
    if (takesMs === undefined) return new Promise((resolve) => resolve(finish()));
    return new Promise((resolve, reject) => {
      const timer = clock.setTimeout(() => {
        try {
          resolve(finish());
        } catch (error) {
          reject(error);
        }
      }, takesMs);
      if (listens) {
        own.addEventListener("abort", () => {
          clock.clearTimeout(timer);
          reject(own.reason);
        }, { once: true });
      }
    });
  }

  const timers = countTimers(clock, callout);
  const listeners = countListeners(signal);
  const { attemptTimeoutMs, deadlineMs, maxRetries, baseDelayMs, maxDelayMs, maxRetryAfterMs, gates } = plan;
  const { jitter } = plan;
  const startedAt = clock.now();
  const settled = await callWithRetry({ name: "demo", chat }, request, {
    signal,
    attemptTimeoutMs,
    deadlineMs,
    gates,
    clock: timers.clock,
    tracer: {
      startSpan(name, attributes, parent) {
        const span = new PlainSpan(name, parent, clock, signal.aborted, callout);
        span.setAttributes(attributes);
        spans.push(span);
        return span;
      },
    },
    onAttempt(record) {
      records.push(record);
      callout();
    },
    random() {
      callout();
      return plan.chances[draws++ % plan.chances.length] ?? 0;
    },
    retry: {
      maxRetries,
      baseDelayMs,
      maxDelayMs,
      maxRetryAfterMs,
      classify(error, builtIn) {
        callout();
        return builtIn(error);
      },
      jitter: typeof jitter !== "function" ? jitter : (...given) => {
        callout();
        return jitter(...given);
      },
    },
  }).then((answer) => ({ answer }), (error: unknown) => ({ error }));
  isSettled = true;
  clock.clearTimeout(abortTimer);
  return {
    settled,
    abortedIn,
    settledIn: clock.moment,
    startedAt,
    settledAt: clock.now(),
    reason,
    attempts,
    spans,
    records,
    openTimers: timers.open(),
    openListeners: listeners(),
  };
}

const ANSWERS: PlannedAttempt = { takesMs: undefined, listens: true };

class PlainSpan implements PlayedSpan, Span {
  readonly attributes: Record<string, Attributes[string]> = {};
  readonly startTime: number;
  endTime = NaN;
  endCount = 0;
  misuses = 0;
  readonly #clock: VirtualClock;
  readonly #callout: () => void;

  constructor(
    readonly name: string,
    readonly parent: Span | undefined,
    clock: VirtualClock,
    readonly cameAfterAbort: boolean,
    callout: () => void,
  ) {
    this.startTime = clock.now();
    this.#clock = clock;
    this.#callout = callout;
  }

  run<T>(work: () => T): T {
    this.#callout();
    return work();
  }

  setAttributes(added: Attributes): void {
    if (this.endCount > 0) this.misuses++;
    for (const key in added) if (added[key] !== undefined) this.attributes[key] = added[key];
    this.#callout();
  }

  fail(): void {
    if (this.endCount > 0) this.misuses++;
    this.#callout();
  }

  end(): void {
    this.endTime = this.#clock.now();
    this.endCount++;
    this.#callout();
  }
}

/** The clock as the core sees it, apart from the provider's timers. */
function countTimers(clock: VirtualClock, callout: () => void) {
  const open = new Set<unknown>();
  return {
    open: () => open.size,
    clock: {
      now() {
        callout();
        return clock.now();
      },
      date: clock.date,
      setTimeout(callback: () => void, ms: number) {
        const handle = clock.setTimeout(() => {
          open.delete(handle);
          callback();
        }, ms);
        open.add(handle);
        return handle;
      },
      clearTimeout(handle: unknown) {
        open.delete(handle);
        clock.clearTimeout(handle);
      },
    },
  };
}

function countListeners(signal: AbortSignal): () => number {
  const open = new Set<unknown>();
  const { addEventListener, removeEventListener } = AbortSignal.prototype;
  signal.addEventListener = (type: string, listener: EventListener) => {
    open.add(listener);
    addEventListener.call(signal, type, listener);
  };
  signal.removeEventListener = (type: string, listener: EventListener) => {
    open.delete(listener);
    removeEventListener.call(signal, type, listener);
  };
  return () => open.size;
}

import type { Clock } from "./clock.ts";

/** Options of {@linkcode fakeClock}. */
export interface FakeClockOptions {
  /** What `date()` starts at: milliseconds since 1970. @default {1767225600000} 2026-01-01T00:00:00Z */
  readonly date?: number;
  /**
   * Whether time moves by itself: once everything that runs without waiting has run, the next timer fires at once.
   * A loop with waits then finishes in no time, without the test pumping. Real I/O is not waited for.
   *
   * @default {false}
   */
  readonly autoAdvance?: boolean;
}

/** A clock that stands still until it is told to move. */
export interface FakeClock extends Clock {
  /** Timers that have neither fired nor been taken back. */
  readonly pendingTimers: number;
  /**
   * Sets a timer.
   *
   * @throws {RangeError} If `ms` is outside the port's range: NaN, negative, or over 2^30. Platform timers take such a
   * delay without a word, and may fire at once.
   */
  setTimeout(callback: () => void, ms: number): unknown;
  /**
   * Moves time on by `ms` milliseconds. Whatever timer comes due on the way fires in order, at its own time, also if it
   * was set on the way; work that a timer sets off runs before the next one fires. Rejects with what a timer throws.
   *
   * @param ms Milliseconds, 0 or more. 0 lets running work settle and fires what is due now.
   * @throws {RangeError} If `ms` is NaN, negative or infinite.
   */
  advance(ms: number): Promise<void>;
  /** Moves time on, timer by timer, until none is left. A timer that always sets another one makes it run forever. */
  runAll(): Promise<void>;
}

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

const MAX_DELAY_MS = 2 ** 30;

/**
 * Creates a clock for tests. `now()` starts at 0, `date()` at a fixed day, so that nobody mistakes one for the other.
 *
 * @example
 * ```ts
 * import { fakeClock } from "@tryspan/tryspan/testing";
 *
 * const clock = fakeClock();
 * let rang = false;
 * clock.setTimeout(() => rang = true, 1_000);
 *
 * await clock.advance(999); // rang is false
 * await clock.advance(1); // rang is true, clock.now() is 1000, clock.pendingTimers is 0
 * ```
 */
export function fakeClock({ date = 1_767_225_600_000, autoAdvance = false }: FakeClockOptions = {}): FakeClock {
  const timers: Timer[] = [];
  let time = 0;
  let pumping = false;

  function fireNext(): void {
    const timer = timers.shift();
    if (timer === undefined) return;
    time = Math.max(time, timer.due);
    timer.callback();
  }

  async function pump(): Promise<void> {
    pumping = true;
    try {
      while (timers.length > 0) {
        await turn();
        fireNext();
      }
    } finally {
      pumping = false;
    }
  }

  return {
    now: () => time,
    date: () => date + time,
    get pendingTimers() {
      return timers.length;
    },
    setTimeout(callback, ms) {
      if (!(ms >= 0 && ms <= MAX_DELAY_MS)) {
        throw new RangeError(
          `Cannot set a timer: 'ms' must be a number from 0 to ${MAX_DELAY_MS}: current value is ${ms}`,
        );
      }
      const timer: Timer = { due: time + ms, callback };
      const later = timers.findIndex(({ due }) => due > timer.due);
      timers.splice(later < 0 ? timers.length : later, 0, timer);
      if (autoAdvance && !pumping) pump();
      return timer;
    },
    clearTimeout(handle) {
      const index = timers.indexOf(handle as Timer);
      if (index >= 0) timers.splice(index, 1);
    },
    async advance(ms) {
      if (!(ms >= 0 && ms < Infinity)) {
        throw new RangeError(`Cannot advance the clock: 'ms' must be a finite number >= 0: current value is ${ms}`);
      }
      const target = time + ms;
      await turn();
      while (timers[0] !== undefined && timers[0].due <= target) {
        fireNext();
        await turn();
      }
      time = Math.max(time, target);
    },
    async runAll() {
      await turn();
      while (timers.length > 0) {
        fireNext();
        await turn();
      }
    },
  };
}

/**
 * One turn of the event loop, so that everything that can run without waiting has run. A message, because a platform
 * timer takes a millisecond or more and a test may fire thousands. A timer where there are no messages, and in workerd,
 * which hands them over before what else can run has run.
 */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof MessageChannel === "undefined") return void setTimeout(resolve, 0);
    const { port1, port2 } = new MessageChannel();
    let isTurn = false;
    port1.onmessage = () => {
      port1.close();
      port2.close();
      if (isTurn) resolve();
      else setTimeout(resolve, 0);
    };
    port2.postMessage(undefined);
    const hop = (left: number): unknown => left > 0 ? Promise.resolve(left - 1).then(hop) : isTurn = true;
    hop(HOPS);
  });
}

/** Steps of running work that a message leaves time for, if it is one of a turn of its own. */
const HOPS = 5;

import { setImmediate } from "node:timers";
import type { Clock } from "../../mod.ts";

/** A clock for very many calls, which counts. */
export interface VirtualClock extends Clock {
  /** Timers that have neither fired nor been taken back. */
  readonly openTimers: number;
  /** Grows each time everything that can run without waiting has run: two moments with one value are the same moment. */
  readonly moment: number;
  /** Lets time pass without a timer firing, as when the machine sleeps or something blocks the thread. */
  skip(ms: number): void;
  /** Moves time on from timer to timer until `work` has settled, and on until no timer is left that fires by then. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** Options of {@linkcode virtualClock}. */
export interface VirtualClockOptions {
  /** How much later than asked a timer fires, in milliseconds; asked once for each. @default {() => 0} */
  readonly lateMs?: () => number;
}

interface Timer {
  readonly due: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

/** What `date()` says at the start. */
export const START_DATE = 1_767_225_600_000;

/**
 * Creates a clock whose time moves by itself. Timers of one instant fire in one go, before anything that they set off
 * runs: whoever waits must cope with whatever else happens at the same time. Rejects delays outside the port's range.
 */
export function virtualClock({ lateMs = () => 0 }: VirtualClockOptions = {}): VirtualClock {
  const heap: Timer[] = [];
  let time = 0;
  let order = 0;
  let openTimers = 0;
  let moment = 0;

  function fire(timer: Timer): void {
    const { callback } = timer;
    if (callback === undefined) return;
    timer.callback = undefined;
    openTimers--;
    callback();
  }

  /** Fires the timers of the next instant; `false` if there is none. */
  function fireNext(): boolean {
    while (heap[0] !== undefined && heap[0].callback === undefined) pop(heap);
    const first = heap[0];
    if (first === undefined) return false;
    time = Math.max(time, first.due);
    const due: Timer[] = [];
    while (heap[0] !== undefined && heap[0].due <= time) due.push(pop(heap));
    due.forEach(fire);
    return true;
  }

  return {
    now: () => time,
    date: () => START_DATE + time,
    get openTimers() {
      return openTimers;
    },
    get moment() {
      return moment;
    },
    skip(ms) {
      time += ms;
    },
    setTimeout(callback, ms) {
      if (!(ms >= 0 && ms <= 2 ** 30)) throw new RangeError(`A timer was set for ${ms} ms`);
      const timer = { due: time + ms + lateMs(), order: order++, callback };
      openTimers++;
      push(heap, timer);
      return timer;
    },
    clearTimeout(handle) {
      const timer = handle as Timer | undefined;
      if (timer?.callback === undefined) return;
      timer.callback = undefined;
      openTimers--;
    },
    async run(work) {
      let isSettled = false;
      const result = work();
      const settled = () => isSettled = true;
      result.then(settled, settled);
      do {
        // A platform timer would take a millisecond, and a reused MessageChannel comes before what still can run.
        await new Promise<void>((resolve) => void setImmediate(resolve));
        moment++;
      } while (fireNext() || !isSettled && stuck());
      return await result;
    },
  };
}

function stuck(): never {
  throw new Error("Nothing is left to wait for, but the work has not settled");
}

// A binary heap, the earliest timer first; timers of one instant in the order they were set.

function isBefore(a: Timer, b: Timer): boolean {
  return a.due < b.due || a.due === b.due && a.order < b.order;
}

function push(heap: Timer[], timer: Timer): void {
  let at = heap.length;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(timer, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = timer;
}

/** Takes the earliest timer off a heap that is not empty. */
function pop(heap: Timer[]): Timer {
  const first = heap[0]!;
  const last = heap.pop()!;
  const size = heap.length;
  if (size === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    if (child + 1 < size && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return first;
}

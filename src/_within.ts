import type { Clock } from "./clock.ts";

/** Timers past 2^31 - 1 ms fire at once in every runtime; longer waits are made of several. */
const LONGEST_TIMER_MS = 1e9;

/**
 * Waits `ms` milliseconds; or, with `pending`, settles as that does, but rejects with a `TimeoutError` after `ms`. Either
 * way the signal ends it at once, with its own reason. Leaves no timer and no listener.
 */
export function within<T = void>(
  clock: Pick<Clock, "setTimeout" | "clearTimeout">,
  signal: AbortSignal | undefined,
  ms: number,
  pending?: Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let left = ms;
    let timer: unknown;
    let isOver = false;
    let watched: AbortSignal | undefined;
    const over = <V>(settle: (value: V) => void, value: V) => {
      if (isOver) return;
      isOver = true;
      clock.clearTimeout(timer);
      watched?.removeEventListener("abort", stop);
      settle(value);
    };
    const stop = () => over(reject, signal!.reason);
    const tick = () => {
      const step = Math.min(left, LONGEST_TIMER_MS);
      left -= step;
      if (step > 0) {
        timer = clock.setTimeout(tick, step);
        // Under `deno test`, Deno 2.9 runs microtasks inside the first setTimeout.
        if (isOver) clock.clearTimeout(timer);
      } else if (pending) over(reject, timeoutError(ms));
      else over(resolve, undefined as T);
    };
    pending?.then((value) => over(resolve, value), (error) => over(reject, error));
    const watch = () => {
      if (isOver) return;
      watched = signal;
      watched?.addEventListener("abort", stop);
      if (signal?.aborted) stop();
      else if (ms < Infinity) tick();
    };
    // What settles at once, needs neither listener nor timer.
    if (pending) Promise.resolve().then(watch);
    else watch();
  });
}

/** An error like the platform's own for a time limit. */
export function timeoutError(ms: number): DOMException {
  return new DOMException(`Timed out after ${Math.max(0, Math.round(ms))} ms`, "TimeoutError");
}

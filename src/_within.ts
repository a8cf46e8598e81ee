import type { Clock } from "./clock.ts";

/** Timers past 2^31 - 1 ms fire at once in every runtime; longer waits are made of several. */
const LONGEST_TIMER_MS = 2 ** 30;

/**
 * Settles as `pending` does, or, without it, fulfills when `ms` have passed; but rejects with the signal's own reason as
 * soon as it aborts. Leaves no timer and no listener.
 */
export function within<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
  pending?: PromiseLike<T> | T,
): Promise<T | void> {
  return new Promise<T | void>((resolve, reject) => {
    let timer: unknown;
    const settle = <V>(how: (value: V) => void) => (value: V) => {
      clock.clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      how(value);
    };
    const stop = settle(() => reject(signal?.reason));
    const arm = () => {
      const step = Math.min(ms, LONGEST_TIMER_MS);
      ms -= step;
      timer = clock.setTimeout(ms > 0 ? arm : settle(resolve), step);
    };
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) return stop(signal);
    if (ms < Infinity) arm();
    else Promise.resolve(pending).then(settle(resolve), settle(reject));
  });
}

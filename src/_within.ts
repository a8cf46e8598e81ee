import type { Clock } from "./clock.ts";

/** Timers past 2^31 - 1 ms fire at once in every runtime; longer waits are made of several. */
const LONGEST_TIMER_MS = 2 ** 30;

/**
 * Waits `ms` milliseconds; or, with `pending`, settles as that does, but rejects with a `TimeoutError` after `ms`. Either
 * way the signal ends it at once, with its own reason. Leaves no timer and no listener.
 */
export function within<T>(
  { clock, signal }: { readonly clock: Clock; readonly signal?: AbortSignal | undefined },
  ms: number,
  pending?: Promise<T>,
): Promise<T | void> {
  return new Promise<T | void>((resolve, reject) => {
    let left = ms;
    let timer: unknown;
    const over = <V>(settle: (value: V) => void) => (value: V) => {
      if (timer !== undefined) clock.clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      settle(value);
    };
    const stop = () => over(reject)(signal?.reason);
    const late = () => pending ? over(reject)(timeoutError(`Timed out after ${ms} ms`)) : over(resolve)();
    const arm = () => {
      const step = Math.min(left, LONGEST_TIMER_MS);
      left -= step;
      timer = clock.setTimeout(left > 0 ? arm : late, step);
    };
    pending?.then(over(resolve), over(reject));
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) stop();
    else if (ms < Infinity) arm();
  });
}

/** An error like the platform's own for a time limit. */
export function timeoutError(message: string): DOMException {
  return new DOMException(message, "TimeoutError");
}

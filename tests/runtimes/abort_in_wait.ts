import { callWithRetry, type Clock, systemClock } from "../../mod.ts";

/** What aborting a wait came to. */
export interface Aborted {
  /** The wait that it ended, as it was announced. */
  readonly waitMs: number;
  /** From the abort to the end of the call, by a clock that some runtimes stop while nothing is received. */
  readonly settledMs: number;
  /** Whether the call had ended before a timer of 0 ms, set just before the abort, could fire. */
  readonly cameFirst: boolean;
  /** Whether the call was rejected with the caller's own reason. */
  readonly hasReason: boolean;
  /** Timers of the call's that are left. */
  readonly openTimers: number;
}

/** Aborts calls that wait for 60 s, one after the other, in real time. Runs in any runtime. */
export async function abortInWait({ times }: { readonly times: number }): Promise<Aborted[]> {
  const results: Aborted[] = [];
  while (results.length < times) results.push(await abortOnce());
  return results;
}

async function abortOnce(): Promise<Aborted> {
  const controller = new AbortController();
  const reason = { why: "The user left" };
  const timers = new Set<unknown>();
  const clock: Clock = {
    ...systemClock,
    setTimeout(callback, ms) {
      const timer = systemClock.setTimeout(() => {
        timers.delete(timer);
        callback();
      }, ms);
      timers.add(timer);
      return timer;
    },
    clearTimeout(timer) {
      timers.delete(timer);
      systemClock.clearTimeout(timer);
    },
  };
  let waitMs = 0;
  const call = callWithRetry(
    { name: "demo", chat: () => Promise.reject({ status: 429, headers: { "retry-after": "60" } }) },
    { model: "m-1" },
    {
      clock,
      signal: controller.signal,
      retry: { jitter: "none" },
      onAttempt: (record) => waitMs = record["llm.retry.delay_ms"] ?? 0,
    },
  );
  let isSettled = false;
  const settled = call.then(() => undefined, (error: unknown) => {
    isSettled = true;
    return { at: performance.now(), hasReason: error === reason };
  });
  // Well into the wait.
  await new Promise((resolve) => setTimeout(resolve, 20));
  const timerFired = new Promise<boolean>((resolve) => setTimeout(() => resolve(isSettled), 0));
  const abortedAt = performance.now();
  controller.abort(reason);
  const { at = Infinity, hasReason = false } = await settled ?? {};
  return { waitMs, settledMs: at - abortedAt, cameFirst: await timerFired, hasReason, openTimers: timers.size };
}

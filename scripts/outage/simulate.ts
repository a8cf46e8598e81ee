import { callWithRetry, type Gate } from "../../mod.ts";
import { virtualClock } from "../../tests/support/virtual_clock.ts";

/** An outage, and who walks into it. */
export interface Outage {
  /** Calls that are made, evenly spread over `arrivalMs`. */
  readonly calls: number;
  readonly arrivalMs: number;
  /** From the start on, the provider is down for so long: it answers `status`. */
  readonly downMs: number;
  readonly status: 503 | 429;
  /** Seconds that it asks to wait while it is down, if it does: until it is back, but at most so many. */
  readonly retryAfterS?: number;
  /** Requests that it can answer in a second when it is back; more are answered `status`. */
  readonly capacityPerS: number;
}

/** What came of it. */
export interface Load {
  /** Requests that reached the provider, by second. */
  readonly perSecond: readonly number[];
  /** Those of them that were retries. */
  readonly retriesPerSecond: readonly number[];
  readonly succeeded: number;
  readonly failed: number;
  /** When the requests that followed a wait came, in milliseconds. */
  readonly retriedAt: readonly number[];
  /** Milliseconds from a call's start to its success, in order. */
  readonly latencies: readonly number[];
}

/** How long the provider takes to answer. */
const ANSWER_MS = 400;
const REFUSE_MS = 50;

/** Plays an outage on a virtual clock; chance comes from `random`. */
export async function simulate(outage: Outage, gates: readonly Gate[], random: () => number): Promise<Load> {
  const { calls, arrivalMs, downMs, status, retryAfterS, capacityPerS } = outage;
  const clock = virtualClock();
  const perSecond: number[] = [];
  const retriesPerSecond: number[] = [];
  const retriedAt: number[] = [];
  const latencies: number[] = [];
  const accepted: number[] = [];
  let succeeded = 0;
  const wait = (ms: number) => new Promise<void>((resolve) => void clock.setTimeout(resolve, ms));

  const provider = {
    name: "demo",
    async chat(_: unknown, { attempt }: { attempt: number }) {
      const now = clock.now();
      const second = Math.floor(now / 1000);
      perSecond[second] = (perSecond[second] ?? 0) + 1;
      if (attempt > 0) {
        retriesPerSecond[second] = (retriesPerSecond[second] ?? 0) + 1;
        retriedAt.push(now);
      }
      const isDown = now < downMs;
      const isAccepted = !isDown && (accepted[second] ?? 0) < capacityPerS;
      if (isAccepted) accepted[second] = (accepted[second] ?? 0) + 1;
      await wait(isAccepted ? ANSWER_MS : REFUSE_MS);
      if (isAccepted) return { stopReason: "stop" };
      const seconds = retryAfterS === undefined
        ? undefined
        : isDown
        ? Math.min(retryAfterS, Math.ceil((downMs - now) / 1000))
        : 1;
      const headers = seconds === undefined ? {} : { "retry-after": String(seconds) };
      throw Object.assign(new Error(`HTTP ${status}`), { status, headers });
    },
  };

  async function call(startMs: number): Promise<void> {
    await wait(startMs);
    try {
      await callWithRetry(provider, { model: "m-1" }, { clock, random, gates });
      succeeded++;
      latencies.push(clock.now() - startMs);
    } catch { /* counted as the rest */ }
  }

  await clock.run(() => Promise.all(Array.from({ length: calls }, (_, index) => call(index / calls * arrivalMs))));
  return {
    perSecond: Array.from(perSecond, (count) => count ?? 0),
    retriesPerSecond: Array.from(perSecond, (_, second) => retriesPerSecond[second] ?? 0),
    succeeded,
    failed: calls - succeeded,
    retriedAt,
    latencies: latencies.sort((a, b) => a - b),
  };
}

/** All requests of a load. */
export function requestsOf({ perSecond }: Pick<Load, "perSecond">): number {
  return perSecond.reduce((sum, count) => sum + count, 0);
}

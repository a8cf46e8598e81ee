/**
 * How much of a backoff may vary: `full` draws from 0 to the whole of it, `equal` from half of it to the whole, `none`
 * waits exactly the whole. A function gets the whole in milliseconds and the 0-based attempt, and gives the wait.
 */
export type Jitter = "full" | "equal" | "none" | ((ceilingMs: number, attempt: number) => number);

/** When to try again, and how long to wait before it. */
export interface BackoffPolicy {
  /** The first backoff's ceiling, in milliseconds; it doubles with every attempt. */
  readonly baseDelayMs: number;
  /** No backoff is longer, in milliseconds. */
  readonly maxDelayMs: number;
  /** How much of it may vary. */
  readonly jitter: Jitter;
}

/** The part of `min(maxDelayMs, baseDelayMs * 2^attempt)` that is always waited, and the part that chance adds. */
export function backoff(
  attempt: number,
  { baseDelayMs, maxDelayMs, jitter }: BackoffPolicy,
  chance: number,
): { readonly fixedMs: number; readonly jitterMs: number } {
  // 2^1000 is still finite, so that 0 * 2^attempt stays 0.
  const ceilingMs = Math.min(maxDelayMs, baseDelayMs * 2 ** Math.min(attempt, 1000));
  if (typeof jitter === "function") return { fixedMs: 0, jitterMs: ownJitter(jitter, ceilingMs, attempt) };
  const fixedMs = jitter === "none" ? ceilingMs : jitter === "equal" ? ceilingMs / 2 : 0;
  return { fixedMs, jitterMs: (ceilingMs - fixedMs) * chance };
}

/** A function of the caller's may be wrong or throw; a delay must not. */
function ownJitter(jitter: (ceilingMs: number, attempt: number) => number, ceilingMs: number, attempt: number): number {
  try {
    const ms = jitter(ceilingMs, attempt);
    if (ms >= 0 && ms < Infinity) return ms;
  } catch { /* as good as no answer */ }
  return ceilingMs;
}

/**
 * How much of a backoff may vary: `full` draws from 0 to the whole of it, `equal` from half of it to the whole, `none`
 * waits exactly the whole.
 */
export type Jitter = "full" | "equal" | "none";

/** The share of a backoff that is left to chance. */
const SHARES: Readonly<Record<Jitter, number>> = { full: 1, equal: 0.5, none: 0 };

/**
 * `min(maxDelayMs, baseDelayMs * 2^attempt)`, varied by `jitter`.
 *
 * @param chance In [0, 1).
 * @returns The whole wait, and the part of it that chance added, in milliseconds.
 */
export function backoff(
  attempt: number,
  { baseDelayMs, maxDelayMs, jitter }: { baseDelayMs: number; maxDelayMs: number; jitter: Jitter },
  chance: number,
): [totalMs: number, jitterMs: number] {
  // 2^attempt may be infinite, and 0 times that is NaN.
  const ceilingMs = Math.min(maxDelayMs, baseDelayMs * 2 ** attempt) || 0;
  const variableMs = ceilingMs * SHARES[jitter];
  return [ceilingMs - variableMs * (1 - chance), variableMs * chance];
}

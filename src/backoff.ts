/**
 * How much of a backoff may vary: `full` draws from 0 to the whole of it, `equal` from half of it to the whole, `none`
 * waits exactly the whole.
 */
export type Jitter = "full" | "equal" | "none";

/** A backoff in two parts: what is always waited, and what chance adds. Both in milliseconds. */
export interface Backoff {
  /** Always waited. */
  readonly fixedMs: number;
  /** Added by chance. */
  readonly jitterMs: number;
}

/** `min(maxDelayMs, baseDelayMs * 2^attempt)`, split by `jitter`. `chance` is in [0, 1). */
export function backoff(
  attempt: number,
  { baseDelayMs, maxDelayMs, jitter }: { baseDelayMs: number; maxDelayMs: number; jitter: Jitter },
  chance: number,
): Backoff {
  // 2^1000 is still finite, so that 0 * 2^attempt stays 0.
  const ceiling = Math.min(maxDelayMs, baseDelayMs * 2 ** Math.min(attempt, 1000));
  const fixedMs = jitter === "none" ? ceiling : jitter === "equal" ? ceiling / 2 : 0;
  return { fixedMs, jitterMs: (ceiling - fixedMs) * chance };
}

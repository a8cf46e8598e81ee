import { quietly } from "./_quietly.ts";

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
  policy: BackoffPolicy,
  chance: number,
): readonly [fixedMs: number, jitterMs: number] {
  const { jitter } = policy;
  // 0 * 2^1024 is NaN.
  const ceilingMs = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** attempt) || 0;
  if (typeof jitter === "function") return [0, ask(() => jitter(ceilingMs, attempt), Infinity, ceilingMs)];
  const fixedMs = jitter === "none" ? ceilingMs : jitter === "equal" ? ceilingMs / 2 : 0;
  return [fixedMs, (ceilingMs - fixedMs) * chance];
}

/** What a function of the caller's says, from 0 to `end`. It may be wrong or throw; a delay must not. */
export function ask(say: () => number, end: number, otherwise: number): number {
  const said = quietly(say);
  return typeof said === "number" && said >= 0 && said < end ? said : otherwise;
}

import type { AttemptRecord } from "./attempt_record.ts";
import { backoff, type BackoffPolicy } from "./backoff.ts";
import type { Classification } from "./classify.ts";

/** When to try again, and how long to wait before it. */
export interface RetryPolicy extends BackoffPolicy {
  /** Retries after the first try. */
  readonly maxRetries: number;
  /** A server that asks for more milliseconds than this ends the call. */
  readonly maxRetryAfterMs: number;
}

/** What follows a failed attempt, in the record's own terms; the wait is set when that is `retry`. */
export type Decision = Pick<AttemptRecord, "llm.retry.decision" | "llm.retry.delay_ms" | "llm.retry.delay_source">;

/** On top of a server's wish, up to this share of it, so that clients told the same do not come back together. */
const WISH_JITTER = 0.1;

/**
 * Decides what follows attempt number `attempt`, with `leftMs` to the deadline. The server's wish is never undercut, and
 * no wait is started that cannot end in time.
 */
export function decide(
  { retryable, retryAfterMs: wishMs = -1, retryAfterSource = "retry-after" }: Classification,
  attempt: number,
  policy: RetryPolicy,
  random: () => number,
  leftMs: number,
): Decision {
  if (!retryable) return { "llm.retry.decision": "not_retryable" };
  if (attempt >= policy.maxRetries) return { "llm.retry.decision": "exhausted" };
  if (wishMs > policy.maxRetryAfterMs) return { "llm.retry.decision": "retry_after_too_long" };
  const chance = policy.jitter === "none" ? 0 : draw(random);
  const { fixedMs, jitterMs } = backoff(attempt, policy, chance);
  const backoffMs = fixedMs + jitterMs;
  const isWish = wishMs === 0 || wishMs >= backoffMs;
  const delayMs = Math.ceil(isWish ? wishMs * (1 + WISH_JITTER * chance) || jitterMs : backoffMs);
  if (delayMs >= leftMs) return { "llm.retry.decision": "deadline" };
  return {
    "llm.retry.decision": "retry",
    "llm.retry.delay_ms": delayMs,
    "llm.retry.delay_source": isWish ? retryAfterSource : "backoff",
  };
}

/** A `random` of the caller's may be wrong or throw; a delay must not. */
function draw(random: () => number): number {
  try {
    const chance = random();
    if (chance >= 0 && chance < 1) return chance;
  } catch { /* as good as no answer */ }
  return Math.random();
}

import type { AttemptRecord } from "./attempt_record.ts";
import { backoff, type Jitter } from "./backoff.ts";
import type { Classification } from "./classify.ts";

/** When to try again, and how long to wait before it. */
export interface RetryPolicy {
  /** Retries after the first try. */
  readonly maxRetries: number;
  /** The first backoff's ceiling, in milliseconds; it doubles with every attempt. */
  readonly baseDelayMs: number;
  /** No backoff is longer, in milliseconds. */
  readonly maxDelayMs: number;
  /** A server that asks for more milliseconds than this ends the call. */
  readonly maxRetryAfterMs: number;
  /** How much of a backoff may vary. */
  readonly jitter: Jitter;
}

/** What follows a failed attempt, in the record's own terms; the wait is set when that is `retry`. */
export type Decision = Pick<AttemptRecord, "llm.retry.decision" | "llm.retry.delay_ms" | "llm.retry.delay_source">;

/** On top of a server's wish, up to this share of it, so that clients told the same do not come back together. */
const WISH_JITTER = 0.1;

/** Decides what follows attempt number `attempt`. The server's wish is never undercut. */
export function decide(failure: Classification, attempt: number, policy: RetryPolicy, random: () => number): Decision {
  const wishMs = failure.retryAfterMs ?? -1;
  const decision = !failure.retryable
    ? "not_retryable"
    : attempt >= policy.maxRetries
    ? "exhausted"
    : wishMs > policy.maxRetryAfterMs
    ? "retry_after_too_long"
    : "retry";
  if (decision !== "retry") return { "llm.retry.decision": decision };
  const chance = policy.jitter === "none" ? 0 : draw(random);
  const [backoffMs, jitterMs] = backoff(attempt, policy, chance);
  const isWish = wishMs === 0 || wishMs >= backoffMs;
  return {
    "llm.retry.decision": decision,
    "llm.retry.delay_ms": Math.ceil(isWish ? wishMs * (1 + WISH_JITTER * chance) || jitterMs : backoffMs),
    "llm.retry.delay_source": (isWish && failure.retryAfterSource) || "backoff",
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

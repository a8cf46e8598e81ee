import type { RetryDecision } from "./attempt_record.ts";
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

/** What happens after a failed attempt. */
export interface Decision {
  /** What was decided. */
  readonly decision: RetryDecision;
  /** The wait, in whole milliseconds; set when the decision is `retry`. */
  readonly delayMs?: number;
  /** Where the wait comes from; set when the decision is `retry`. */
  readonly delaySource?: string;
}

/** On top of a server's wish, up to this share of it, so that clients told the same do not come back together. */
const WISH_JITTER = 0.1;

/** Decides what follows attempt number `attempt`. The server's wish is never undercut. */
export function decide(failure: Classification, attempt: number, policy: RetryPolicy, random: () => number): Decision {
  if (!failure.retryable) return { decision: "not_retryable" };
  if (attempt >= policy.maxRetries) return { decision: "exhausted" };
  const { retryAfterMs: wish, retryAfterSource: source = "retry-after" } = failure;
  if (wish !== undefined && wish > policy.maxRetryAfterMs) return { decision: "retry_after_too_long" };
  const { fixedMs, jitterMs } = backoff(attempt, policy, random());
  const ownMs = fixedMs + jitterMs;
  if (wish === undefined || (wish > 0 && wish < ownMs)) {
    return { decision: "retry", delayMs: Math.ceil(ownMs), delaySource: "backoff" };
  }
  const extraMs = wish === 0 ? jitterMs : policy.jitter === "none" ? 0 : wish * WISH_JITTER * random();
  return { decision: "retry", delayMs: Math.ceil(wish + extraMs), delaySource: source };
}

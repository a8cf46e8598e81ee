import type { RetryDecision } from "./attempt_record.ts";
import { ask, backoff, type BackoffPolicy } from "./backoff.ts";
import type { Classification } from "./classify.ts";

/** When to try again, and how long to wait before it. */
export interface RetryPolicy extends BackoffPolicy {
  /** Retries after the first try. */
  readonly maxRetries: number;
  /** A server that asks for more milliseconds than this ends the call. */
  readonly maxRetryAfterMs: number;
}

/** What follows a failed attempt. */
export interface Decision {
  /** Whether to try again, or why not. */
  readonly decision: RetryDecision;
  /** The wait before the next attempt; set when the decision is `retry`. */
  readonly retryInMs?: number | undefined;
  /** Where that wait comes from. */
  readonly delaySource?: string | undefined;
}

/** On top of a server's wish, up to this share of it, so that clients told the same do not come back together. */
const WISH_JITTER = 0.1;

/**
 * Decides what follows attempt number `attempt`, with `leftMs` to the deadline. The server's wish is never undercut, and
 * no wait is started that cannot end in time.
 */
export function decide(
  failure: Classification,
  attempt: number,
  policy: RetryPolicy,
  random: () => number,
  leftMs: number,
): Decision {
  const wishMs = typeof failure.retryAfterMs === "number" ? failure.retryAfterMs : -1;
  const chance = policy.jitter === "none" ? 0 : ask(random, 1, Math.random());
  const [fixedMs, jitterMs] = backoff(attempt, policy, chance);
  const backoffMs = fixedMs + jitterMs;
  const isWish = wishMs === 0 || wishMs >= backoffMs;
  const retryInMs = Math.ceil(isWish ? wishMs * (1 + WISH_JITTER * chance) || jitterMs : backoffMs);
  const decision = !failure.retryable
    ? "not_retryable"
    : attempt >= policy.maxRetries
    ? "exhausted"
    : wishMs > policy.maxRetryAfterMs
    ? "retry_after_too_long"
    : retryInMs >= leftMs
    ? "deadline"
    : "retry";
  return decision === "retry"
    ? { decision, retryInMs, delaySource: isWish ? failure.retryAfterSource ?? "retry-after" : "backoff" }
    : { decision };
}

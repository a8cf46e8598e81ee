import type { Usage } from "./provider.ts";

/** How an attempt or a whole call came out. */
export type Outcome = "ok" | "error" | "timeout" | "cancelled";

/** What was decided after an attempt failed. */
export type RetryDecision =
  | "retry"
  | "not_retryable"
  | "exhausted"
  | "deadline"
  | "retry_after_too_long"
  | "refused"
  | "cancelled"
  | "already_streaming";

/** Everything an attempt's `llm.call` span gets, as a plain object: for logs, metrics and accounting. */
export interface AttemptRecord {
  /** The caller's task. */
  readonly taskId?: string;
  /** The provider's name. */
  readonly provider: string;
  /** The requested model. */
  readonly model?: string;
  /** 0 for the first try. */
  readonly attempt: number;
  /** Tools offered in the request. */
  readonly toolCount?: number;
  /** Messages in the request. */
  readonly messageCount?: number;
  /** When the attempt started: milliseconds since 1970. */
  readonly startedAt: number;
  /** Wall clock of this attempt alone, in whole milliseconds. */
  readonly durationMs: number;
  /** How it came out. */
  readonly outcome: Outcome;
  /** Token counts, if reported. */
  readonly usage?: Usage;
  /** Why the model stopped, normalized. Only on success. */
  readonly stopReason?: string;
  /** The sanitized error message. Only on failure. */
  readonly error?: string;
  /** What went wrong, of low cardinality. Only on failure. */
  readonly errorType?: string;
  /** HTTP status, if known. */
  readonly statusCode?: number;
  /** The provider's request id, if known. */
  readonly requestId?: string;
  /** What was decided. Only on failure. */
  readonly decision?: RetryDecision;
  /** The wait that follows, in whole milliseconds. Only when the decision is `retry`. */
  readonly delayMs?: number;
  /** Where that wait comes from, e.g. `retry-after` or `backoff`. Only when the decision is `retry`. */
  readonly delaySource?: string;
}

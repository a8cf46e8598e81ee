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

/**
 * What an attempt's `llm.call` span gets, under the same names, as a plain object: for logs, metrics and accounting. The
 * call's own `attributes` are in it too.
 */
export interface AttemptRecord {
  /** The caller's task. */
  readonly "task.id"?: string;
  /** The provider's name. */
  readonly "llm.provider": string;
  /** The requested model. */
  readonly "llm.model"?: string;
  /** 0 for the first try; equals the number of retries before it. */
  readonly "llm.attempt": number;
  /** Tools offered in the request. */
  readonly "llm.tool_count"?: number;
  /** Messages in the request. */
  readonly "llm.message_count"?: number;
  /** Set on streams. */
  readonly "llm.stream"?: true;
  /** OpenTelemetry's name for `llm.attempt`; set when that is over 0. */
  readonly "http.request.resend_count"?: number;
  /** How long this attempt waited at gates before it started, in whole milliseconds; set when over 0. */
  readonly "llm.queue_ms"?: number;
  /** Wall clock of this attempt alone, waits not counted, in whole milliseconds. */
  readonly "llm.duration_ms": number;
  /** Until the first content of a stream, in whole milliseconds; set once that came. */
  readonly "llm.first_chunk_ms"?: number;
  /** Time a stream spent waiting for the provider, in whole milliseconds; a slow consumer does not inflate it. */
  readonly "llm.wait_ms"?: number;
  /** How the attempt came out. */
  readonly "llm.outcome": Outcome;
  /** Prompt tokens as the provider counts them, if reported, like the four below. */
  readonly "llm.input_tokens"?: number;
  /** Tokens in the answer. */
  readonly "llm.output_tokens"?: number;
  /** Prompt tokens read from the provider's cache. */
  readonly "llm.cache_read_tokens"?: number;
  /** Prompt tokens written to the provider's cache. */
  readonly "llm.cache_creation_tokens"?: number;
  /** Output tokens spent on reasoning. */
  readonly "llm.reasoning_tokens"?: number;
  /** Set when a stream ended before the provider had reported all usage. */
  readonly "llm.usage_partial"?: true;
  /**
   * Why the model stopped: `end_turn`, `tool_use`, `max_tokens`, `stop_sequence`, `content_filter`, `refusal`, `pause`,
   * or an unknown reason as the provider spells it. Only on success.
   */
  readonly "llm.stop_reason"?: string;
  /** The sanitized error message, at most 256 characters. Only on failure, and not if it was turned off. */
  readonly "llm.error"?: string;
  /** What went wrong, e.g. `rate_limited`; see {@linkcode Classification}. Only on failure. */
  readonly "error.type"?: string;
  /** HTTP status, if known. */
  readonly "http.response.status_code"?: number;
  /** What was decided. Only on failure. */
  readonly "llm.retry.decision"?: RetryDecision;
  /** The wait that follows, in whole milliseconds. Only when the decision is `retry`. */
  readonly "llm.retry.delay_ms"?: number;
  /** Where that wait comes from, e.g. `retry-after` or `backoff`. Only when the decision is `retry`. */
  readonly "llm.retry.delay_source"?: string;
  /** The gate that refused. Only when the decision is `refused`. */
  readonly "llm.retry.gate"?: string;
  /** The provider's request id, if known. */
  readonly "llm.request_id"?: string;
}

/**
 * The record of an attempt, after the fact. Of a call without tracer, `onAttempt` and gates, the first attempt's duration
 * is not known: such a call reads no clock until it fails.
 */
export type PastAttempt = Omit<AttemptRecord, "llm.duration_ms"> & Partial<Pick<AttemptRecord, "llm.duration_ms">>;

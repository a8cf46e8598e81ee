/** What is known of a failure, read from the shape of whatever was thrown. */
export interface Classification {
  /** Low cardinality; goes to the span as `error.type`. */
  readonly errorType: string;
  /** Whether another try can help. */
  readonly retryable: boolean;
  /** Which rule decided, for people. */
  readonly reason: string;
  /** HTTP status, if known. */
  readonly status?: number;
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Where that wish stood, e.g. `retry-after`. */
  readonly retryAfterSource?: string;
  /** The provider's request id, if known. */
  readonly requestId?: string;
  /** What the failure affects: this request alone, the model, or the whole account. */
  readonly scope: "request" | "model" | "account";
}

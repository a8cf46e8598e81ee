import { describeFailure, find } from "./_failure_lines.ts";
import { RULES } from "./_failure_rules.ts";
import { readRetryAfter } from "./retry_after.ts";

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

/**
 * Reads from the shape of whatever was thrown what it is, whether another try can help and how long the server asks to
 * wait. It knows the errors of the official SDKs, `Response` objects, bodies, and the network failures of every runtime.
 * It never throws, and it takes a bounded time whatever it is given.
 *
 * @param error The thrown value: an SDK's error, a `Response`, a parsed body, anything.
 * @param now Wall clock in milliseconds since 1970. @default {Date.now()}
 */
export function classifyError(error: unknown, now: number = Date.now()): Classification {
  const lines = describeFailure(error);
  // A body within HTTP 200 may know better.
  const status = find(lines, /^(?:status|\w*code):([3-5]\d\d)$/) || find(lines, /^(?:status|\w*code):(2\d\d)$/);
  const requestId = find(lines, /^(?:[\w-]*request.?|x-debug-trace-)id:(.{1,128})/);
  const veto = find(lines, /^x-should-retry:(true|false)$/);
  const wish = readRetryAfter(lines, now);

  const told = `status ${status || "unknown"} ${wish?.retryAfterSource}${lines}`.toLowerCase();
  const [pattern, errorType, retryable = false, scope = "request"] = RULES.find(([pattern]) => pattern.test(told))!;
  return {
    errorType: errorType || find(lines, /^(?:name:Error\n)?(?:name|constructor):([a-z_]\w{0,127})/) || "Error",
    retryable: veto ? veto === "true" : retryable,
    reason: veto ? "x-should-retry" : pattern.exec(told)![0].slice(-32),
    ...(status && { status: +status }),
    ...wish,
    ...(requestId && { requestId }),
    scope,
  };
}

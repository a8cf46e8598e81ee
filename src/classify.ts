import { describeFailure } from "./_failure_lines.ts";
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

const SCOPES: Readonly<Record<string, "model" | "account">> = {
  rate_limited: "model",
  overloaded: "model",
  quota_exhausted: "account",
  auth: "account",
};

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
  const find = (pattern: RegExp) => pattern.exec(lines)?.[1];
  const status = find(/\n(?:\w*status\w*|code):([2-5]\d\d)$/im);
  const requestId = find(/\n[\w-]*request.?id:(.{1,128})/i);
  const wish = readRetryAfter(lines, now);
  const veto = find(/\nx-should-retry:(true|false)$/im);

  const described = `status ${status}${wish ? " wish" : ""}${lines}`;
  const [type, retryable, pattern] = RULES.find(([, , pattern]) => pattern.test(described))!;
  const errorType = type || (find(/\n(?:name|constructor):(?!Error$)([a-z_]\w{0,127})/im) ?? "Error");
  const rule = pattern.exec(described)![0].trim().slice(0, 128);
  return {
    errorType,
    retryable: veto ? veto === "true" : retryable,
    reason: veto ? `x-should-retry: ${veto}` : rule || "unknown",
    ...(status && { status: Number(status) }),
    ...wish,
    ...(requestId && { requestId }),
    scope: SCOPES[errorType] ?? "request",
  };
}

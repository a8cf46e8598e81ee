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
  readonly status?: number | undefined;
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Where that wish stood, e.g. `retry-after`. */
  readonly retryAfterSource?: string | undefined;
  /** The provider's request id, if known. */
  readonly requestId?: string | undefined;
  /** What the failure affects: this request alone, the model, or the whole account. */
  readonly scope: "request" | "model" | "account";
}

interface Shape {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly status?: unknown;
  readonly statusCode?: unknown;
  // deno-lint-ignore no-explicit-any -- a `Headers`, a `Map` or a plain object
  readonly headers?: any;
  readonly request_id?: string;
  readonly requestID?: string;
  readonly response?: Shape;
  readonly cause?: Shape;
}

/** What an error is, by its status, or, without one, by its names, codes and messages. The first that fits is it. */
const TYPES = {
  auth: /^40[13]$/,
  quota_exhausted: /^402$/,
  rate_limited: /^429$/,
  overloaded: /^529$/,
  timeout: /^408$|TimeoutError|ETIMEDOUT|_TIMEOUT|timed out/,
  invalid_request: /^[1-4]..$/,
  server_error: /^\d+$/,
  network:
    /ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|socket|connection|\(connect|dns error|network|failed to fetch|load failed|terminated/i,
};

const RETRYABLE = /^(408|409|425|429|5(?!0[15])..|timeout|network)$/;

/**
 * Reads from the shape of whatever was thrown what it is and whether another try can help. Never throws.
 *
 * @param error The thrown value: an SDK's error, a `Response`, anything.
 * @param now Wall clock in milliseconds since 1970. @default {Date.now()}
 */
export function classifyError(error: unknown, now: number = Date.now()): Classification {
  try {
    return classify(error as Shape, now);
  } catch {
    // A getter or a proxy threw.
    return classify({}, now);
  }
}

function classify(error: Shape, now: number): Classification {
  const chain: Shape[] = [];
  for (let link: Shape | undefined = error; Object(link) === link && chain.length < 20; link = link?.cause) {
    chain.push(link!, link!.response ?? {});
  }
  const first = <T>(read: (link: Shape) => T) => chain.map(read).find((value) => /string|number/.test(typeof value));
  const header = (name: string) => first(({ headers }) => headers?.get?.(name) ?? headers?.[name]);
  const status = first((link) => [link.status, link.statusCode].find(Number.isInteger));
  const words = chain.map(({ name, code, message }) => `${name} ${code} ${message}`).join();
  const text = `${status ?? words}`;
  const errorType = Object.entries(TYPES).find(([, pattern]) => pattern.test(text))?.[0];
  const verdict = header("x-should-retry");
  return {
    errorType: errorType ?? /^[A-Z]\w{1,64}$/.exec(`${error?.name}`)?.[0] ?? "Error",
    retryable: verdict === "true" || verdict !== "false" && RETRYABLE.test(`${status ?? errorType}`),
    reason: "status",
    scope: "request",
    status: status as number | undefined,
    requestId: header("x-request-id") ?? header("request-id") ?? first((link) => link.request_id ?? link.requestID),
    ...readRetryAfter(header, now),
  };
}

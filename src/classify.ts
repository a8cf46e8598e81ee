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

interface Shape {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly status?: number;
  readonly statusCode?: number;
  readonly headers?: Headers | Record<string, string>;
  readonly request_id?: string;
  readonly requestID?: string;
  readonly response?: Shape;
  readonly cause?: Shape;
}

const TYPES: Readonly<Record<number, string>> = {
  401: "auth",
  403: "auth",
  402: "quota_exhausted",
  408: "timeout",
  429: "rate_limited",
  529: "overloaded",
};

const NETWORK =
  /ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|UND_ERR_SOCKET|socket hang up|client error \(Connect|dns error|connection (closed|error|lost|reset)|a body from conn|fail(ed)? to (fetch|open)|load failed|NetworkError|terminated$/i;
const TIMEOUT = /TimeoutError|ETIMEDOUT|UND_ERR_\w+_TIMEOUT|timed out/;

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
    return { errorType: "Error", retryable: false, reason: "unreadable", scope: "request" };
  }
}

function classify(error: Shape, now: number): Classification {
  const chain: Shape[] = [];
  for (let link: Shape | undefined = error; Object(link) === link && chain.length < 20; link = link?.cause) {
    chain.push(link!, link!.response ?? {});
  }
  const first = <T>(read: (link: Shape) => T | undefined) => chain.map(read).find((value) => value !== undefined);
  const header = (name: string) =>
    first(({ headers }) =>
      (headers instanceof Headers ? headers.get(name) : headers?.[name as keyof typeof headers] as string) ?? undefined
    );
  const status = first((link) => link.status ?? link.statusCode);
  const words = chain.map(({ name, code, message }) => `${name} ${code} ${String(message).slice(0, 1024)}`).join();
  const wish = readRetryAfter(header, now);
  const requestId = header("x-request-id") ?? header("request-id") ??
    first((link) => link.request_id ?? link.requestID);
  const verdict = header("x-should-retry");

  let errorType = /^\w{1,64}$/.exec(error?.name ?? "")?.[0] ?? "Error";
  let retryable = false;
  if (typeof status === "number") {
    errorType = TYPES[status] ?? (status < 500 ? "invalid_request" : "server_error");
    retryable = /408|409|425|429/.test(`${status}`) || (status > 499 && status !== 501 && status !== 505);
  } else if (TIMEOUT.test(words)) [errorType, retryable] = ["timeout", true];
  else if (NETWORK.test(words)) [errorType, retryable] = ["network", true];
  return {
    errorType,
    retryable: /^(true|false)$/.test(verdict ?? "") ? verdict === "true" : retryable,
    reason: "status",
    scope: "request",
    ...(status && { status }),
    ...(wish && { retryAfterMs: wish.ms, retryAfterSource: wish.source }),
    ...(requestId && { requestId }),
  };
}

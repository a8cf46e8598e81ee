/** How a request ended, as the server saw it. */
export type RequestEnd = "answered" | "reset" | "client_aborted" | "server_closed";

/** One request in the server's log. Times are `performance.now()` of this process. */
export interface LoggedRequest {
  /** Its position in the log. */
  readonly index: number;
  /** When its headers were read. */
  readonly arrivedAt: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Credentials are masked. */
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names; credentials are masked. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON body; `undefined` if it was none. */
  readonly body: unknown;
  /** The wire format's name; unset for an unknown path. */
  readonly format?: string;
  /** What the server did, e.g. `ok`, `status_429`, `hang`; also `unknown_path`, `broken_script`, `rejected`. */
  readonly fault?: string;
  /** When the response's headers were sent. */
  readonly answeredAt?: number;
  /** Bytes of the body handed to the socket so far; the last of them may not have left the machine. */
  readonly bytesWritten: number;
  /** Events of a stream handed to the socket as a whole so far. JSON counts as one event. */
  readonly eventsWritten: number;
  readonly finishedAt?: number;
  /** The server's own time for the request: from `arrivedAt` to `finishedAt`. */
  readonly serverTimeMs?: number;
  /** The time from `arrivedAt` until the client was seen to have left; unset if it stayed to the end. */
  readonly clientLeftAfterMs?: number;
  /** Unset while the request is open. */
  readonly end?: RequestEnd;
}

/** An entry the server still writes to. */
export type OpenEntry = { -readonly [Key in keyof LoggedRequest]: LoggedRequest[Key] };

export function maskedQuery(query: URLSearchParams): Record<string, string> {
  const pairs = Array.from(query, ([name, value]) => {
    const isCredential = name === "key" || CREDENTIAL_NAME.test(name);
    return [name, isCredential ? "***" : value] as const;
  });
  return Object.fromEntries(pairs);
}

// `idempotency-key` and the like are no credentials: tests want to compare them.
const CREDENTIAL_NAME = /authorization|cookie|token|secret|password|api-?key/;

export function maskedHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string> {
  const masked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const text = String(value ?? "");
    masked[name] = CREDENTIAL_NAME.test(name) ? mask(text) : text;
  }
  return masked;
}

// The scheme stays, so that a test can still see how a client authenticates.
function mask(value: string): string {
  const scheme = /^(bearer|basic) /i.exec(value);
  return scheme === null ? "***" : `${scheme[0]}***`;
}

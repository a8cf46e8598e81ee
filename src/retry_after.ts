/** The server's wish and where it stood. */
export interface RetryAfter {
  /** The wait, in whole milliseconds >= 0. */
  readonly retryAfterMs: number;
  /** The header's name. */
  readonly retryAfterSource: string;
}

/** The headers that tell a wish; the first one found wins. */
const SOURCES = ["retry-after-ms", "x-ms-retry-after-ms", "retry-after"];

/** Milliseconds since 1970 of a date in HTTP's own form (IMF-fixdate), NaN for whatever else `Date.parse` would take. */
function parseHttpDate(value: string | undefined): number {
  const date = new Date(value!);
  return date.toUTCString() === value ? +date : NaN;
}

/**
 * How long the server asks to wait, read strictly from the response's headers.
 *
 * @param header Reads one header by its lower-case name.
 * @param now Wall clock in milliseconds, for a date without a `Date` header to measure it against.
 */
export function readRetryAfter(header: (name: string) => string | undefined, now: number): RetryAfter | undefined {
  for (const retryAfterSource of SOURCES) {
    const value = header(retryAfterSource) ?? "";
    // The exponent is applied in decimal, so that "1.1" seconds are 1100 ms and not 1101. A date is measured by the
    // server's own clock, where it is told: a skewed one on either side then does no harm.
    const ms = /^\d+(\.\d+)?$/.test(value)
      ? Number(retryAfterSource.endsWith("ms") ? value : value + "e3")
      : Math.max(0, parseHttpDate(value) - (parseHttpDate(header("date")) || now));
    if (ms >= 0) return { retryAfterMs: Math.ceil(ms), retryAfterSource };
  }
  return undefined;
}

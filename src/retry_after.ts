/**
 * How long the server asks to wait, read strictly from the response's headers.
 *
 * @module
 */

/** The server's wish and where it stood. */
export interface RetryAfter {
  /** The wait, in whole milliseconds: 0 to 2^53 - 1. */
  readonly ms: number;
  /** The header's name. */
  readonly source: string;
}

/** A wish in whole milliseconds. The exponent is applied in decimal, so that "1.1" seconds are 1100 ms and not 1101. */
function decimalToMs(value: string, exponent: "" | "e3"): number | undefined {
  if (/^\d+(\.\d+)?$/.test(value)) return Math.min(Math.ceil(Number(value + exponent)), Number.MAX_SAFE_INTEGER);
  return undefined;
}

/**
 * Reads an HTTP-date in one of its three forms, all of them UTC.
 *
 * @param value The header's value.
 * @param now Wall clock in milliseconds since 1970; settles the century of a two-digit year, as RFC 9110 asks.
 * @returns Milliseconds since 1970, or `undefined` for whatever else `Date.parse` would take.
 */
export function parseHttpDate(value: string, now: number): number | undefined {
  const date = value
    .replace(/^\w{3} (\w{3}) (..) (.{8}) (\d{4})$/, "$2 $1 $4 $3 GMT")
    .replace(/^ /, "0")
    .replace(
      /^\w{6,9}, (\d\d)-(\w{3})-(\d\d)/,
      (_, day, month, year) => `${day} ${month} ${year > new Date(now).getUTCFullYear() - 1950 ? 19 : 20}${year}`,
    )
    .replace(/^\w{3}, /, "");
  const ms = Date.parse(date);
  // Only what `Date` itself would print is a date; the day of the week is not held against the server.
  return ms && new Date(ms).toUTCString().slice(5) === date ? ms : undefined;
}

/**
 * The server's wish, first found wins: `retry-after-ms`, `x-ms-retry-after-ms`, `retry-after`.
 *
 * @param header Reads one header by its lower-case name.
 * @param now Wall clock in milliseconds, for a date without a `Date` header to measure it against.
 */
export function readRetryAfter(header: (name: string) => string | undefined, now: number): RetryAfter | undefined {
  for (const source of ["retry-after-ms", "x-ms-retry-after-ms", "retry-after"]) {
    const value = header(source) ?? "";
    const inSeconds = source === "retry-after";
    let ms = decimalToMs(value, inSeconds ? "e3" : "");
    const date = inSeconds && parseHttpDate(value, now);
    // The server's own clock, where it is told: a skewed one on either side then does no harm.
    if (date) ms = Math.max(0, date - (parseHttpDate(header("date") ?? "", now) ?? now));
    if (ms !== undefined) return { ms, source };
  }
  return undefined;
}

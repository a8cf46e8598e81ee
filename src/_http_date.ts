/**
 * Reads an HTTP-date in one of its three forms, all of them UTC.
 *
 * @param value The header's value.
 * @param now Wall clock in milliseconds since 1970; settles the century of a two-digit year, as RFC 9110 asks.
 * @returns Milliseconds since 1970, or NaN for whatever else `Date.parse` would take.
 */
export function parseHttpDate(value: string, now: number): number {
  const date = value
    .replace(/^\w+,? /, "")
    .replace(/^(\w{3}) (..) (.{8}) (\d{4})$/, "$2 $1 $4 $3 GMT")
    .replace(/^ /, "0")
    .replace(/-(\w{3})-(\d\d) /, (_, month, year) => {
      return ` ${month} ${year > new Date(now).getUTCFullYear() - 1950 ? 19 : 20}${year} `;
    });
  const ms = Date.parse(date);
  // Only what `Date` itself would print is a date; the day of the week is not held against the server.
  return new Date(ms).toUTCString().slice(5) === date ? ms : NaN;
}

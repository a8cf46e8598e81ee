/**
 * Reads an HTTP-date in one of its three forms, all of them UTC, or an RFC 3339 date with a time zone.
 *
 * @returns Milliseconds since 1970, or NaN for whatever else `Date.parse` would take.
 */
export function parseDate(value: string): number {
  if (/^[\d-]+T[\d:.]+[Z+-]/.test(value)) return Date.parse(value);
  const date = value
    .replace(/^\w+,? /, "")
    // What would be more than 50 years ahead is of the last century (RFC 9110, 5.6.7).
    .replace(/-(...)-(..) /, (_, month, year) => ` ${month} ${year > 76 ? 19 : 20}${year} `)
    .replace(/^(...) (..) (.{8}) (....)$/, "$2 $1 $4 $3 GMT")
    .replace(/^ /, "0");
  const ms = Date.parse(date);
  // Only what `Date` itself would print is a date; the day of the week is not held against the server.
  return new Date(ms).toUTCString().slice(5) === date ? ms : NaN;
}

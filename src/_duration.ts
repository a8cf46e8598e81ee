/**
 * Reads a duration such as `6m0s`, `1h2m3s`, `9.816s` or `12ms`.
 *
 * @returns Milliseconds, or nothing for anything else, a number without a unit included.
 */
export function parseDuration(value: string): number | undefined {
  const pattern = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)(m?)s)?$/i;
  const [match, h = 0, m = 0, s = 0, milli] = pattern.exec(value) ?? [];
  // The exponent is applied in decimal, so that "4.03s" is 4030 ms and not 4030.0000000000005.
  return match ? +h * 36e5 + +m * 6e4 + +(s + (milli ? "" : "e3")) : undefined;
}

/**
 * Reads a duration such as `6m0s`, `1h2m3s`, `9.816s` or `12ms`.
 *
 * @returns Milliseconds, or NaN for anything else, a number without a unit included.
 */
export function parseDuration(value: string): number {
  let ms = 0;
  const rest = value.slice(0, 256).replace(/(\d+(?:\.\d+)?)(ms|[hms])/g, (_, amount, unit) => {
    // The exponent is applied in decimal, so that "1.1s" is 1100 ms and not 1100.0000000000002.
    ms += Number(amount + (unit === "ms" ? "" : "e3")) * ({ h: 3600, m: 60 }[unit as string] ?? 1);
    return "";
  });
  return value && !rest ? ms : NaN;
}

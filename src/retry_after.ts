import { parseDate } from "./_date.ts";
import { parseDuration } from "./_duration.ts";
import { find } from "./_failure_lines.ts";

/** The server's wish and where it stood. */
export interface RetryAfter {
  /** The wait, in whole milliseconds: 0 to 2^53 - 1. */
  readonly retryAfterMs: number;
  /** The header's name, or `body`. */
  readonly retryAfterSource: string;
}

/**
 * The server's wish, first found wins: `retry-after-ms`, `x-ms-retry-after-ms`, `retry-after`, what the body says, and
 * the time to a full refill where nothing is left and nothing else spoke.
 *
 * @param lines What `describeFailure` wrote down.
 * @param now Wall clock in milliseconds since 1970, for a date without a `Date` header to measure it against.
 */
export function readRetryAfter(lines: string, now: number): RetryAfter | undefined {
  // Looked for as it is: a name from outside may look like a pattern.
  const valueOf = (name: string) => `${lines.split(`\n${name}:`)[1]}`.split("\n")[0]!;
  // The server's own clock, where it is told: a skewed one on either side then does no harm.
  const serverNow = parseDate(valueOf("date")) || now;

  // Nothing where the text is no wait.
  const wish = (retryAfterSource: string, text = valueOf(retryAfterSource)): RetryAfter | undefined => {
    const ms = Math.ceil(parseDuration(text) ?? parseDate(text) - serverNow);
    if (ms === ms) return { retryAfterMs: Math.min(Math.max(ms, 0), 2 ** 53 - 1), retryAfterSource };
  };
  // A number has a unit that is known, a date has spaces in it, and what else there may be is nothing.
  const header = (name: string, unit: string) => wish(name, valueOf(name).replace(/^([\d.]+$)?\S*$/, "$1" + unit));
  const refills = (lines.match(/^\S{0,60}remaining\S{0,60}(?=:0$)/gm) ?? [])
    .map((name) => wish(name.replace("remaining", "reset")))
    // The longest first, and what is no wait last.
    .sort((a, b) => b!.retryAfterMs - a!.retryAfterMs);

  return header("retry-after-ms", "ms") ??
    header("x-ms-retry-after-ms", "ms") ??
    header("retry-after", "s") ??
    wish("body", find(lines, "RetryInfo\nretryDelay:(.*)")) ??
    wish(
      "body",
      find(lines, "(?:(?:again|retry) (?:after|in)|wait) (\\d[\\d.hms]* ?[hms]s?)(?=ec|\\b|ou|r|in)").replace(" ", ""),
    ) ??
    refills[0];
}

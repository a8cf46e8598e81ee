import { parseDuration } from "./_duration.ts";
import { parseHttpDate } from "./_http_date.ts";

/** The server's wish and where it stood. */
export interface RetryAfter {
  /** The wait, in whole milliseconds: 0 to 2^53 - 1. */
  readonly retryAfterMs: number;
  /** The header's name, or `body`. */
  readonly retryAfterSource: string;
}

const MAX_MS = 2 ** 53 - 1;
const RESETS = /\n((?:x|anthropic)-ratelimit-[\w-]*reset[\w-]*):(.*)/gi;
const RFC_3339 = /^[\d-]+T[\d:.]+(Z|[+-][\d:]+)$/;

/**
 * The server's wish, first found wins: `retry-after-ms`, `x-ms-retry-after-ms`, `retry-after`, what the body says, and
 * the time to a full refill where nothing is left and nothing else spoke.
 *
 * @param lines What `describeFailure` wrote down.
 * @param now Wall clock in milliseconds since 1970, for a date without a `Date` header to measure it against.
 */
export function readRetryAfter(lines: string, now: number): RetryAfter | undefined {
  const find = (pattern: RegExp, part = 1) => pattern.exec(lines)?.[part] ?? "";
  const header = (name: string) => find(RegExp(`\n${name}:(.*)`, "i"));
  // A unit makes a duration of a number, and nothing of anything else.
  const decimal = (name: string, unit: string) => parseDuration(header(name).replace(/[^\d.]/g, "?") + unit);
  // The server's own clock, where it is told: a skewed one on either side then does no harm.
  const serverNow = parseHttpDate(header("date"), now) || now;

  const inMessage = /(?:try again|retry) (?:in|after) (\d[\d.hms]*)( s)?/i;
  const refills = [...lines.matchAll(RESETS)]
    .filter(([, name = ""]) => header(name.replace(/reset/i, "remaining")) === "0")
    .map(([, name = "", value = ""]) => {
      return [name.toLowerCase(), RFC_3339.test(value) ? Date.parse(value) - serverNow : parseDuration(value)] as const;
    })
    .filter(([, ms]) => ms === ms)
    .sort(([, a], [, b]) => b - a);
  const wishes = [
    ["retry-after-ms", decimal("retry-after-ms", "ms")],
    ["x-ms-retry-after-ms", decimal("x-ms-retry-after-ms", "ms")],
    ["retry-after", decimal("retry-after", "s")],
    ["retry-after", parseHttpDate(header("retry-after"), now) - serverNow],
    ["body", parseDuration(find(/google\.rpc\.RetryInfo\nretryDelay:(.*)/))],
    ["body", parseDuration(find(inMessage).replace(/\.$/, "") + find(inMessage, 2).trim())],
    ...refills,
  ] as const;
  const wish = wishes.find(([, ms]) => ms === ms);
  return wish && { retryAfterMs: Math.min(Math.max(Math.ceil(wish[1]), 0), MAX_MS), retryAfterSource: wish[0] };
}

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { classifyError } from "../../mod.ts";

const NOW = Date.UTC(2026, 0, 1);
const NOW_DATE = "Thu, 01 Jan 2026 00:00:00 GMT";
const MAX_MS = 2 ** 53 - 1;

/** The server's wish in a 429 with these headers: `"<ms> <source>"`, or `undefined`. */
function wishOf(headers: unknown, more: Record<string, unknown> = {}, now = NOW): string | undefined {
  const { retryAfterMs, retryAfterSource } = classifyError({ status: 429, headers, ...more }, now);
  return retryAfterMs === undefined ? undefined : `${retryAfterMs} ${retryAfterSource}`;
}

interface Row {
  readonly name: string;
  /** Where the rule comes from. */
  readonly source: string;
  readonly headers?: Record<string, string>;
  readonly more?: Record<string, unknown>;
  readonly wish: string | undefined;
}

const retryInfo = (retryDelay: unknown) => ({
  error: {
    code: 429,
    details: [
      { "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: [{ quotaId: "TokensPerMinute" }] },
      { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay },
    ],
  },
});

const rows: readonly Row[] = [
  // The order.
  {
    name: "takes retry-after-ms first",
    source: "OpenAI and Azure",
    headers: { "retry-after-ms": "1500", "x-ms-retry-after-ms": "2500", "retry-after": "3" },
    wish: "1500 retry-after-ms",
  },
  {
    name: "takes x-ms-retry-after-ms second",
    source: "Azure",
    headers: { "x-ms-retry-after-ms": "2500", "retry-after": "3" },
    wish: "2500 x-ms-retry-after-ms",
  },
  {
    name: "takes retry-after third",
    source: "RFC 9110, 10.2.3",
    headers: { "retry-after": "3" },
    more: { message: "Please try again in 9.816s" },
    wish: "3000 retry-after",
  },
  {
    name: "passes over a header it cannot read",
    source: "retry-rules.md: first found wins",
    headers: { "retry-after-ms": "soon", "retry-after": "3" },
    wish: "3000 retry-after",
  },
  { name: "reads RetryInfo fourth", source: "google.rpc.RetryInfo", more: retryInfo("34.4s"), wish: "34400 body" },
  {
    name: "takes RetryInfo over the message",
    source: "retry-rules.md: first found wins",
    more: { ...retryInfo("34.4s"), message: "try again in 9s" },
    wish: "34400 body",
  },
  {
    name: "reads RetryInfo from JSON in a message",
    source: "Google GenAI SDK",
    more: { message: JSON.stringify([retryInfo("7s")]) },
    wish: "7000 body",
  },
  {
    name: "does not read a delay of another type",
    source: "google.rpc.RetryInfo",
    more: { error: { details: [{ "@type": "type.googleapis.com/other", retryDelay: "7s" }] } },
    wish: undefined,
  },
  {
    name: "takes the message over the reset headers",
    source: "retry-rules.md: only when nothing else spoke",
    headers: { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s" },
    more: { message: "try again in 9.816s" },
    wish: "9816 body",
  },

  // What the headers hold.
  {
    name: "reads zero seconds as now",
    source: "retry-rules.md",
    headers: { "retry-after": "0" },
    wish: "0 retry-after",
  },
  {
    name: "reads zero milliseconds as now",
    source: "retry-rules.md",
    headers: { "retry-after-ms": "0", "retry-after": "9" },
    wish: "0 retry-after-ms",
  },
  {
    name: "reads a fraction in decimal",
    source: "retry-rules.md: strict parsing",
    headers: { "retry-after": "1.1" },
    wish: "1100 retry-after",
  },
  {
    name: "rounds up, never down",
    source: "retry-rules.md: never undercut",
    headers: { "retry-after-ms": "0.001" },
    wish: "1 retry-after-ms",
  },
  {
    name: "keeps a wish without end finite",
    source: "retry-rules.md: timers",
    headers: { "retry-after": "9".repeat(120) },
    wish: `${MAX_MS} retry-after`,
  },
  {
    name: "reads an IMF-fixdate",
    source: "RFC 9110, 5.6.7",
    headers: { "retry-after": "Thu, 01 Jan 2026 00:01:00 GMT" },
    wish: "60000 retry-after",
  },
  {
    name: "reads the form of RFC 850",
    source: "RFC 9110, 5.6.7",
    headers: { "retry-after": "Thursday, 01-Jan-26 00:01:00 GMT" },
    wish: "60000 retry-after",
  },
  {
    name: "reads the form of asctime as UTC",
    source: "RFC 9110, 5.6.7",
    headers: { "retry-after": "Thu Jan  1 00:01:00 2026" },
    wish: "60000 retry-after",
  },
  {
    name: "reads the form of asctime with a day of two digits",
    source: "RFC 9110, 5.6.7",
    headers: { "retry-after": "Sat Jan 10 00:00:00 2026" },
    wish: `${9 * 86_400_000} retry-after`,
  },
  {
    name: "takes a two-digit year for one of this century",
    source: "RFC 9110, 5.6.7",
    headers: { "retry-after": "Wednesday, 01-Jan-76 00:00:00 GMT" },
    wish: `${Date.UTC(2076, 0, 1) - NOW} retry-after`,
  },
  {
    name: "takes a two-digit year that would be more than 50 years ahead for one of the last century",
    source: "RFC 9110, 5.6.7",
    headers: { "retry-after": "Friday, 01-Jan-77 00:00:00 GMT" },
    wish: "0 retry-after",
  },
  {
    name: "reads a date in the past as now",
    source: "retry-rules.md: negative waits",
    headers: { "retry-after": "Sun, 06 Nov 1994 08:49:37 GMT" },
    wish: "0 retry-after",
  },
  {
    name: "reads the first of all dates as now",
    source: "retry-rules.md: negative waits",
    headers: { "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" },
    wish: "0 retry-after",
  },
  {
    name: "measures a date against the response's own date",
    source: "retry-rules.md: a skewed clock",
    headers: { date: "Fri, 01 Jan 2021 00:00:00 GMT", "retry-after": "Fri, 01 Jan 2021 00:00:20 GMT" },
    wish: "20000 retry-after",
  },
  {
    name: "measures a date against its own clock where the response's date is unreadable",
    source: "retry-rules.md: strict parsing",
    headers: { date: "today", "retry-after": "Thu, 01 Jan 2026 00:01:00 GMT" },
    wish: "60000 retry-after",
  },
  {
    name: "does not hold a wrong day of the week against the server",
    source: "RFC 9110, 5.6.7",
    headers: { "retry-after": "Mon, 01 Jan 2026 00:01:00 GMT" },
    wish: "60000 retry-after",
  },
  {
    name: "reads a value in white space, which is no part of it",
    source: "RFC 9110, 5.5",
    headers: { "retry-after": " 120 " },
    wish: "120000 retry-after",
  },

  // What the messages hold.
  {
    name: "reads OpenAI's message",
    source: "OpenAI rate limit errors",
    more: { message: "429 Rate limit reached for gpt-5. Please try again in 9.816s. Visit https://x/ to learn more." },
    wish: "9816 body",
  },
  {
    name: "reads OpenAI's message in milliseconds",
    source: "OpenAI rate limit errors",
    more: { error: { message: "Please try again in 20ms." } },
    wish: "20 body",
  },
  {
    name: "reads OpenAI's message in minutes and seconds",
    source: "OpenAI rate limit errors",
    more: { error: { message: "Please try again in 6m0s." } },
    wish: "360000 body",
  },
  {
    name: "reads Azure's message",
    source: "Azure OpenAI rate limit errors",
    more: {
      error: { code: "429", message: "Requests have exceeded the call rate limit. Please retry after 20 seconds." },
    },
    wish: "20000 body",
  },
  {
    name: "reads Azure's message of one second",
    source: "Azure OpenAI rate limit errors",
    more: { error: { code: "429", message: "Please retry after 1 second." } },
    wish: "1000 body",
  },
  {
    name: "reads Gemini's message",
    source: "Gemini API rate limit errors",
    more: { error: { message: "You exceeded your current quota. Please retry in 34.4s." } },
    wish: "34400 body",
  },
  {
    name: "reads a message in minutes",
    source: "xAI, Bedrock: seen in practice; retry-rules.md: never undercut",
    more: { message: "Too many requests, please retry after 1 minute" },
    wish: "60000 body",
  },
  {
    name: "reads a message in hours",
    source: "retry-rules.md: never undercut",
    more: { message: "Please try again in 2 hours." },
    wish: "7200000 body",
  },
  {
    name: "reads a message in milliseconds apart from their number",
    source: "retry-rules.md: never undercut",
    more: { message: "Please try again in 120 ms." },
    wish: "120 body",
  },
  {
    name: "reads a message in hours, minutes and seconds",
    source: "Groq rate limit errors",
    more: { message: "Please try again in 1h9m38.016s. Need more tokens?" },
    wish: "4178016 body",
  },
  ...["Retry after 20 Seconds", "TRY AGAIN IN 20 SECONDS", "Try again in 20 secs", "Wait 20S."].map((message) => ({
    name: `reads: ${message}`,
    source: "retry-rules.md: never undercut",
    more: { message },
    wish: "20000 body",
  })),
  ...["Retry after 2 Minutes", "try again in 2 mins", "wait 2 min", "wait 2m"].map((message) => ({
    name: `reads: ${message}`,
    source: "retry-rules.md: never undercut",
    more: { message },
    wish: "120000 body",
  })),
  {
    name: "reads how long to wait",
    source: "GitHub Models: RateLimitReached",
    more: { error: { code: "RateLimitReached", message: "Rate limit of 50 per 86400s. Please wait 52220 seconds." } },
    wish: "52220000 body",
  },
  ...[
    "5 months",
    "5 milliseconds",
    "5",
    "5 times",
    "2026-01-01T00:00:00Z",
    "an hour",
    "1e3s",
    "-5s",
  ].map((text): Row => ({
    name: `does not read "try again in ${text}"`,
    source: "retry-rules.md: strict parsing",
    more: { message: `Please try again in ${text}` },
    wish: undefined,
  })),
  ...[
    "We will retry 3 more times",
    "Gave up: waited 30 s for a worker",
    "Please wait a few minutes",
    "Please wait 3 messages",
    "Please retry after 3 models",
    "Please wait 3 steps",
    "Please wait 2 hops",
  ].map((message) => ({
    name: `does not take for a wish: ${message}`,
    source: "retry-rules.md: strict parsing",
    more: { message },
    wish: undefined,
  })),

  // The reset headers.
  ...([["6m0s", 360_000], ["12ms", 12], ["1h2m3s", 3_723_000], ["2m59.56s", 179_560], ["1s", 1000]] as const).map(
    ([value, ms]): Row => ({
      name: `reads an OpenAI reset of ${value}`,
      source: "OpenAI rate limits guide",
      headers: { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": value },
      wish: `${ms} x-ratelimit-reset-requests`,
    }),
  ),
  {
    name: "does not read a reset while something remains",
    source: "retry-rules.md",
    headers: { "x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "6m0s" },
    wish: undefined,
  },
  {
    name: "does not read a reset where what remains is unknown",
    source: "retry-rules.md",
    headers: { "x-ratelimit-reset-requests": "6m0s" },
    wish: undefined,
  },
  {
    name: "reads the reset that matches what is used up",
    source: "retry-rules.md",
    headers: {
      "x-ratelimit-remaining-requests": "59",
      "x-ratelimit-reset-requests": "1h0m0s",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "12ms",
    },
    wish: "12 x-ratelimit-reset-tokens",
  },
  {
    name: "takes the longer of two resets",
    source: "retry-rules.md: never undercut",
    headers: {
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": "2s",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "1s",
    },
    wish: "2000 x-ratelimit-reset-requests",
  },
  {
    name: "takes the longest of the resets it can read",
    source: "retry-rules.md: never undercut",
    headers: {
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": "1s",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "soon",
      "x-ratelimit-remaining-images": "0",
      "x-ratelimit-reset-images": "2s",
    },
    wish: "2000 x-ratelimit-reset-images",
  },
  ...["requests", "tokens", "input-tokens", "output-tokens"].map((limit): Row => ({
    name: `reads an Anthropic reset of ${limit}`,
    source: "Anthropic rate limits",
    headers: {
      date: NOW_DATE,
      [`anthropic-ratelimit-${limit}-remaining`]: "0",
      [`anthropic-ratelimit-${limit}-reset`]: "2026-01-01T00:00:07Z",
    },
    wish: `7000 anthropic-ratelimit-${limit}-reset`,
  })),
  {
    name: "reads an Anthropic reset with an offset",
    source: "RFC 3339",
    headers: {
      "anthropic-ratelimit-tokens-remaining": "0",
      "anthropic-ratelimit-tokens-reset": "2026-01-01T01:00:07.5+01:00",
    },
    wish: "7500 anthropic-ratelimit-tokens-reset",
  },
  {
    name: "reads an Anthropic reset with an offset to the west",
    source: "RFC 3339",
    headers: {
      "anthropic-ratelimit-tokens-remaining": "0",
      "anthropic-ratelimit-tokens-reset": "2025-12-31T23:00:07-01:00",
    },
    wish: "7000 anthropic-ratelimit-tokens-reset",
  },
  {
    name: "does not read an Anthropic reset while something remains",
    source: "retry-rules.md",
    headers: {
      "anthropic-ratelimit-tokens-remaining": "1000",
      "anthropic-ratelimit-tokens-reset": "2026-01-01T00:00:07Z",
    },
    wish: undefined,
  },
];

for (const { name, source, headers = {}, more = {}, wish } of rows) {
  Deno.test(`classifyError() ${name}`, () => {
    assertEquals(wishOf(new Headers(headers), more), wish, source);
    const mixedCase = Object.entries(headers).map(([key, value]) => [key.replace(/^./, (c) => c.toUpperCase()), value]);
    assertEquals(wishOf(Object.fromEntries(mixedCase), more), wish, `${source}, in a plain object`);
    assertEquals(wishOf(new Map(Object.entries(headers)), more), wish, `${source}, in a map`);
    assertEquals(wishOf(Object.entries(headers), more), wish, `${source}, in an array`);
    assertEquals(wishOf({}, { response: { headers }, ...more }), wish, `${source}, under response`);
  });
}

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const UNREADABLE = [
  "",
  "10, 20",
  "10,20",
  "-5",
  "+5",
  "5.",
  ".5",
  "1e3",
  "0x10",
  "1_000",
  "5s",
  "6m0s",
  "10m",
  "1h5",
  "NaN",
  "Infinity",
  "null",
  "soon",
  "2026-01-01T00:00:00Z",
  "Jan 1, 2027",
  "01 Jan 2027",
  "Fri, 01 Jan 2027 00:00:00",
  "Fri, 01 Jan 2027 00:00:00 +0000",
  "Fri, 01 Jan 2027 00:00:00 UTC",
  "Fri, 1 Jan 2027 00:00:00 GMT",
  "Fri, 32 Jan 2027 00:00:00 GMT",
  "Tue, 30 Feb 2027 00:00:00 GMT",
  "Fri, 01 Jan 2027 24:00:00 GMT",
  "Fri, 01-Jan-2027 00:00:00 GMT",
  "Friday, 01-Jan-2027 00:00:00 GMT",
  "01 Jan 2027 00:00:00 GMT",
  "Fri Jan 1 00:00:00 2027",
  "id Date",
  "Invalid Date",
];
for (const value of UNREADABLE) {
  Deno.test(`classifyError() does not read a wish out of retry-after: "${value}"`, () => {
    for (const name of ["retry-after", "retry-after-ms", "x-ms-retry-after-ms"]) {
      assertEquals(wishOf({ [name]: value }), undefined);
    }
  });
}

const decimals = fc.tuple(fc.bigInt(0n, 10n ** 9n), fc.option(fc.stringMatching(/^\d{1,6}$/)))
  .map(([whole, fraction]) => fraction === null ? `${whole}` : `${whole}.${fraction}`);

Deno.test("classifyError() never undercuts a decimal wish, nor adds a whole millisecond to it", () => {
  fc.assert(fc.property(decimals, fc.constantFrom("retry-after", "retry-after-ms"), (value, name) => {
    const { retryAfterMs } = classifyError({ status: 429, headers: { [name]: value } }, NOW);
    assert(retryAfterMs !== undefined);
    // In millionths of a millisecond, without any rounding.
    const [whole = "", fraction = ""] = value.split(".");
    const wished = BigInt(whole + fraction.padEnd(6, "0")) * (name === "retry-after" ? 1000n : 1n);
    const read = BigInt(retryAfterMs) * 1_000_000n;
    assert(read >= wished && read - wished < 1_000_000n, `${value} was read as ${retryAfterMs} ms`);
  }));
});

Deno.test("classifyError() reads each date in all three forms alike", () => {
  const seconds = fc.integer({ min: 0, max: 40 * 365 * 86_400 });
  fc.assert(fc.property(seconds, seconds, (ahead, skew) => {
    const serverNow = NOW - skew * 1000;
    const imf = new Date(serverNow + ahead * 1000).toUTCString();
    const [, weekday = "", day = "", month = "", year = "", time = ""] = /(...), (..) (...) (....) (.{8})/.exec(imf) ??
      [];
    const fullWeekday = WEEKDAYS.find((name) => name.startsWith(weekday));
    const date = new Date(serverNow).toUTCString();
    const wish = `${ahead * 1000} retry-after`;
    assertEquals(wishOf({ date, "retry-after": imf }), wish);
    assertEquals(
      wishOf({ date, "retry-after": `${weekday} ${month} ${day.replace(/^0/, " ")} ${time} ${year}` }),
      wish,
    );
    if (serverNow < Date.UTC(2000)) return;
    const rfc850 = `${fullWeekday}, ${day}-${month}-${year.slice(2)} ${time} GMT`;
    assertEquals(wishOf({ date, "retry-after": rfc850 }), wish);
  }));
});

Deno.test("classifyError() makes of any header a whole number of milliseconds or nothing", () => {
  const text = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[\d.,eExsmh+\- ]{0,12}$/),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  );
  const names = fc.constantFrom(
    "retry-after",
    "retry-after-ms",
    "x-ms-retry-after-ms",
    "date",
    "x-ratelimit-remaining-tokens",
    "x-ratelimit-reset-tokens",
    "anthropic-ratelimit-tokens-remaining",
    "anthropic-ratelimit-tokens-reset",
  );
  fc.assert(
    fc.property(fc.dictionary(names, fc.oneof(text, fc.constant("0"))), fc.double(), (headers, now) => {
      const { retryAfterMs, retryAfterSource } = classifyError({ status: 429, headers }, now);
      if (retryAfterMs === undefined) return assertEquals(retryAfterSource, undefined);
      assert(Number.isSafeInteger(retryAfterMs) && retryAfterMs >= 0, `${retryAfterMs} ms`);
      assert(!Object.is(retryAfterMs, -0));
    }),
    { numRuns: 1000 },
  );
});

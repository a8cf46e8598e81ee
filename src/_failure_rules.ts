import type { Classification } from "./classify.ts";

/** What an error is (nothing for its own class), what it affects, whether it is retried, and the words that tell it. */
export type Rule = readonly [errorType: string, scope: Classification["scope"], retryable: boolean, pattern: RegExp];

/**
 * The first match decides. The patterns look at a line that says `status 429 retry-after` (the status and where the
 * server's wish to wait stood) and the lines of `describeFailure` below it, all in lower case. They run in linear time.
 */
export const RULES: readonly Rule[] = [
  // What the body says outweighs the status, so a type's words stand above the statuses of the types below it.
  [
    "quota_exhausted",
    "account",
    false,
    /^status 40(2(?! retry[^]*in_flight)|3(?=[^]*limit_source))|:\w+_quota|billing_|credit[_ ]balance|(spend|usage)_limit_|(quotaid:\w*|many tokens.|models.)per.?day|\/ month/,
  ],
  [
    "context_too_long",
    "request",
    false,
    /^status 413|context[_ ]length|:request.too.large|must be reduced|(prompt|input) is too long|tokens allowed/,
  ],
  ["content_filter", "request", false, /:content_(policy|filter)|responsibleai/],
  ["auth", "account", false, /^status 40[13]|:(authentication|permission|api_key)_/],
  ["overloaded", "model", true, /^status 529|overloaded|notready|unavailableex/],
  ["rate_limited", "model", true, /^status 4(02|29)|:(rate_limit|throttling|resource_exhausted)/],
  ["server_error", "request", true, /^status (409|425|5(?!0[15]))|:(internalserver|model(stream)?errore|model runner)/],
  ["invalid_request", "request", false, /^status ([35]|4(?!08))|:(invalid_|not_found_|validatione)/],

  ["truncated_stream", "request", true, /:(err_truncated_stream|did not receive done|incomplete json segment)/],

  // The network. A bad URL or certificate comes in the same wrapping as a broken connection, but stays bad.
  ["", "request", false, /unknown scheme|bad port|cert[i_]/],
  // Before the timeouts: the AWS SDK calls a reset connection a `TimeoutError`.
  ["network", "request", true, /:(e(conn|host|net|pipe|notfound|ai_)|und_err_socket|err_(stream|http2))/],
  ["timeout", "request", true, /^status 408|:\w*timeout(e|$)|timed.?out/m],
  // "Connection error." is what SDKs say around any cause: it counts where there is none.
  [
    "network",
    "request",
    true,
    /(network|fetch|load) ?(error|connection|request|failed)|failed to fetch|connection (reset|error\.$(?!\ncause))|client error \(|error (reading a body|in input)|:terminated$|internal error;/m,
  ],

  // A body that says no more than that it is an error. Not so an error in an error, nor the type of a `Response`.
  [
    "server_error",
    "request",
    true,
    /^(error:(?!error$)|type:(error$(?!\nstatus)|response.failed)|finish_reason:error)/m,
  ],
  ["", "request", false, /^status \w+/],
];

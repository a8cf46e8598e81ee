import type { Classification } from "./classify.ts";

/**
 * The words that tell an error, what it is (nothing for its own class), whether it is retried (no), and what it affects (the
 * request).
 */
export type Rule = readonly [
  pattern: RegExp,
  errorType?: string,
  retryable?: boolean,
  scope?: Classification["scope"],
];

/**
 * The first match decides. The patterns look at a line that says `status 429 retry-after` (the status and where the
 * server's wish to wait stood) and the lines of `describeFailure` below it, all in lower case. They run in linear time.
 */
export const RULES: readonly Rule[] = [
  // What the body says outweighs the status, so a type's words stand above the statuses of the types below it.
  [
    /^status 40(2(?! retry[^]*in_flight)|3(?=[^]*limit_source))|:(\w*_quota(?!_ex)|billing_|budget_ex)|(:\w*|ed[^.\n]{0,40})(usage|spend(ing)?).(limit|cap)|ed budget|(quotaid:\w*|many \w+ |models.|tokens )per.?day(?! \()|\/ month|insufficient.balance|credit(.balance|s are )|extra usage|free alloc/,
    "quota_exhausted",
    false,
    "account",
  ],
  [
    /^status 413|context.(length|window|size|limit)|:request.too.large|must be reduced|(prompt|input) is too l|tokens allowed/,
    "context_too_long",
  ],
  [/:\w*content_(policy|filter)|responsibleai/, "content_filter"],
  [/^status 40[13]|:(unauth|authentication.?[ef]|permission_?[de]|api_key|accessdenied)/, "auth", false, "account"],
  // A bad request is one whatever it says: its message may have the caller's words in it.
  [
    /^status 529|^(?!status 4(00|04|22))[^]*(overloaded(_|\b)|notready|unavailableex|capacity[_ ][et])/,
    "overloaded",
    true,
    "model",
  ],
  [/^status 4(02|29)|:(rate_limit|throttling|resource_exhausted)/, "rate_limited", true, "model"],
  [/^status (409|425|5(?!0[15]))|:(internalserver|model\w*errore|model runner)/, "server_error", true],
  [/^status ([35]|4(?!08))|:(invalid_|not_found_|validatione|\w*image_)/, "invalid_request"],

  [
    /:(err_truncated_stream|did not receive done|missing finish_reason|incomplete json|\w+ ended without)/,
    "truncated_stream",
    true,
  ],

  // The network. A bad URL or certificate comes in the same wrapping as a broken connection, but stays bad; so does a
  // redirect that the caller forbids.
  [/unknown scheme|bad port|cert[i_]|err_invalid|unexpected ?redirect|redirect mode/],
  // Before the timeouts: the AWS SDK calls a reset connection a `TimeoutError`.
  [/:(e(conn|host|net|pipe|notfound|ai_)|und_err_socket|err_(stream|http2)|unexpectedeof)/, "network", true],
  [/^status 408|:\w*timeout(e|$)|timed.?out/m, "timeout", true],
  // "Connection error." is what SDKs say around any cause: it counts where there is none.
  [
    /(network|:fetch) ?error|(net(work)?|fetch|load) (connection|request|failed)|failed to fetch|connection ?(reset|refused|(was )?closed|error\.(?!\ncause))|http.?2 (str|req)|client error \(|error (reading a body|in input)|:terminated$|internal error;/m,
    "network",
    true,
  ],

  // A body that says no more than that it is an error. Not so an error in an error, nor the type of a `Response`.
  [
    /^(error:(?!error$)|type:(error$(?!\nstatus)|response.failed)|finish_reason:error)/m,
    "server_error",
    true,
  ],
  [/^status \w+/],
];

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
    /^status 40(2(?! retry[^]*in_flight)|3(?=[^]*limit_source))|:(\w*_quota(?!_ex)|billing_|budget_ex)|ed budget|\/ month|(many \w+ |tokens |models.|quotaid:\w*)per.?day(?! \()|insufficient.balance|credit(.balance|s are )|free alloc|extra usage|(ed[^.\n]{0,60}|:\w*)(usage|spend(ing)?).(cap|limit)/,
    "quota_exhausted",
    false,
    "account",
  ],
  [
    /^status 413|tokens allowed|must be reduced|:request.too.large|(input|prompt) is too l|context.(window|length|size|limit)/,
    "context_too_long",
  ],
  [/responsibleai|:\w*content_(filter|policy)/, "content_filter"],
  [/^status 40[13]|:(permission_?[de]|accessd|authentication.?[ef]|unauth|api_key)/, "auth", false, "account"],
  // A bad request is one whatever it says: its message may have the caller's words in it.
  [
    /^status 529|^(?!status 4(22|04|00))[^]*(capacity temp|overloaded(_|\b)|unavailableex|_capacity_|notready)/,
    "overloaded",
    true,
    "model",
  ],
  [/^status 4(02|29)|:(throttling|resource_exhausted|rate_limit)/, "rate_limited", true, "model"],
  [/^status (425|5(?!0[15])|409)|:(model runner|model\w*errore|internalserver)/, "server_error", true],
  [/^status (4(?!08)|[35])|:(\w*image_|validatione|invalid_|not_found_)/, "invalid_request"],

  [
    /:(did not receive|incomplete json|err_truncated_stream|missing finish|\w+ ended without)/,
    "truncated_stream",
    true,
  ],

  // The network. A bad URL or certificate comes in the same wrapping as a broken connection, but stays bad; so does a
  // redirect that the caller forbids.
  [/cert[i_]|redirect mode|unknown scheme|unexpected ?redirect|bad port|err_invalid/],
  // Before the timeouts: the AWS SDK calls a reset connection a `TimeoutError`.
  [/:(e(net|pipe|ai_|notfound|host|conn)|err_(stream|http2)|unexpectedeof|und_err_socket)/, "network", true],
  [/^status 408|:\w*timeout(e|$)|timed.?out/m, "timeout", true],
  // "Connection error." is what SDKs say around any cause: it counts where there is none.
  [
    /client error \(|error (in input|reading a body)|failed to fetch|(:fetch|network) ?error|(fetch|net(work)?|load) (failed|request|connection)|connection ?((was )?closed|refused|reset|error\.(?!\ncause))|:terminated$|internal error;|http.?2 (str|req)/m,
    "network",
    true,
  ],

  // A body that says no more than that it is an error. Not so an error in an error, nor the type of a `Response`.
  [
    /^(finish_reason:error|type:(response.failed|error$(?!\nstatus))|error:(?!error$))/m,
    "server_error",
    true,
  ],
  [/^status \w+/],
];

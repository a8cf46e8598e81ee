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
 * server's wish to wait stood) and the lines of `describeFailure` below it, all in lower case. They run in linear time. Of
 * the words within a pattern the order says nothing: it is one that compresses well.
 */
export const RULES: readonly Rule[] = [
  // A programming error's message has names in it, which may be any words.
  [/^status unk.*\nname:(refer|typee.*\n.*\nmessage:.* (is not (a [cf]|it|de)|properties of))/],
  // What the body says outweighs the status, so a type's words stand above the statuses of the types below it.
  [
    /\/ month|free alloc|insufficient.balance|credit(.balance|s are )|eded budget|(many \w+ |tokens |models.|quotaid:\w*)per.?day(?! \()|:((?!req|tok)\w*_quota|budget_ex|billing_)|^status 40(2(?! retry[^]*in_flight)|3(?=[^]*limit_source))|extra usage|((each|ceed)[ \w]{0,60}|:\w*)(usage|spend\w*).(cap|limit)/,
    "quota_exhausted",
    false,
    "account",
  ],
  [
    /^status 413|tokens allowed(?! wi)|:request.too.large|(input|prompt) is too l|must be reduced|context[ _](window|length|size|limit)/,
    "context_too_long",
  ],
  [/:\w*content_(filter|policy)|responsibleai/, "content_filter"],
  [/:(permission_?[de]|accessd|authentication.?[fe]|api_key|unauth\w+$)|^status 40[13]/m, "auth", false, "account"],
  // A bad request is one whatever it says: its message may have the caller's words in it.
  [
    /^status 529|^(?!status 4(22|00|04))[^]*(capacity temp|:\w*_capacity_ex|notready|unavailableex|overloaded(_|\b))/,
    "overloaded",
    true,
    "model",
  ],
  [/^status 4(29|02)|:(throttling|resource_ex|rate_limit)/, "rate_limited", true, "model"],
  [/^status (409|5(?!0[15])|425)|:(internalserver|model runner|model\w*errore)/, "server_error", true],
  [/^status (4(?!08)|[35])|:(invalid_|not_found_|\w*image_|validatione)/, "invalid_request"],

  [
    /:(err_trunc|incomplete json seg|(request|stream) ended without|missing finish_|did not receive done)/,
    "truncated_stream",
    true,
  ],

  // The network. A bad URL or certificate comes in the same wrapping as a broken connection, but stays bad; so does a
  // redirect that the caller forbids.
  [/cert[i_]|redirect mode|unknown scheme|unexpected ?redirect|bad port|err_invalid/],
  // Before the timeouts: the AWS SDK calls a reset connection a `TimeoutError`.
  [/:(err_(http2|stream)|und_err_s|e(pipe|host|net|conn|ai_|notfound)|unexpectedeof)/, "network", true],
  [/:\w*timeout(e|$)|^status 408|timed.?out/m, "timeout", true],
  // "Connection error." is what SDKs say around any cause: it counts where there is none.
  [
    /client error \(|:terminated$|internal error;|(:fetch|network) ?error|error (in input|reading a body)|(load|fetch|net(work)?) (request|failed|connection)|failed to fetch|code:conn|http.?2 (req|str)|connection (refused|reset|(was )?closed|error\.(?!\ncause))/m,
    "network",
    true,
  ],

  // A body that says no more than that it is an error. Not so an error in an error, nor the type of a `Response`.
  [
    /^(finish_reason:error|error:(?!error$)|type:(response.failed|error$(?!\nstatus)))/m,
    "server_error",
    true,
  ],
  [/^status \w+/],
];

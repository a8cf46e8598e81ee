/** An error type (empty for the error's own class), whether it is retried, and the pattern that tells it. */
export type Rule = readonly [errorType: string, retryable: boolean, pattern: RegExp];

/**
 * Patterns over a line that says `status 429`, with ` wish` if the server asks to wait, and the lines of
 * `describeFailure` below it. The first match decides. All of them run in linear time.
 */
export const RULES: readonly Rule[] = [
  // What the body says outweighs the status.
  ["rate_limited", true, /^status 402 wish(?=[^]*\nlimit_source:openrouter_in_flight)/],
  ["quota_exhausted", false, /^status 403(?=[^]*\nlimit_source:)/],
  [
    "quota_exhausted",
    false,
    /:(insufficient_quota|billing_|credit_balance_|\w+_(spend|usage)_limit_)|\nquotaId:\S*PerDay|(too many tokens|free-models).per.day|trial key.{0,60}month|balance is too low/i,
  ],
  [
    "context_too_long",
    false,
    /:(context_length_|(\d+ )?request.too.large)|must be reduced|(prompt|input) is too long|maximum (context length|number of tokens)/i,
  ],
  ["content_filter", false, /:(content_(policy|filter)|ResponsibleAIPolicy)/i],
  ["auth", false, /:(authentication_|permission_|(invalid_)?api_key|unauthenticated|accessDenied)/i],
  [
    "overloaded",
    true,
    /overloaded|:(ModelNotReady|ServiceUnavailableEx)/i,
  ],
  ["truncated_stream", true, /:truncated_stream|ended without (sending|producing)|did not receive done/i],
  ["server_error", true, /:(internalServerE|model((stream)?errorE| runner has))/i],

  // The status.
  ["invalid_request", true, /^status 4(09|25)/],
  ["server_error", false, /^status 50[15]/],
  ["auth", false, /^status 40[13]/],
  ["quota_exhausted", false, /^status 402/],
  ["timeout", true, /^status 408/],
  ["context_too_long", false, /^status 413/],
  ["rate_limited", true, /^status 429/],
  ["overloaded", true, /^status 529/],
  ["invalid_request", false, /^status [34]/],
  ["server_error", true, /^status 5/],

  // A body without a status, as in a stream that began with 200.
  ["rate_limited", true, /:(rate_limit_|slow_down|throttling|RESOURCE_EXHAUSTED)/i],
  ["invalid_request", false, /:(invalid_|not_found_|validationE)/i],
  ["timeout", true, /:(modelTimeout|timeout$)/im],

  // The network. A bad URL or certificate comes in the same wrapping as a broken connection, but stays bad.
  ["", false, /:ERR_(INVALID|SSL)|invalid url|(url|unknown) scheme|cannot load|bad port|certificate/i],
  // Before the timeouts: the AWS SDK calls a reset connection a `TimeoutError`.
  [
    "network",
    true,
    /\ncode:(E(CONN|HOST|NET|PIPE|NOTFOUND|AI_)|UND_ERR_(SOCKET|RES)|ERR_(NETWORK|STREAM_PREM|HTTP2)|HPE_)/,
  ],
  ["timeout", true, /\n(name|code):\w*time(outError|d?out$)|:(request|the operation) timed out/im],
  // "Connection error." is what SDKs say around any cause: it counts where there is none.
  [
    "network",
    true,
    /:connection error\.$(?!\ncause)|(fetch|load) failed|failed to fetch|network ?(error|connection|request)|:terminated$|client error \(|dns error|connection (closed|reset|refused)|error (reading a body|in input)|socket hang up|:internal error; ref/im,
  ],

  // A body that says no more than that it is an error. Not so an error in an error, nor the type of a `Response`.
  [
    "server_error",
    true,
    /\nerror:(?!Error$)|\ntype:(error$(?!\nstatus:0)|response\.failed)|\nfinish_reason:error$/im,
  ],
  ["", false, /^/],
];

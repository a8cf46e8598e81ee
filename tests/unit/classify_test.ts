import { assertEquals } from "@std/assert";
import { type Classification, classifyError } from "../../mod.ts";

interface Row {
  /** Says what is thrown and what it is. */
  readonly name: string;
  /** Where the rule comes from. */
  readonly source: string;
  readonly thrown: unknown;
  readonly errorType: string;
  readonly retryable: boolean;
  readonly scope?: Classification["scope"];
}

const QUOTA = { errorType: "quota_exhausted", retryable: false, scope: "account" } as const;
const TOO_LONG = { errorType: "context_too_long", retryable: false } as const;
const FILTERED = { errorType: "content_filter", retryable: false } as const;
const AUTH = { errorType: "auth", retryable: false, scope: "account" } as const;
const INVALID = { errorType: "invalid_request", retryable: false } as const;
const LIMITED = { errorType: "rate_limited", retryable: true, scope: "model" } as const;
const OVERLOADED = { errorType: "overloaded", retryable: true, scope: "model" } as const;
const BROKEN = { errorType: "server_error", retryable: true } as const;
const TIMED_OUT = { errorType: "timeout", retryable: true } as const;

/** As the OpenAI SDK throws it: the body's `error` as `error`, its `code` and `type` on the error itself. */
function openAi(status: number, error: Record<string, unknown>): Error {
  return Object.assign(new Error(`${status} ${error.message}`), { status, error, code: error.code, type: error.type });
}

/** As the Anthropic SDK throws it: the whole body as `error`. */
function anthropic(status: number | undefined, type: string, more: Record<string, unknown> = {}): Error {
  const error = { type: "error", error: { type, message: "m", ...more }, request_id: "req_1" };
  return Object.assign(new Error(`${status} ${JSON.stringify(error)}`), { name: "APIError", status, error });
}

/** As the Google GenAI SDK throws it: the body as JSON in the message, and no headers. */
function gemini(status: number, error: Record<string, unknown>, wrap = (body: unknown) => body): Error {
  return Object.assign(new Error(JSON.stringify(wrap({ error }))), { name: "ApiError", status });
}

/** As the AWS SDK throws it: named after the exception, the status in `$metadata`. */
function bedrock(name: string, httpStatusCode: number | undefined, message = "m"): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode }, $fault: "client" });
}

/** As the AI SDK throws it. */
function aiSdk(statusCode: number, body: unknown): Error {
  const responseBody = JSON.stringify(body);
  return Object.assign(new Error("m"), { name: "AI_APICallError", statusCode, responseBody, isRetryable: true });
}

const quotaFailure = (quotaId: string) => ({
  code: 429,
  status: "RESOURCE_EXHAUSTED",
  message: "You exceeded your current quota",
  details: [
    { "@type": "type.googleapis.com/google.rpc.Help", links: [] },
    { "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: [{ quotaMetric: "m", quotaId }] },
  ],
});

const openAiQuotaCodes = [
  "insufficient_quota",
  "billing_hard_limit_reached",
  "billing_not_active",
  "credit_balance_exhausted",
  "organization_spend_limit_exceeded",
  "project_spend_limit_exceeded",
  "organization_usage_limit_exceeded",
];

const rows: readonly Row[] = [
  // Do not retry although the status says so.
  ...openAiQuotaCodes.flatMap((code) => [
    {
      name: `takes OpenAI's 429 of type ${code} for an exhausted quota`,
      source: "OpenAI error codes guide",
      thrown: openAi(429, { message: "m", type: code, code: null }),
      ...QUOTA,
    },
    {
      name: `takes OpenAI's 429 with code ${code} for an exhausted quota`,
      source: "OpenAI error codes guide",
      thrown: openAi(429, { message: "m", type: null, code }),
      ...QUOTA,
    },
  ]),
  {
    name: "takes an OpenAI request too large for its limit as one that never fits",
    source: "OpenAI rate limits guide",
    thrown: openAi(429, {
      message: "Request too large for gpt-5 on tokens per min (TPM): Limit 30000, Requested 40000",
      type: "tokens",
      code: "rate_limit_exceeded",
    }),
    ...TOO_LONG,
  },
  {
    name: "takes an OpenAI input that must be reduced as one that never fits",
    source: "OpenAI rate limits guide",
    thrown: openAi(429, {
      message: "Limit 30000. The input or output tokens must be reduced in order to run successfully.",
      type: "tokens",
      code: "rate_limit_exceeded",
    }),
    ...TOO_LONG,
  },
  {
    name: "does not take a message that mentions a too large request for one",
    source: "retry-rules.md: the message starts with it",
    thrown: openAi(429, { message: "Slow down. Was your last Request too large?", type: "requests", code: null }),
    ...LIMITED,
  },
  {
    name: "reads context_length_exceeded from an OpenAI error",
    source: "OpenAI error codes guide",
    thrown: openAi(400, { message: "m", type: "invalid_request_error", code: "context_length_exceeded" }),
    ...TOO_LONG,
  },
  {
    name: "reads content_policy_violation from an OpenAI error",
    source: "OpenAI images API",
    thrown: openAi(400, { message: "m", type: "invalid_request_error", code: "content_policy_violation" }),
    ...FILTERED,
  },
  {
    name: "reads content_filter from an OpenAI-compatible error",
    source: "OpenAI-compatible servers",
    thrown: openAi(400, { message: "m", type: null, code: "content_filter" }),
    ...FILTERED,
  },
  {
    name: "takes Azure's content filter for one although it asks to come back in a day",
    source: "Azure OpenAI content filtering",
    thrown: Object.assign(openAi(400, { message: "m", code: "content_filter" }), {
      headers: new Headers({ "retry-after": "86400" }),
    }),
    ...FILTERED,
  },
  {
    name: "reads Azure's inner error alone",
    source: "Azure OpenAI content filtering",
    thrown: openAi(400, { message: "m", code: null, innererror: { code: "ResponsibleAIPolicyViolation" } }),
    ...FILTERED,
  },
  {
    name: "does not retry Anthropic's 400",
    source: "Anthropic API errors",
    thrown: anthropic(400, "invalid_request_error"),
    ...INVALID,
  },
  {
    name: "does not retry Anthropic's 401",
    source: "Anthropic API errors",
    thrown: anthropic(401, "authentication_error"),
    ...AUTH,
  },
  {
    name: "takes Anthropic's 402 billing_error for an exhausted quota",
    source: "Anthropic API errors",
    thrown: anthropic(402, "billing_error"),
    ...QUOTA,
  },
  {
    name: "does not retry Anthropic's 403",
    source: "Anthropic API errors",
    thrown: anthropic(403, "permission_error"),
    ...AUTH,
  },
  {
    name: "does not retry Anthropic's 404",
    source: "Anthropic API errors",
    thrown: anthropic(404, "not_found_error"),
    ...INVALID,
  },
  {
    name: "takes Anthropic's 413 request_too_large as one that never fits",
    source: "Anthropic API errors",
    thrown: anthropic(413, "request_too_large"),
    ...TOO_LONG,
  },
  {
    name: "takes a 413 as HTML from Anthropic's edge as one that never fits",
    source: "Anthropic API errors",
    thrown: Object.assign(new Error("413 <html><head><title>413 Request Entity Too Large</title></head></html>"), {
      status: 413,
      error: undefined,
    }),
    ...TOO_LONG,
  },
  {
    name: "reads Anthropic's enforced spend limit from error.details",
    source: "Anthropic SDK 1.12: errorCode",
    thrown: anthropic(429, "rate_limit_error", { details: { error_code: "enforced_spend_limit_reached" } }),
    ...QUOTA,
  },
  {
    name: "reads Anthropic's enforced spend limit from the body itself",
    source: "Anthropic API errors",
    thrown: { type: "error", error: { details: { error_code: "enforced_spend_limit_reached" } } },
    ...QUOTA,
  },
  {
    name: "takes Anthropic's empty credit balance for an exhausted quota",
    source: "Anthropic API: seen in practice",
    thrown: anthropic(400, "invalid_request_error", { message: "Your credit balance is too low to access the API" }),
    ...QUOTA,
  },
  {
    name: "takes Anthropic's too long prompt as one that never fits",
    source: "Anthropic API: seen in practice",
    thrown: anthropic(400, "invalid_request_error", { message: "prompt is too long: 250000 tokens > 200000 maximum" }),
    ...TOO_LONG,
  },
  {
    name: "takes Bedrock's too long input as one that never fits",
    source: "Bedrock Converse errors",
    thrown: bedrock("ValidationException", 400, "Input is too long for requested model."),
    ...TOO_LONG,
  },
  {
    name: "takes Gemini's too many input tokens as a request that never fits",
    source: "Gemini API errors",
    thrown: gemini(400, {
      code: 400,
      status: "INVALID_ARGUMENT",
      message: "The input token count (2) exceeds the maximum number of tokens allowed (1).",
    }),
    ...TOO_LONG,
  },
  {
    name: "takes Gemini's quota per day for exhausted",
    source: "google.rpc.QuotaFailure",
    thrown: gemini(429, quotaFailure("GenerateRequestsPerDayPerProject-FreeTier")),
    ...QUOTA,
  },
  {
    name: "takes Gemini's quota per day and model for exhausted",
    source: "google.rpc.QuotaFailure",
    thrown: gemini(429, quotaFailure("GenerateRequestsPerDayPerProjectPerModel-FreeTier")),
    ...QUOTA,
  },
  {
    name: "reads a Gemini body wrapped in an array",
    source: "Gemini streamGenerateContent without alt=sse",
    thrown: gemini(429, quotaFailure("InputTokensPerDay"), (body) => [body]),
    ...QUOTA,
  },
  {
    name: "reads a Gemini body that is JSON in its own message",
    source: "Google GenAI SDK",
    thrown: gemini(429, { code: 429, message: JSON.stringify({ error: quotaFailure("TokensPerDay") }) }),
    ...QUOTA,
  },
  {
    name: "reads details that stand as JSON in the middle of a message",
    source: "@google/generative-ai",
    thrown: Object.assign(
      new Error(
        `[GoogleGenerativeAI Error]: Error fetching from https://example.com: [429 Too Many Requests] m ${
          JSON.stringify(quotaFailure("TokensPerDay").details)
        }`,
      ),
      { status: 429 },
    ),
    ...QUOTA,
  },
  {
    name: "retries Gemini's quota per minute",
    source: "google.rpc.QuotaFailure",
    thrown: gemini(429, quotaFailure("GenerateRequestsPerMinutePerProject-FreeTier")),
    ...LIMITED,
  },
  {
    name: "takes Gemini's invalid key for what it is although the status is 400",
    source: "google.rpc.ErrorInfo",
    thrown: gemini(400, {
      code: 400,
      status: "INVALID_ARGUMENT",
      message: "API key not valid",
      details: [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID" }],
    }),
    ...AUTH,
  },
  {
    name: "takes Bedrock's tokens per day for an exhausted quota",
    source: "Bedrock quotas",
    thrown: bedrock("ThrottlingException", 429, "Too many tokens per day, please wait before trying again."),
    ...QUOTA,
  },
  {
    name: "does not retry Bedrock's AccessDeniedException",
    source: "Bedrock Converse errors",
    thrown: bedrock("AccessDeniedException", 403),
    ...AUTH,
  },
  {
    name: "does not retry Bedrock's ValidationException",
    source: "Bedrock Converse errors",
    thrown: bedrock("ValidationException", 400),
    ...INVALID,
  },
  {
    name: "takes a Cohere trial key's monthly limit for an exhausted quota",
    source: "Cohere rate limits",
    thrown: Object.assign(new Error("TooManyRequestsError"), {
      name: "TooManyRequestsError",
      statusCode: 429,
      body: { message: "You are using a Trial key, which is limited to 1000 API calls / month." },
    }),
    ...QUOTA,
  },
  {
    name: "retries a Cohere trial key's limit per minute",
    source: "Cohere rate limits",
    thrown: Object.assign(new Error("TooManyRequestsError"), {
      statusCode: 429,
      body: { message: "You are using a Trial key, which is limited to 40 API calls / minute." },
    }),
    ...LIMITED,
  },
  {
    name: "takes Cohere's 402 for an exhausted quota",
    source: "Cohere errors",
    thrown: Object.assign(new Error("m"), { statusCode: 402, body: { message: "Please add or update your payment" } }),
    ...QUOTA,
  },
  {
    name: "takes OpenRouter's 402 for an exhausted quota",
    source: "OpenRouter errors",
    thrown: openAi(402, { code: 402, message: "Insufficient credits" }),
    ...QUOTA,
  },
  {
    name: "takes OpenRouter's in-flight budget without Retry-After for an exhausted quota",
    source: "OpenRouter limits",
    thrown: openAi(402, { code: 402, message: "m", metadata: { limit_source: "openrouter_in_flight_budget" } }),
    ...QUOTA,
  },
  {
    name: "retries OpenRouter's in-flight budget with Retry-After",
    source: "OpenRouter limits",
    thrown: Object.assign(
      openAi(402, { code: 402, message: "m", metadata: { limit_source: "openrouter_in_flight_budget" } }),
      { headers: new Headers({ "retry-after": "3" }) },
    ),
    ...LIMITED,
  },
  {
    name: "takes OpenRouter's 403 with a limit source for an exhausted quota",
    source: "OpenRouter limits",
    thrown: openAi(403, { code: 403, message: "Key limit exceeded", metadata: { limit_source: "key_limit" } }),
    ...QUOTA,
  },
  {
    name: "takes OpenRouter's free models per day for an exhausted quota",
    source: "OpenRouter limits",
    thrown: openAi(429, { code: 429, message: "Rate limit exceeded: free-models-per-day" }),
    ...QUOTA,
  },

  // Do retry.
  {
    name: "retries a limit of tokens per day that says when to come back",
    source: "Groq rate limits",
    thrown: openAi(429, {
      message: "Rate limit reached on tokens per day (TPD): Limit 100000, Used 99999. Please try again in 1m30s.",
      type: "tokens",
      code: "rate_limit_exceeded",
    }),
    ...LIMITED,
  },
  {
    name: "does not take every length for that of the context",
    source: "retry-rules.md",
    thrown: openAi(503, { message: "The queue is too long", type: null, code: null }),
    ...BROKEN,
  },
  {
    name: "retries Anthropic's 529 overloaded_error",
    source: "Anthropic API errors",
    thrown: anthropic(529, "overloaded_error"),
    ...OVERLOADED,
  },
  {
    name: "retries OpenAI's 503 server_is_overloaded",
    source: "OpenAI error codes guide",
    thrown: openAi(503, { message: "m", type: "server_error", code: "server_is_overloaded" }),
    ...OVERLOADED,
  },
  {
    name: "retries OpenAI's 429 rate_limit_exceeded",
    source: "OpenAI error codes guide",
    thrown: openAi(429, { message: "m", type: "requests", code: "rate_limit_exceeded" }),
    ...LIMITED,
  },
  {
    name: "retries OpenAI's 429 slow_down",
    source: "OpenAI error codes guide",
    thrown: openAi(429, { message: "m", type: "slow_down", code: null }),
    ...LIMITED,
  },
  {
    name: "retries Bedrock's ThrottlingException",
    source: "Bedrock Converse errors",
    thrown: bedrock("ThrottlingException", 429),
    ...LIMITED,
  },
  {
    name: "retries Bedrock's ModelNotReadyException",
    source: "Bedrock Converse errors",
    thrown: bedrock("ModelNotReadyException", 429),
    ...OVERLOADED,
  },
  {
    name: "retries Bedrock's ModelTimeoutException",
    source: "Bedrock Converse errors",
    thrown: bedrock("ModelTimeoutException", 408),
    ...TIMED_OUT,
  },
  {
    name: "retries Bedrock's ModelErrorException although its status is 424",
    source: "Bedrock Converse errors",
    thrown: bedrock("ModelErrorException", 424),
    ...BROKEN,
  },
  {
    name: "retries Bedrock's ServiceUnavailableException",
    source: "Bedrock Converse errors",
    thrown: bedrock("ServiceUnavailableException", 503),
    ...OVERLOADED,
  },
  {
    name: "takes Bedrock's too many tokens for a rate, not for a context overflow",
    source: "Bedrock quotas",
    thrown: bedrock("ThrottlingException", 429, "Too many tokens, please wait before trying again."),
    ...LIMITED,
  },
  {
    name: "reads a Bedrock exception from the header of a raw response",
    source: "AWS restJson1: x-amzn-errortype",
    thrown: new Response(null, {
      status: 424,
      headers: { "x-amzn-errortype": "ModelErrorException:http://internal.amazon.com/coral/" },
    }),
    ...BROKEN,
  },

  // Errors without a status: events in a stream that began with 200, bodies handed over as they are.
  {
    name: "reads Anthropic's overloaded_error from a stream",
    source: "Anthropic streaming: error events",
    thrown: anthropic(undefined, "overloaded_error"),
    ...OVERLOADED,
  },
  {
    name: "reads Anthropic's error event itself",
    source: "Anthropic streaming: error events",
    thrown: { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
    ...OVERLOADED,
  },
  {
    name: "reads Anthropic's error event as a JSON string",
    source: "Anthropic streaming: error events",
    thrown: '{"type":"error","error":{"type":"rate_limit_error","message":"m"}}',
    ...LIMITED,
  },
  {
    name: "reads Anthropic's api_error from a stream",
    source: "Anthropic streaming: error events",
    thrown: anthropic(undefined, "api_error"),
    ...BROKEN,
  },
  {
    name: "does not retry Anthropic's invalid_request_error from a stream",
    source: "Anthropic streaming: error events",
    thrown: anthropic(undefined, "invalid_request_error"),
    ...INVALID,
  },
  {
    name: "does not retry Anthropic's permission_error from a stream",
    source: "Anthropic streaming: error events",
    thrown: anthropic(undefined, "permission_error"),
    ...AUTH,
  },
  {
    name: "does not retry Anthropic's authentication_error without a status",
    source: "Anthropic API errors",
    thrown: anthropic(undefined, "authentication_error"),
    ...AUTH,
  },
  {
    name: "does not retry Anthropic's not_found_error without a status",
    source: "Anthropic API errors",
    thrown: anthropic(undefined, "not_found_error"),
    ...INVALID,
  },
  {
    name: "reads OpenAI's flat error event",
    source: "OpenAI Responses streaming: error",
    thrown: { type: "error", code: "server_error", message: "m", param: null, sequence_number: 1 },
    ...BROKEN,
  },
  {
    name: "reads OpenAI's flat error event with a quota code",
    source: "OpenAI Responses streaming: error",
    thrown: { type: "error", code: "insufficient_quota", message: "m", param: null },
    ...QUOTA,
  },
  {
    name: "reads OpenAI's error event without a code",
    source: "OpenAI Responses streaming: error",
    thrown: { type: "error", code: null, message: "m", param: null },
    ...BROKEN,
  },
  {
    name: "reads OpenAI's response.failed",
    source: "OpenAI Responses streaming: response.failed",
    thrown: {
      type: "response.failed",
      response: { status: "failed", error: { code: "rate_limit_exceeded", message: "m" } },
    },
    ...LIMITED,
  },
  {
    name: "reads OpenAI's response.failed without an error",
    source: "OpenAI Responses streaming: response.failed",
    thrown: { type: "response.failed", response: { status: "failed", error: null } },
    ...BROKEN,
  },
  {
    name: "reads an OpenAI stream error without a status",
    source: "OpenAI SDK 7.57: Stream.fromSSEResponse",
    thrown: Object.assign(new Error("m"), { status: undefined, error: { message: "m", type: "server_error" } }),
    ...BROKEN,
  },
  {
    name: "reads the status in an OpenRouter body",
    source: "OpenRouter errors",
    thrown: { error: { code: 502, message: "Provider returned error", metadata: { provider_name: "p" } } },
    ...BROKEN,
  },
  {
    name: "does not retry an OpenRouter body with 403",
    source: "OpenRouter errors",
    thrown: { id: "gen-1", error: { code: 403, message: "flagged" } },
    ...AUTH,
  },
  {
    name: "reads an OpenRouter chunk with an error",
    source: "OpenRouter streaming",
    thrown: { id: "g", error: { code: 429, message: "m" }, choices: [{ delta: {}, finish_reason: "error" }] },
    ...LIMITED,
  },
  {
    name: "reads what OpenRouter passes on from the provider",
    source: "OpenRouter errors: metadata.raw",
    thrown: openAi(429, {
      code: 429,
      message: "Provider returned error",
      metadata: { raw: '{"error":{"message":"m","code":"insufficient_quota"}}', provider_name: "OpenAI" },
    }),
    ...QUOTA,
  },
  {
    name: "retries a finish reason of error",
    source: "Mistral and OpenRouter chat completions",
    thrown: { id: "c", choices: [{ index: 0, message: { content: "" }, finish_reason: "error" }] },
    ...BROKEN,
  },
  {
    name: "retries Cohere's finish reason ERROR",
    source: "Cohere v2 chat",
    thrown: { id: "c", message: { content: [] }, finish_reason: "ERROR" },
    ...BROKEN,
  },
  {
    name: "retries Cohere's finish reason TIMEOUT",
    source: "Cohere v2 chat",
    thrown: { id: "c", message: { content: [] }, finish_reason: "TIMEOUT" },
    ...TIMED_OUT,
  },
  {
    name: "retries Cohere's message-end with an error",
    source: "Cohere v2 chat streaming",
    thrown: { type: "message-end", delta: { finish_reason: "ERROR", error: "m" } },
    ...BROKEN,
  },
  {
    name: "retries Ollama's line with an error",
    source: "Ollama streaming errors",
    thrown: { error: "model runner has unexpectedly stopped" },
    ...BROKEN,
  },
  {
    name: "retries a Bedrock exception frame",
    source: "Bedrock ConverseStream",
    thrown: bedrock("throttlingException", undefined),
    ...LIMITED,
  },
  {
    name: "retries Bedrock's ModelStreamErrorException",
    source: "Bedrock ConverseStream",
    thrown: bedrock("ModelStreamErrorException", undefined),
    ...BROKEN,
  },
  {
    name: "does not retry a Bedrock validation frame",
    source: "Bedrock ConverseStream",
    thrown: bedrock("validationException", undefined),
    ...INVALID,
  },
  {
    name: "reads a Gemini error in the middle of a stream",
    source: "Gemini streamGenerateContent",
    thrown: {
      error: { code: 503, status: "UNAVAILABLE", message: "The model is overloaded. Please try again later." },
    },
    ...OVERLOADED,
  },
  {
    name: "reads a gRPC status word without a code",
    source: "google.rpc.Code",
    thrown: { error: { status: "RESOURCE_EXHAUSTED", message: "m" } },
    ...LIMITED,
  },
  {
    name: "retries what the Ollama SDK makes of a line with an error",
    source: "Ollama SDK 0.6: a plain Error",
    thrown: new Error("model runner has unexpectedly stopped, this may be due to resource limitations"),
    ...BROKEN,
  },

  {
    name: "retries Bedrock's InternalServerException",
    source: "Bedrock ConverseStream",
    thrown: bedrock("internalServerException", undefined),
    ...BROKEN,
  },
  {
    name: "retries what a stream says of its server alone",
    source: "Anthropic streaming: error events",
    thrown: anthropic(undefined, "timeout_error"),
    ...BROKEN,
  },

  // Other shapes.
  {
    name: "reads the data of a response",
    source: "axios, AI SDK",
    thrown: Object.assign(new Error("m"), {
      response: { status: 429, data: { error: { code: "insufficient_quota" } } },
    }),
    ...QUOTA,
  },
  {
    name: "reads a detail",
    source: "FastAPI, as in vLLM and Mistral",
    thrown: { status: 400, body: { detail: "This model's maximum context length is 4096 tokens" } },
    ...TOO_LONG,
  },
  ...[0, 1, 2, 3].map((index): Row => ({
    name: `reads the details at index ${index}`,
    source: "google.rpc.Status",
    thrown: {
      status: 429,
      error: { details: Object.assign([{}, {}, {}, {}], { [index]: { reason: "API_KEY_INVALID" } }) },
    },
    ...AUTH,
  })),
  {
    name: "reads an AI SDK error",
    source: "AI SDK 7: APICallError",
    thrown: aiSdk(429, { error: { message: "m", type: "insufficient_quota", code: "insufficient_quota" } }),
    ...QUOTA,
  },
  {
    name: "does not read the user's words in an AI SDK error",
    source: "AI SDK 7: requestBodyValues",
    thrown: Object.assign(aiSdk(429, { error: { message: "m" } }), {
      requestBodyValues: { messages: [{ role: "user", error: { code: "insufficient_quota" } }] },
    }),
    ...LIMITED,
  },
  {
    name: "reads the last error in an AI SDK RetryError",
    source: "AI SDK 7: RetryError",
    thrown: Object.assign(new Error("Failed after 3 attempts"), {
      name: "AI_RetryError",
      reason: "maxRetriesExceeded",
      lastError: aiSdk(503, {}),
    }),
    ...BROKEN,
  },
  {
    name: "reads a LangChain error",
    source: "LangChain 1: lc_error_code",
    thrown: Object.assign(
      openAi(429, { message: "m\n\nTroubleshooting URL: https://x/", type: "requests", code: null }),
      {
        lc_error_code: "MODEL_RATE_LIMIT",
      },
    ),
    ...LIMITED,
  },
  {
    name: "reads a Mistral error",
    source: "Mistral SDK 2.7: SDKError",
    thrown: Object.assign(new Error('API error occurred: Status 429\nBody: {"object":"error","message":"m"}'), {
      name: "SDKError",
      statusCode: 429,
      body: '{"object":"error","message":"Requests rate limit exceeded","type":"rate_limited","code":"1300"}',
    }),
    ...LIMITED,
  },
  {
    name: "reads an Ollama error",
    source: "Ollama SDK 0.6: ResponseError",
    thrown: Object.assign(new Error("server busy"), { name: "ResponseError", status_code: 503, error: "server busy" }),
    ...BROKEN,
  },
  {
    name: "reads an AWS error whose body was HTML",
    source: "AWS SDK 3.1164: recorded",
    thrown: Object.assign(new SyntaxError("Unexpected token '<'"), { $metadata: { httpStatusCode: 503 } }),
    ...BROKEN,
  },
  {
    name: "reads a raw response",
    source: "fetch",
    thrown: new Response("<html>", { status: 502 }),
    ...BROKEN,
  },
  {
    name: "reads a status under response",
    source: "axios, gaxios",
    thrown: Object.assign(new Error("m"), { response: { status: 429, headers: {} } }),
    ...LIMITED,
  },
  {
    name: "reads a cause ten deep",
    source: "retry-rules.md",
    thrown: wrap(openAi(429, { code: null, message: "m" }), 10),
    ...LIMITED,
  },
  {
    name: "keeps to the outermost status",
    source: "retry-rules.md",
    thrown: Object.assign(new Error("m", { cause: openAi(429, { message: "m" }) }), { status: 500 }),
    ...BROKEN,
  },

  // The server's veto or wish.
  {
    name: "does not retry what the server vetoes",
    source: "OpenAI and Anthropic SDKs: x-should-retry",
    thrown: Object.assign(openAi(503, { message: "m" }), { headers: new Headers({ "x-should-retry": "false" }) }),
    ...BROKEN,
    retryable: false,
  },
  {
    name: "retries what the server wants retried",
    source: "OpenAI and Anthropic SDKs: x-should-retry",
    thrown: Object.assign(openAi(400, { message: "m" }), { headers: new Headers({ "x-should-retry": "true" }) }),
    ...INVALID,
    retryable: true,
  },
  {
    name: "lets the veto outweigh the body",
    source: "retry-rules.md: decide in this order",
    thrown: Object.assign(anthropic(529, "overloaded_error"), { headers: { "X-Should-Retry": "false" } }),
    ...OVERLOADED,
    retryable: false,
  },

  // Anything else.
  {
    name: "does not take a number for a status that is none",
    source: "retry-rules.md",
    thrown: Object.assign(new Error("m"), { code: 112 }),
    errorType: "Error",
    retryable: false,
  },
  {
    name: "does not retry a programming error within an error part",
    source: "AI SDK 7: stream parts",
    thrown: { error: new TypeError("x is not a function") },
    errorType: "Object",
    retryable: false,
  },
  {
    name: "does not take a method for a message",
    source: "retry-rules.md",
    thrown: new (class Logger {
      error(): void {}
    })(),
    errorType: "Logger",
    retryable: false,
  },
  {
    name: "does not retry a programming error",
    source: "retry-rules.md",
    thrown: new TypeError("x is not a function"),
    errorType: "TypeError",
    retryable: false,
  },
  {
    name: "does not retry an abort that is none of ours",
    source: "retry-rules.md",
    thrown: new DOMException("This operation was aborted", "AbortError"),
    errorType: "AbortError",
    retryable: false,
  },
  {
    name: "names an error by its class where it has no name of its own",
    source: "OpenAI SDK 7.57: name is Error",
    thrown: new (class APIUserAbortError extends Error {})("Request was aborted."),
    errorType: "APIUserAbortError",
    retryable: false,
  },
  {
    name: "bounds a hostile name",
    source: "span-contract.md: low cardinality",
    thrown: Object.assign(new Error("m"), { name: "x".repeat(500) }),
    errorType: "x".repeat(128),
    retryable: false,
  },
  {
    name: "takes no more of a hostile name than an identifier",
    source: "span-contract.md: low cardinality",
    thrown: Object.assign(new Error("m"), { name: "Wrong <b>\n" }),
    errorType: "Wrong",
    retryable: false,
  },
  {
    name: "passes over a name that is none",
    source: "span-contract.md: low cardinality",
    thrown: Object.assign(new RangeError("m"), { name: "1 <b>" }),
    errorType: "RangeError",
    retryable: false,
  },
  {
    name: "does not retry a programming error in an SDK's own fetch",
    source: "OpenAI SDK 7.57: APIConnectionError",
    thrown: new (class APIConnectionError extends Error {})("Connection error.", {
      cause: new TypeError("x is not a function"),
    }),
    errorType: "APIConnectionError",
    retryable: false,
  },
  {
    name: "retries a connection error without a cause",
    source: "OpenAI SDK 7.57: APIConnectionError",
    thrown: new (class APIConnectionError extends Error {})("Connection error."),
    errorType: "network",
    retryable: true,
  },
  {
    name: "retries a stream that ended without its last line",
    source: "Ollama SDK 0.6: AbortableAsyncIterator",
    thrown: new Error("Did not receive done or success response in stream."),
    errorType: "truncated_stream",
    retryable: true,
  },
  {
    name: "retries a stream that ended within an event",
    source: "Google Gen AI SDK 3.1: processStreamResponse",
    thrown: new Error("Incomplete JSON segment at the end"),
    errorType: "truncated_stream",
    retryable: true,
  },
  {
    name: "retries a stream that ended before the SDK had a message",
    source: "Anthropic SDK 1.12: MessageStream",
    thrown: Object.assign(new Error("stream ended without producing a Message with role=assistant"), {
      name: "AnthropicError",
    }),
    errorType: "truncated_stream",
    retryable: true,
  },
  {
    name: "retries a stream that ended before its first chunk",
    source: "Anthropic SDK 1.12: MessageStream; OpenAI SDK 7.57: ChatCompletionStream",
    thrown: new Error("request ended without sending any chunks"),
    errorType: "truncated_stream",
    retryable: true,
  },
  {
    name: "reads the status that the body tells within HTTP 200",
    source: "OpenRouter errors; AI SDK 7: APICallError",
    thrown: aiSdk(200, { error: { code: 429, message: "m" } }),
    ...LIMITED,
  },
  {
    name: "does not retry a wrong key within HTTP 200",
    source: "OpenRouter errors; AI SDK 7: APICallError",
    thrown: aiSdk(200, { error: { code: 401, message: "m" } }),
    ...AUTH,
  },
  {
    name: "does not retry a bad request within HTTP 200",
    source: "OpenRouter errors; AI SDK 7: APICallError",
    thrown: aiSdk(200, { error: { code: 400, message: "m" } }),
    ...INVALID,
  },
  {
    name: "takes a type that is a usage limit, and no more, for an exhausted quota",
    source: "OpenAI Codex: UsageLimitReachedError",
    thrown: openAi(429, { message: "m", type: "usage_limit_reached" }),
    ...QUOTA,
  },
  ...["AuthenticationError", "PermissionDeniedError"].map((name): Row => ({
    name: `takes a wrong key for one by the name ${name} alone`,
    source: "OpenAI and Anthropic SDKs: errors",
    thrown: Object.assign(new Error("m"), { name }),
    ...AUTH,
  })),
  ...["billing_lookup", "get_usage_limit", "set_spend_limit"].map((tool): Row => ({
    name: `does not take a tool named ${tool} for an exhausted quota`,
    source: "retry-rules.md, step 4",
    thrown: openAi(503, { message: `Cannot compile the schema of ${tool}`, type: "server_error", code: null }),
    ...BROKEN,
  })),
  ...["Authentication backend is unavailable", "Permission check timed out"].map((message): Row => ({
    name: `does not take a status of 503 for a wrong key where the message is: ${message}`,
    source: "retry-rules.md, step 4",
    thrown: openAi(503, { message, type: "server_error", code: null }),
    ...BROKEN,
  })),
  {
    name: "does not retry a bad request whose message has a telling word in it",
    source: "retry-rules.md, step 4",
    thrown: {
      status: 400,
      error: { type: "invalid_request_error", message: "Invalid tool name 'overloaded_handler'" },
    },
    errorType: "invalid_request",
    retryable: false,
  },
  {
    name: "does not retry an unknown model with a telling name",
    source: "retry-rules.md, step 4",
    thrown: { status: 404, error: { type: "invalid_request_error", message: "model overloaded-7b not found" } },
    errorType: "invalid_request",
    retryable: false,
  },
  {
    name: "reads Bedrock's AccessDeniedException without a status",
    source: "retry-rules.md",
    thrown: { name: "AccessDeniedException", message: "no" },
    errorType: "auth",
    retryable: false,
    scope: "account",
  },
  {
    name: "takes no name from within an error for its class",
    source: "span-contract.md: the error's class name",
    thrown: Object.assign(new Error("x", { cause: new TypeError("y") }), { data: { name: "Alice" } }),
    errorType: "Error",
    retryable: false,
  },
  {
    name: "reads a long body that is JSON in a string",
    source: "retry-rules.md",
    thrown: { status: 429, body: JSON.stringify({ error: { message: "y".repeat(9000), type: "insufficient_quota" } }) },
    errorType: "quota_exhausted",
    retryable: false,
    scope: "account",
  },
  {
    name: "reads the body behind very long headers",
    source: "retry-rules.md",
    thrown: {
      status: 429,
      headers: Array.from("abcdef", (name) => [name, "x".repeat(9000)]),
      body: { error: { type: "insufficient_quota" } },
    },
    errorType: "quota_exhausted",
    retryable: false,
    scope: "account",
  },
  {
    name: "reads the eighth detail",
    source: "retry-rules.md: QuotaFailure",
    thrown: { status: 429, error: { details: [...Array(7).fill({ a: 1 }), { quotaId: "RequestsPerDay" }] } },
    errorType: "quota_exhausted",
    retryable: false,
    scope: "account",
  },

  // As they are seen in the wild: the words that count are the services' own, the rest is not.
  ...([
    ["Gemini: prepaid credits", 429, "Your prepayment credits are depleted. Please go to AI Studio"],
    ["Gemini: spending cap", 429, "Your project has exceeded its monthly spending cap."],
    [
      "xAI: continue issue 10373",
      429,
      "Your team has used all credits or reached its monthly spending limit. Buy more",
    ],
    ["Ollama: continue issue 9233", 429, "you've reached your hourly usage limit, please wait or upgrade to continue"],
    [
      "Ollama: hermes-agent pull 68832",
      429,
      "you (me) have reached your weekly usage limit, upgrade for higher limits",
    ],
    ["MiniMax: MiniMax-M2.7 issue 36", 429, "usage limit exceeded, resets at 2026-05-15T15:00:00Z (2056)"],
    ["Zhipu: GLM-5 issue 148", 429, "Insufficient balance or no resource package. Please recharge."],
    ["MiniMax: MiniMax-M2 issue 62", 500, "insufficient balance (1008)"],
    ["DeepSeek behind a proxy: aider issue 4851", 400, "Insufficient Balance"],
    ["Claude: claude-code issue 29584", 429, "Extra usage is required for long context requests."],
    ["Claude: claude-code issue 64982", 429, "Usage credits are required for long context requests."],
    [
      "Claude: claude-code issue 2127",
      400,
      "You have reached your specified API usage limits. Come back on 2025-07-01.",
    ],
    [
      "LiteLLM: litellm issue 14144",
      429,
      "No deployments - crossed budget: Exceeded budget for deployment: 0.36 >= 1d",
    ],
    ["Cerebras", 429, "Tokens per day limit exceeded - too many tokens processed."],
    ["SambaNova", 429, "Too many requests per day, rate limit exceeded"],
    [
      "Fireworks: pollinations issue 12136",
      412,
      "Account x is suspended, possibly due to reaching the monthly spending limit",
    ],
  ] as const).map(([source, status, message]): Row => ({
    name: `takes for an exhausted quota: ${message}`,
    source,
    thrown: { status, error: { message } },
    ...QUOTA,
  })),
  ...([
    ["LiteLLM: litellm issue 36729", "budget_exceeded"],
    ["Moonshot: exceeded_current_quota_error", "exceeded_current_quota_error"],
    ["MiniMax: modelscope issue 1691", "insufficient_balance_error"],
  ] as const).map(([source, type]): Row => ({
    name: `takes a 429 of type ${type} for an exhausted quota`,
    source,
    thrown: { status: 429, error: { message: "m", type } },
    ...QUOTA,
  })),
  {
    name: "reads the errors in a body",
    source: "Cloudflare Workers AI: OmniRoute issue 6980",
    thrown: {
      status: 429,
      error: { success: false, errors: [{ code: 4006, message: "you have used up your daily free allocation" }] },
    },
    ...QUOTA,
  },
  ...["monthly_quota_exceeded", "user_quota_exceeded"].map((code): Row => ({
    name: `takes a 429 with the code ${code} for an exhausted quota`,
    source: "retry-rules.md: money, not rate",
    thrown: { status: 429, error: { message: "m", code } },
    ...QUOTA,
  })),
  ...["token_quota_exceeded", "request_quota_exceeded"].map((code): Row => ({
    name: `retries Cerebras's ${code}, a limit per minute`,
    source: "Cerebras: continue issue 9800",
    thrown: { status: 429, error: { message: "Tokens per minute limit exceeded", param: "quota", code } },
    ...LIMITED,
  })),
  ...([
    ["of advice", "Rate limit reached. Manage your usage limits and spending at https://x/usage-limits"],
    ["of a limit that is another one", "Temporarily limiting requests (not your usage limit)"],
    [
      "of a daily limit that is not what was hit",
      "1000 requests per day and 10 per minute: the limit per minute is hit",
    ],
    ["of what to reduce", "Please reduce the prompt length or the maximum tokens requested, or try again later."],
    ["of the name of a model", "Rate limit reached for context-window-router on requests per min"],
    [
      "of tokens that are counted over time: llama-models issue 354",
      "You have exceeded the maximum number of tokens allowed within a given time frame. Wait a bit and try again.",
    ],
    ["of a word for who is limited", "Unauthenticated requests are limited to 10 per minute"],
    ["of an advice for others", "10 requests per minute. Subscribed users see usage limits at https://x/"],
  ] as const).map(([what, message]): Row => ({
    name: `retries a rate limit in spite ${what}`,
    source: "retry-rules.md: 429",
    thrown: { status: 429, error: { message } },
    ...LIMITED,
  })),
  ...([
    [
      "llama.cpp: exceed_context_size_error",
      400,
      "request (9412 tokens) exceeds the available context size (8192 tokens)",
    ],
    ["llama.cpp: server_error", 500, "input is too large to process. increase the physical batch size"],
    ["OpenAI Responses, without its code", 400, "Your input exceeds the context window of this model."],
    ["Anthropic API errors", 400, "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"],
  ] as const).map(([source, status, message]): Row => ({
    name: `takes for what never fits: ${message}`,
    source,
    thrown: { status, error: { message } },
    ...TOO_LONG,
  })),
  {
    name: "does not retry an image that the policy forbids",
    source: "OpenAI Responses: ResponseError.code",
    thrown: { type: "response.failed", response: { error: { code: "image_content_policy_violation", message: "m" } } },
    ...FILTERED,
  },
  ...["image_too_large", "unsupported_image_media_type", "empty_image_file"].map((code): Row => ({
    name: `does not retry ${code}`,
    source: "OpenAI Responses: ResponseError.code",
    thrown: { type: "response.failed", response: { error: { code, message: "m" } } },
    ...INVALID,
  })),
  {
    name: "retries an image that could not be fetched",
    source: "OpenAI Responses: ResponseError.code",
    thrown: { type: "response.failed", response: { error: { code: "failed_to_download_image", message: "m" } } },
    ...BROKEN,
  },
  ...["Authentication failed", "Authentication error", "unauthorized", "UNAUTHENTICATED"].map((error): Row => ({
    name: `does not retry a body that says no more than: ${error}`,
    source: "Ollama and FastAPI servers: bodies without a type",
    thrown: { error },
    ...AUTH,
  })),
  ...([
    ["Mistral: service_tier_capacity_exceeded", { status: 429, error: { type: "service_tier_capacity_exceeded" } }],
    ["Groq, flex tier: status 498", { status: 498, error: { code: "flex_tier_capacity_exceeded" } }],
    ["Gemini: gemini-cli issue 26633", { status: 429, error: { details: [{ reason: "MODEL_CAPACITY_EXHAUSTED" }] } }],
    ["Cloudflare Workers AI: 3040", new Error("3040: Capacity temporarily exceeded, please try again.")],
    ["an error of one's own", new Error("The model is overloaded")],
    ["TGI: error_type", { status: 429, error: "Model is overloaded" }],
  ] as const).map(([source, thrown]): Row => ({
    name: `takes for overloaded: ${source}`,
    source,
    thrown,
    ...OVERLOADED,
  })),
  {
    name: "does not take the name of a variable for an overload",
    source: "retry-rules.md: a programming error",
    thrown: new TypeError("overloadedModels.map is not a function"),
    errorType: "TypeError",
    retryable: false,
  },
  ...[400, 404, 422].map((status): Row => ({
    name: `does not retry status ${status} because its message has "overloaded" in it`,
    source: "retry-rules.md, step 4",
    thrown: { status, error: { message: "Unknown value 'overloaded'" } },
    ...INVALID,
  })),
  {
    name: "retries a stream of Chat Completions that was cut off",
    source: "OpenAI SDK 7.57: ChatCompletionStream",
    thrown: new (class OpenAIError extends Error {})("missing finish_reason for choice 0"),
    errorType: "truncated_stream",
    retryable: true,
  },
  {
    name: "knows an answer that was cut off by its code",
    source: "TruncatedStreamError",
    thrown: Object.assign(new Error("m"), { code: "ERR_TRUNCATED_STREAM" }),
    errorType: "truncated_stream",
    retryable: true,
  },
  {
    name: "takes a text that is thrown for an error's message",
    source: "span-contract.md: error.type",
    thrown: "something went wrong",
    errorType: "Error",
    retryable: false,
  },
  {
    name: "reads a text that is thrown",
    source: "retry-rules.md",
    thrown: "Request timed out",
    ...TIMED_OUT,
  },
  {
    name: "takes no second line of a message for a field",
    source: "retry-rules.md: what the body says",
    thrown: new Error("The tool said\nerror:no\ntype:error\nstatus:503"),
    errorType: "Error",
    retryable: false,
  },
  ...[401, 402, 408, 413, 429, 500, 503, 529].map((status): Row => ({
    name: `takes no status ${status} from a message`,
    source: "retry-rules.md: read by their shape",
    thrown: new Error(`The tool failed with status ${status}`),
    errorType: "Error",
    retryable: false,
  })),
  ...[
    "Cannot read properties of undefined (reading 'rate_limit')",
    "Cannot read properties of undefined (reading 'internalServerError')",
    "Cannot read properties of undefined (reading 'econnreset')",
    "Cannot redefine property: terminated",
    "terminated by the user",
    "prefetch error",
    "Bad value of timeout",
    "The last request ended without a value",
    "The generator ended without a value",
    "Generator ended without a value",
    "Did not receive a callback",
    "Incomplete JSON config",
    "Missing finish handler",
    "Cannot read properties of undefined (reading 'max_capacity_limit')",
    "Invalid tool name 'check_capacity_tool'",
    "node_capacity_of is not a function",
    "connectionClosed is not defined",
    "this.onConnectionReset is not a function",
    "unauthenticatedClient is not defined",
    "this.isOverloaded is not a function",
    "RateLimit.overloaded is not a constructor",
    "http2 requests is not iterable",
    "Missing finish_reason mapping is not a function",
    "Cannot read properties of undefined (reading 'timeoutError')",
    "Cannot set properties of null (setting 'networkError')",
  ].map((message): Row => ({
    name: `does not retry a programming error that says: ${message}`,
    source: "retry-rules.md, step 6",
    thrown: new TypeError(message),
    errorType: "TypeError",
    retryable: false,
  })),
  {
    name: "does not retry that a name is not defined, whatever the name is",
    source: "retry-rules.md, step 6",
    thrown: new ReferenceError("networkError is not defined"),
    errorType: "ReferenceError",
    retryable: false,
  },
  {
    name: "retries a broken connection of which a TypeError says what it is not",
    source: "retry-rules.md: Deno",
    thrown: new TypeError(
      "error sending request for url (http://x/): client error (Connect): the address is not valid",
    ),
    errorType: "network",
    retryable: true,
  },
  {
    name: "retries what a service reports with a TypeError in its own words",
    source: "retry-rules.md: a status decides",
    thrown: Object.assign(new TypeError("x is not a function"), { status: 503 }),
    errorType: "server_error",
    retryable: true,
  },
  ...[
    "Cannot load the cache of content_filter",
    "Cannot load the cache of api_key",
    "Failed to load usage limits",
    "A worker used budget of others",
    "No worker for long-context-limit-7b",
    "Unauthorized upstream pool",
  ].map((message): Row => ({
    name: `retries status 503 in spite of its message: ${message}`,
    source: "retry-rules.md, step 4",
    thrown: { status: 503, error: { message } },
    ...BROKEN,
  })),
  ...([
    ["an exhausted quota", "413", { status: 413, error: { type: "insufficient_quota" } }, QUOTA],
    ["a content filter", "403", { status: 403, error: { code: "content_filter" } }, FILTERED],
    ["a wrong key", "an overload", { status: 401, error: { message: "The server is overloaded" } }, AUTH],
    ["a rate limit", "500", { status: 500, error: { type: "rate_limit_error" } }, LIMITED],
    ["a broken connection", "an error", { error: "read: connection reset by peer" }, {
      errorType: "network",
      retryable: true,
    }],
    ["an error", "its name", { error: "Error: cannot start" }, BROKEN],
  ] as const).map(([what, other, thrown, expected]): Row => ({
    name: `takes ${what} over ${other}`,
    source: "retry-rules.md: decide in this order",
    thrown,
    ...expected,
  })),
  {
    name: "takes no type for an error that only begins like one",
    source: "OpenAI Responses streaming",
    thrown: { type: "error_free" },
    errorType: "Object",
    retryable: false,
  },
  ...[301, 501, 505].map((status): Row => ({
    name: `does not retry status ${status} although its body says that it is an error`,
    source: "retry-rules.md, step 4",
    thrown: { status, error: { message: "Request timed out" } },
    ...INVALID,
  })),
];

function wrap(inner: unknown, times: number): unknown {
  return times === 0 ? inner : new Error("wrapped", { cause: wrap(inner, times - 1) });
}

for (const { name, source, thrown, errorType, retryable, scope = "request" } of rows) {
  Deno.test(`classifyError() ${name}`, () => {
    const actual = classifyError(thrown);
    assertEquals(
      { errorType: actual.errorType, retryable: actual.retryable, scope: actual.scope },
      { errorType, retryable, scope },
      `${source}; decided by ${actual.reason}`,
    );
  });
}

const RETRYABLE = [408, 409, 425, 429, 500, 502, 503, 504, 529, 507, 520, 599];
const NOT_RETRYABLE = [300, 304, 400, 401, 402, 403, 404, 405, 406, 410, 413, 422, 424, 426, 451, 499, 501, 505];
for (const status of [...RETRYABLE, ...NOT_RETRYABLE]) {
  const retryable = RETRYABLE.includes(status);
  Deno.test(`classifyError() ${retryable ? "retries" : "does not retry"} status ${status}`, () => {
    for (const key of ["status", "statusCode", "status_code"]) {
      for (const thrown of [{ [key]: status }, { response: { [key]: status } }]) {
        const actual = classifyError(thrown);
        assertEquals({ status: actual.status, retryable: actual.retryable }, { status, retryable });
      }
    }
  });
}

const TYPES = {
  401: "auth",
  402: "quota_exhausted",
  403: "auth",
  404: "invalid_request",
  408: "timeout",
  413: "context_too_long",
  429: "rate_limited",
  500: "server_error",
  503: "server_error",
  529: "overloaded",
};
for (const [status, errorType] of Object.entries(TYPES)) {
  Deno.test(`classifyError() takes status ${status} alone for ${errorType}`, () => {
    assertEquals(classifyError(new Response(null, { status: Number(status) })).errorType, errorType);
  });
}

Deno.test("classifyError() says what it knows of an error that tells nothing", () => {
  for (const nothing of [undefined, null, {}, Object.create(null)]) {
    const { errorType, reason, ...rest } = classifyError(nothing);
    assertEquals(rest, { retryable: false, scope: "request" });
    assertEquals([/^(Error|Object)$/.test(errorType), reason], [true, "status unknown"]);
  }
  assertEquals(classifyError(undefined).errorType, "Error");
});

Deno.test("classifyError() keeps the status of an answer that came, but could not be read", () => {
  assertEquals(classifyError(Object.assign(new Error("Invalid JSON response"), { statusCode: 200 })).status, 200);
});

Deno.test("classifyError() says that the server decided", () => {
  assertEquals(classifyError({ status: 503, headers: { "x-should-retry": "false" } }).reason, "x-should-retry");
});

Deno.test("classifyError() gives for a reason the words that decided, and no headers", () => {
  const headers = new Headers({ "set-cookie": "sid=1" });
  const { reason } = classifyError(Object.assign(new Error("The server is overloaded"), { status: 503, headers }));
  assertEquals([reason.endsWith("overloaded"), reason.includes("sid")], [true, false]);
});

Deno.test("classifyError() finds the request id", () => {
  const id = (thrown: unknown) => classifyError(thrown).requestId;
  assertEquals(id({ headers: new Headers({ "x-request-id": "a" }) }), "a");
  assertEquals(id({ headers: { "Request-Id": "a" } }), "a");
  assertEquals(id({ $response: { headers: { "x-amzn-requestid": "a" } } }), "a");
  assertEquals(id({ $metadata: { requestId: "a" } }), "a");
  assertEquals(id({ responseHeaders: { "apim-request-id": "a" } }), "a");
  assertEquals(id({ rawResponse: { headers: new Headers({ "x-debug-trace-id": "a" }) } }), "a");
  assertEquals(id({ requestID: "b", headers: { "x-request-id": "a" } }), "a");
  assertEquals(id({ requestID: "a" }), "a");
  assertEquals(id({ error: { type: "error", request_id: "a" } }), "a");
  assertEquals(id({ rawResponse: { headers: new Headers({ "x-request-id": "a" }) } }), "a");
  assertEquals("requestId" in classifyError({ requestID: null }), false);
});

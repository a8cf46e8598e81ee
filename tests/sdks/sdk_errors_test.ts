import { assert, assertEquals } from "@std/assert";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Classification, classifyError } from "../../mod.ts";
import { SDK_CALLS, SDK_STREAMS, timedOutCall } from "../support/sdk_calls.ts";

type Sdk = keyof typeof SDK_CALLS;
type Answer = (response: ServerResponse) => void;

/** What the server says, and what is to be read from the error the SDK makes of it. */
interface Row {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
  readonly expected: Partial<Classification>;
}

async function failureOf(call: (url: string) => PromiseLike<unknown>, answer: Answer): Promise<unknown> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => answer(response));
  });
  server.keepAliveTimeout = 1;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await call(`http://127.0.0.1:${port}`);
  } catch (error) {
    return error;
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  throw new Error("The SDK did not fail");
}

function assertClassified(error: unknown, expected: Partial<Classification>): void {
  const actual: Record<string, unknown> = { ...classifyError(error) };
  const found = Object.fromEntries(Object.keys(expected).map((key) => [key, actual[key]]));
  assertEquals(found, expected as Record<string, unknown>, `decided by ${actual.reason}`);
}

const LIMITED = { errorType: "rate_limited", retryable: true, status: 429, retryAfterMs: 7000 } as const;
const QUOTA = { errorType: "quota_exhausted", retryable: false, status: 429 } as const;
const TOO_LONG = { errorType: "context_too_long", retryable: false, status: 400 } as const;
const AUTH = { errorType: "auth", retryable: false } as const;
const OVERLOADED = { errorType: "overloaded", retryable: true } as const;

const IDS = { "x-request-id": "req_1", "request-id": "req_1", "x-amzn-requestid": "req_1" };
const RETRY_AFTER = { "retry-after": "7" };

const openAiError = (message: string, type: string | null, code: string | null) => ({
  error: { message, type, param: null, code },
});
const anthropicError = (type: string, message = "m", details?: unknown) => ({
  type: "error",
  error: { type, message, details },
  request_id: "req_1",
});
const googleError = (code: number, status: string, message: string, ...details: unknown[]) => ({
  error: { code, message, status, details },
});
const RETRY_INFO = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "7s" };
const PER_DAY = {
  "@type": "type.googleapis.com/google.rpc.QuotaFailure",
  violations: [{ quotaId: "GenerateRequestsPerDayPerProject-FreeTier" }],
};
const aws = (type: string) => ({ "x-amzn-errortype": type });

const OPENAI_ROWS: Record<string, Row> = {
  "a rate limit": {
    status: 429,
    headers: RETRY_AFTER,
    body: openAiError("Rate limit reached", "requests", "rate_limit_exceeded"),
    expected: { ...LIMITED, retryAfterSource: "retry-after", requestId: "req_1" },
  },
  "an exhausted quota": {
    status: 429,
    body: openAiError("You exceeded your current quota", "insufficient_quota", "insufficient_quota"),
    expected: { ...QUOTA, scope: "account" },
  },
  "a request too large": {
    status: 429,
    body: openAiError("Request too large for m on tokens per min", "tokens", "rate_limit_exceeded"),
    expected: { ...TOO_LONG, status: 429 },
  },
  "a context overflow": {
    status: 400,
    body: openAiError("This model's maximum context length is 1", "invalid_request_error", "context_length_exceeded"),
    expected: TOO_LONG,
  },
  "a wrong key": {
    status: 401,
    body: openAiError("Incorrect API key provided", "invalid_request_error", "invalid_api_key"),
    expected: AUTH,
  },
  "an overload": {
    status: 503,
    body: openAiError("Overloaded", "server_error", "server_is_overloaded"),
    expected: { ...OVERLOADED, status: 503 },
  },
  "a wait in the message": {
    status: 429,
    body: openAiError("Please try again in 9.816s.", "tokens", "rate_limit_exceeded"),
    expected: { ...LIMITED, retryAfterMs: 9816, retryAfterSource: "body" },
  },
};

const ROWS: Record<Sdk, Record<string, Row>> = {
  "openai": OPENAI_ROWS,
  "openai responses": OPENAI_ROWS,
  "ai sdk": OPENAI_ROWS,
  "langchain": OPENAI_ROWS,
  "anthropic": {
    "a rate limit": {
      status: 429,
      headers: RETRY_AFTER,
      body: anthropicError("rate_limit_error"),
      expected: { ...LIMITED, requestId: "req_1" },
    },
    "an exhausted quota": {
      status: 429,
      body: anthropicError("rate_limit_error", "m", { error_code: "enforced_spend_limit_reached" }),
      expected: QUOTA,
    },
    "a context overflow": {
      status: 400,
      body: anthropicError("invalid_request_error", "prompt is too long: 2 tokens > 1 maximum"),
      expected: TOO_LONG,
    },
    "a wrong key": { status: 401, body: anthropicError("authentication_error"), expected: AUTH },
    "an overload": {
      status: 529,
      body: anthropicError("overloaded_error"),
      expected: { ...OVERLOADED, status: 529, scope: "model" },
    },
  },
  "google": {
    // This SDK drops the headers.
    "a rate limit": {
      status: 429,
      body: googleError(429, "RESOURCE_EXHAUSTED", "m", RETRY_INFO),
      expected: { ...LIMITED, retryAfterSource: "body" },
    },
    "an exhausted quota": {
      status: 429,
      body: googleError(429, "RESOURCE_EXHAUSTED", "m", PER_DAY, RETRY_INFO),
      expected: QUOTA,
    },
    "a context overflow": {
      status: 400,
      body: googleError(400, "INVALID_ARGUMENT", "The input token count exceeds the maximum number of tokens allowed"),
      expected: TOO_LONG,
    },
    "a wrong key": {
      status: 400,
      body: googleError(400, "INVALID_ARGUMENT", "API key not valid", { reason: "API_KEY_INVALID" }),
      expected: AUTH,
    },
    "an overload": {
      status: 503,
      body: googleError(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
      expected: { ...OVERLOADED, status: 503 },
    },
  },
  "mistral": {
    "a rate limit": {
      status: 429,
      headers: RETRY_AFTER,
      body: { object: "error", message: "Requests rate limit exceeded", type: "rate_limited", code: "1300" },
      expected: { ...LIMITED, requestId: "req_1" },
    },
    "a context overflow": {
      status: 400,
      body: { object: "error", message: "Prompt is too long", type: "invalid_request_prompt", code: "3051" },
      expected: TOO_LONG,
    },
    "a wrong key": { status: 401, body: { detail: "Unauthorized" }, expected: AUTH },
    "an overload": {
      status: 503,
      body: { object: "error", message: "Service unavailable", type: "service_unavailable", code: "3700" },
      expected: { errorType: "server_error", retryable: true, status: 503 },
    },
  },
  "cohere": {
    "a rate limit": {
      status: 429,
      headers: RETRY_AFTER,
      body: { message: "You are using a Trial key, which is limited to 20 API calls / minute." },
      expected: { ...LIMITED, requestId: "req_1" },
    },
    "an exhausted quota": {
      status: 429,
      body: { message: "You are using a Trial key, which is limited to 1000 API calls / month." },
      expected: QUOTA,
    },
    "a wrong key": { status: 401, body: { message: "invalid api token" }, expected: AUTH },
    "an overload": {
      status: 503,
      body: { message: "m" },
      expected: { errorType: "server_error", retryable: true, status: 503 },
    },
  },
  "ollama": {
    // This SDK drops the headers.
    "a rate limit": {
      status: 429,
      body: { error: "too many concurrent requests" },
      expected: { errorType: "rate_limited", retryable: true, status: 429 },
    },
    "a missing model": {
      status: 404,
      body: { error: "model 'm' not found" },
      expected: { errorType: "invalid_request", retryable: false, status: 404 },
    },
    "an overload": {
      status: 503,
      body: { error: "server busy, please try again. maximum pending requests exceeded" },
      expected: { errorType: "server_error", retryable: true, status: 503 },
    },
  },
  "bedrock": {
    "a rate limit": {
      status: 429,
      headers: { ...RETRY_AFTER, ...aws("ThrottlingException") },
      body: { message: "Too many tokens, please wait before trying again." },
      expected: { ...LIMITED, requestId: "req_1" },
    },
    "an exhausted quota": {
      status: 429,
      headers: aws("ThrottlingException"),
      body: { message: "Too many tokens per day, please wait before trying again." },
      expected: QUOTA,
    },
    "a context overflow": {
      status: 400,
      headers: aws("ValidationException"),
      body: { message: "Input is too long for requested model." },
      expected: TOO_LONG,
    },
    "a missing permission": {
      status: 403,
      headers: aws("AccessDeniedException"),
      body: { message: "m" },
      expected: AUTH,
    },
    "a model not ready": {
      status: 429,
      headers: aws("ModelNotReadyException"),
      body: { message: "m" },
      expected: { ...OVERLOADED, status: 429 },
    },
    "a model timeout": {
      status: 408,
      headers: aws("ModelTimeoutException"),
      body: { message: "m" },
      expected: { errorType: "timeout", retryable: true, status: 408 },
    },
    "a model error": {
      status: 424,
      headers: aws("ModelErrorException"),
      body: { message: "m" },
      expected: { errorType: "server_error", retryable: true, status: 424 },
    },
    "an overload": {
      status: 503,
      headers: aws("ServiceUnavailableException"),
      body: { message: "m" },
      expected: { ...OVERLOADED, status: 503 },
    },
  },
};

const calls = Object.entries(SDK_CALLS) as [Sdk, (url: string) => PromiseLike<unknown>][];
for (const [sdk, call] of calls) {
  for (const [name, { status, body, headers, expected }] of Object.entries(ROWS[sdk])) {
    Deno.test(`classifyError() reads ${name} from the ${sdk} SDK's error`, async () => {
      const error = await failureOf(call, (response) => {
        response.writeHead(status, { "content-type": "application/json", ...IDS, ...headers });
        response.end(JSON.stringify(body));
      });
      assert(error instanceof Error);
      assertClassified(error, expected);
    });
  }

  Deno.test(`classifyError() reads HTML from a proxy out of the ${sdk} SDK's error`, async () => {
    const error = await failureOf(call, (response) => {
      response.writeHead(502, { "content-type": "text/html" });
      response.end("<html><head><title>502 Bad Gateway</title></head></html>");
    });
    assertClassified(error, { errorType: "server_error", retryable: true, status: 502 });
  });

  Deno.test(`classifyError() reads a reset connection from the ${sdk} SDK's error`, async () => {
    const error = await failureOf(call, ({ socket }) => socket?.resetAndDestroy());
    assertClassified(error, { errorType: "network", retryable: true });
  });

  Deno.test(`classifyError() reads a body cut short from the ${sdk} SDK's error`, async () => {
    const error = await failureOf(call, (response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write('{"id":', () => response.socket?.resetAndDestroy());
    });
    assertClassified(error, { errorType: "network", retryable: true });
  });

  Deno.test(`classifyError() reads a refused connection from the ${sdk} SDK's error`, async () => {
    let refused: unknown;
    // The port was open a moment ago and is closed now.
    await failureOf((url) => Promise.reject(refused = url), () => {});
    const error = await Promise.resolve(call(refused as string)).then(() => undefined, (error) => error);
    assertClassified(error, { errorType: "network", retryable: true });
  });

  Deno.test(`classifyError() does not retry a bad URL given to the ${sdk} SDK`, async () => {
    const error = await (async () => await call("http://[bad"))().then(() => undefined, (error) => error);
    assert(error instanceof Error);
    assertClassified(error, { retryable: false });
  });
}

const STREAM_ERRORS: Record<keyof typeof SDK_STREAMS, readonly [type: string, body: string]> = {
  "openai": [
    "text/event-stream",
    'data: {"error":{"message":"m","type":"server_error","param":null,"code":"server_is_overloaded"}}\n\n',
  ],
  "openai responses": [
    "text/event-stream",
    'event: error\ndata: {"type":"error","code":"server_is_overloaded","message":"m","param":null}\n\n',
  ],
  "anthropic": [
    "text/event-stream",
    'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
  ],
  "ollama": ["application/x-ndjson", '{"error":"the model is overloaded"}\n'],
};
for (
  const [sdk, [contentType, body]] of Object.entries(STREAM_ERRORS) as [keyof typeof SDK_STREAMS, [string, string]][]
) {
  Deno.test(`classifyError() reads an error within HTTP 200 from the ${sdk} SDK's stream`, async () => {
    const error = await failureOf(SDK_STREAMS[sdk], (response) => {
      response.writeHead(200, { "content-type": contentType });
      response.end(body);
    });
    assertClassified(error, OVERLOADED);
  });
}

Deno.test("classifyError() reads the openai SDK's own timeout", async () => {
  assertClassified(await failureOf(timedOutCall, () => {}), { errorType: "timeout", retryable: true });
});

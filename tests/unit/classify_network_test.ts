import { assertEquals } from "@std/assert";
import { classifyError } from "../../mod.ts";
import { type ErrorShape, EXPECTED, type NetworkCase } from "../support/network_cases.ts";
import recorded from "../support/recorded_network_failures.json" with { type: "json" };

/** An error of this shape. Its class counts for nothing: an error from elsewhere is of no class known here. */
function errorOf({ name, message, code, cause }: ErrorShape): Error {
  const error = cause ? new Error(message, { cause: errorOf(cause) }) : new Error(message);
  return Object.assign(error, { name }, code === undefined ? {} : { code });
}

/** As the SDKs wrap what `fetch` threw. */
const WRAPPINGS: readonly ((cause: Error) => Error)[] = [
  // OpenAI and Anthropic.
  (cause) => Object.assign(new Error("Connection error.", { cause }), { status: undefined, headers: undefined }),
  // Mistral.
  (cause) => Object.assign(new Error(`Unable to make request: ${cause}`, { cause }), { name: "ConnectionError" }),
  // Cohere.
  (cause) => {
    const rawResponse = { headers: new Headers(), redirected: false, status: 0, type: "error", url: "" };
    return Object.assign(new Error(cause.message, { cause }), {
      name: "CohereError",
      statusCode: undefined,
      rawResponse,
    });
  },
  // The AI SDK, where the head of the response had arrived.
  (cause) => Object.assign(new Error("Failed to process successful response", { cause }), { statusCode: 200 }),
];

for (const [runtime, failures] of Object.entries(recorded)) {
  for (const [name, shape] of Object.entries(failures) as [NetworkCase, ErrorShape][]) {
    Deno.test(`classifyError() reads ${name} as recorded in ${runtime}`, () => {
      const { errorType, retryable } = classifyError(errorOf(shape));
      assertEquals({ errorType, retryable }, EXPECTED[name]);
      for (const wrap of WRAPPINGS) {
        const wrapped = classifyError(wrap(errorOf(shape)));
        assertEquals(wrapped.retryable, EXPECTED[name].retryable, `wrapped; decided by ${wrapped.reason}`);
      }
    });
  }
}

interface Row {
  readonly name: string;
  /** Where the shape comes from. */
  readonly source: string;
  readonly shape: ErrorShape;
  /** `undefined` where it is none to be retried. */
  readonly errorType: "network" | "timeout" | undefined;
}

const typeError = (message: string, cause?: Partial<ErrorShape>): ErrorShape => ({
  name: "TypeError",
  message,
  ...(cause && { cause: { name: "Error", message: "m", ...cause } }),
});
const withCode = (code: string | number, name = "Error", message = "m"): ErrorShape => ({ name, message, code });

const rows: readonly Row[] = [
  // Browsers.
  { name: "a failure in Chrome", source: "Chrome", shape: typeError("Failed to fetch"), errorType: "network" },
  {
    name: "a failure in Chrome that names the host",
    source: "Chrome 135",
    shape: typeError("Failed to fetch (api.example.com)"),
    errorType: "network",
  },
  { name: "a body cut short in Chrome", source: "Chrome", shape: typeError("network error"), errorType: "network" },
  {
    name: "a failure in Firefox",
    source: "Firefox",
    shape: typeError("NetworkError when attempting to fetch resource."),
    errorType: "network",
  },
  {
    name: "a body cut short in Firefox",
    source: "Firefox",
    shape: typeError("Error in input stream"),
    errorType: "network",
  },
  { name: "a failure in Safari", source: "Safari", shape: typeError("Load failed"), errorType: "network" },
  {
    name: "a lost connection in Safari",
    source: "Safari",
    shape: typeError("The network connection was lost."),
    errorType: "network",
  },
  {
    name: "a lost network in Safari",
    source: "Safari 16",
    shape: typeError("The Internet connection appears to be offline."),
    errorType: "network",
  },
  {
    name: "a failure in React Native",
    source: "React Native",
    shape: typeError("Network request failed"),
    errorType: "network",
  },
  {
    name: "a lost connection in workerd",
    source: "workerd",
    shape: { name: "Error", message: "Network connection lost." },
    errorType: "network",
  },

  // undici and Node.
  ...[
    "ECONNREFUSED",
    "ECONNRESET",
    "ECONNABORTED",
    "EPIPE",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ENETUNREACH",
    "EHOSTUNREACH",
    "ENETDOWN",
    "UND_ERR_SOCKET",
    "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
    "HPE_INVALID_CONSTANT",
    "ERR_STREAM_PREMATURE_CLOSE",
    "ERR_HTTP2_STREAM_ERROR",
  ].map((code): Row => ({
    name: `the code ${code} in a cause`,
    source: "Node 20, undici",
    shape: typeError("fetch failed", { code }),
    errorType: "network",
  })),
  ...[
    "ECONNREFUSED",
    "ECONNRESET",
    "EPIPE",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ENETUNREACH",
    "EHOSTUNREACH",
    "UND_ERR_SOCKET",
    "ERR_STREAM_PREMATURE_CLOSE",
    "ERR_HTTP2_STREAM_ERROR",
  ].map((code): Row => ({
    name: `the code ${code} alone`,
    source: "node:http and node:http2, as the AWS SDK uses them; undici; node-fetch",
    shape: withCode(code),
    errorType: "network",
  })),
  ...["ETIMEDOUT", "ESOCKETTIMEDOUT", "UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"].map(
    (code): Row => ({
      name: `the code ${code} in a cause`,
      source: "Node 20, undici",
      shape: typeError("fetch failed", { code }),
      errorType: "timeout",
    }),
  ),
  {
    name: "a socket that hangs up",
    source: "node:http",
    shape: withCode("ECONNRESET", "Error", "socket hang up"),
    errorType: "network",
  },
  {
    name: "a reset connection in Deno, without what fetch says around it",
    source: "Deno 2.9: recorded",
    shape: { name: "Error", message: "Connection reset by peer (os error 104)" },
    errorType: "network",
  },
  {
    name: "an axios failure",
    source: "axios: ERR_NETWORK",
    shape: withCode("ERR_NETWORK", "AxiosError", "Network Error"),
    errorType: "network",
  },
  {
    name: "a node-fetch failure",
    source: "node-fetch: FetchError",
    shape: withCode("ECONNREFUSED", "FetchError", "request to http://x/ failed, reason: connect ECONNREFUSED"),
    errorType: "network",
  },
  {
    name: "an answer to node-fetch that is cut off in what is compressed",
    source: "node-fetch: FetchError",
    shape: withCode(
      "Z_BUF_ERROR",
      "FetchError",
      "Invalid response body while trying to fetch http://x/: unexpected end",
    ),
    errorType: "network",
  },
  {
    name: "a reset that the AWS SDK calls a timeout",
    source: "AWS SDK 3.1164: recorded",
    shape: withCode("ECONNRESET", "TimeoutError", "read ECONNRESET"),
    errorType: "network",
  },
  {
    name: "a timeout of the AWS SDK",
    source: "@smithy/node-http-handler",
    shape: { name: "TimeoutError", message: "Connection timed out after 1000 ms" },
    errorType: "timeout",
  },
  {
    name: "a timeout of the OpenAI SDK",
    source: "OpenAI SDK 7.57: recorded",
    shape: { name: "Error", message: "Request timed out.", cause: withCode(20, "AbortError") },
    errorType: "timeout",
  },
  {
    name: "a timeout of the Cohere SDK",
    source: "Cohere SDK 8.1",
    shape: { name: "CohereTimeoutError", message: "Timeout exceeded when calling POST /v2/chat." },
    errorType: "timeout",
  },

  ...["ConnectionRefused", "ConnectionClosed"].map((code): Row => ({
    name: `the code ${code}`,
    source: "Bun before 1.4: bun issues 1425 and 9881",
    shape: withCode(code),
    errorType: "network",
  })),
  {
    name: "a socket that was closed",
    source: "Bun: bun issue 24381",
    shape: { name: "Error", message: "The socket connection was closed unexpectedly." },
    errorType: "network",
  },
  {
    name: "a connection that ended too early in Deno",
    source: "Deno: Deno.errors.UnexpectedEof",
    shape: { name: "UnexpectedEof", message: "early eof" },
    errorType: "network",
  },
  {
    name: "a connection that a proxy of node:http lost in Deno",
    source: "hyper",
    shape: { name: "Http", message: "connection closed before message completed" },
    errorType: "network",
  },
  {
    name: "a refused connection in Deno, without what fetch says around it",
    source: "Deno 2.0",
    shape: typeError("error sending request for url (http://x/): client error (Connect): tcp connect error"),
    errorType: "network",
  },
  {
    name: "a body cut short in Node, with a cause that tells nothing",
    source: "undici",
    shape: typeError("terminated", {}),
    errorType: "network",
  },
  ...[
    "HTTP/2 stream is abnormally aborted in mid-communication with result code 2.",
    "Unexpected error: http2 request did not get a response",
  ].map((message): Row => ({
    name: `what the AWS SDK says: ${message}`,
    source: "@smithy/node-http-handler 4.14: NodeHttp2Handler",
    shape: { name: "Error", message },
    errorType: "network",
  })),

  // Not to be retried: they fail in the same way every time.
  {
    name: "a TypeError alone",
    source: "retry-rules.md",
    shape: typeError("Cannot read properties of undefined"),
    errorType: undefined,
  },
  ...["client.fetchRequest is not a function", "loadFailed is not defined", "e.internetConnection is null"].map(
    (message): Row => ({
      name: `a TypeError: ${message}`,
      source: "retry-rules.md",
      shape: typeError(message),
      errorType: undefined,
    }),
  ),
  {
    name: "a scheme that fetch does not know",
    source: "Node 20: recorded",
    shape: typeError("fetch failed", { message: "unknown scheme" }),
    errorType: undefined,
  },
  {
    name: "a port that fetch blocks",
    source: "Node 20: recorded",
    shape: typeError("fetch failed", { message: "bad port" }),
    errorType: undefined,
  },
  {
    name: "a dispatcher of another version of undici",
    source: "Node 24 with the package undici 6",
    shape: typeError("fetch failed", { code: "UND_ERR_INVALID_ARG", message: "invalid onRequestStart method" }),
    errorType: undefined,
  },
  {
    name: "a redirect that the caller forbids, in Node",
    source: "Node 20: recorded",
    shape: typeError("fetch failed", { message: "unexpected redirect" }),
    errorType: undefined,
  },
  {
    name: "a redirect that the caller forbids, in Deno",
    source: "Deno 2.9: recorded",
    shape: typeError("Fetch failed: Encountered redirect while redirect mode is set to 'error'"),
    errorType: undefined,
  },
  {
    name: "a certificate that Node does not trust",
    source: "Node 20",
    shape: typeError("fetch failed", { code: "DEPTH_ZERO_SELF_SIGNED_CERT", message: "self-signed certificate" }),
    errorType: undefined,
  },
  {
    name: "a certificate that has expired",
    source: "Node 20",
    shape: typeError("fetch failed", { code: "CERT_HAS_EXPIRED", message: "certificate has expired" }),
    errorType: undefined,
  },
  {
    name: "a certificate that Deno does not trust",
    source: "Deno 2.9",
    shape: typeError("fetch failed", {
      message:
        "error sending request for url (https://x/): client error (Connect): invalid peer certificate: UnknownIssuer",
    }),
    errorType: undefined,
  },
  {
    name: "a bad URL in an SDK's connection error",
    source: "OpenAI SDK 7.57",
    shape: { name: "Error", message: "Connection error.", cause: typeError("Invalid URL", {}) },
    errorType: undefined,
  },
  {
    name: "a missing file",
    source: "Node 20",
    shape: withCode("ENOENT", "Error", "no such file or directory"),
    errorType: undefined,
  },
];
Deno.test("classifyError() reads the errors in an AggregateError", () => {
  const refused = errorOf(withCode("ECONNREFUSED"));
  assertEquals(classifyError(new AggregateError([refused, refused])).errorType, "network");
  assertEquals(classifyError(new AggregateError([new TypeError("x is not a function")])).retryable, false);
});

for (const { name, source, shape, errorType } of rows) {
  Deno.test(`classifyError() reads ${name}`, () => {
    const { retryable, reason, ...actual } = classifyError(errorOf(shape));
    assertEquals(retryable, errorType !== undefined, `${source}; decided by ${reason}`);
    if (errorType) assertEquals(actual.errorType, errorType, source);
  });
}

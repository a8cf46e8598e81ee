import type { ResponseDescription } from "./provider.ts";
import type { WireFormat } from "./wire/wire_format.ts";

/** A response that is no answer: thrown, to be classified, and handed over if no better one comes. */
export class FailedResponse {
  /** The status, unless that is a good one. */
  readonly status: number | undefined;
  /** The headers. */
  readonly headers: Headers;
  /** What the body says. */
  readonly error: unknown;
  /** The response as it came, but for its body. */
  readonly original: Response;
  /** The body. */
  readonly bytes: BodyInit;

  constructor(original: Response, bytes: BodyInit, body: unknown) {
    const { error = body } = Object(Array.isArray(body) ? body[0] : body);
    this.status = original.ok ? undefined : original.status;
    this.headers = original.headers;
    this.error = error;
    this.original = original;
    this.bytes = bytes;
  }
}

/** The same response with a body that can be read once more. */
export function withBody(response: Response, body: BodyInit): Response {
  const { status, statusText, headers } = response;
  // An opaque one has no body, and cannot be made.
  if (status === 0) return response;
  const isBodiless = status === 204 || status === 205 || status === 304;
  return like(response, new Response(isBodiless ? null : body, { status, statusText, headers }));
}

/** Gives a response what only `fetch` can give. */
function like(response: Response, copy: Response): Response {
  const { url, redirected, type } = response;
  return Object.defineProperties(copy, {
    url: { value: url },
    redirected: { value: redirected },
    type: { value: type },
    clone: { value: () => like(response, Response.prototype.clone.call(copy)) },
  });
}

/** Where services put their id of a request. */
export const REQUEST_IDS = ["x-request-id", "request-id", "x-amzn-requestid", "apim-request-id", "x-debug-trace-id"];

/** What the head of a response says. */
export function describeHead({ status, headers }: Response): ResponseDescription {
  const name = REQUEST_IDS.find((name) => headers.has(name));
  return { statusCode: status, requestId: name && headers.get(name)! };
}

/** What the type of a stream has in it, by how its events are told apart. */
export const STREAM_TYPES: Readonly<Record<WireFormat["framing"], string>> = {
  sse: "event-stream",
  ndjson: "ndjson",
  "event-stream": "eventstream",
};

/** Which of them the type of a response has in it, if it is a stream. */
export function streamTypeOf({ headers }: Response): string | undefined {
  return /event-?stream|ndjson/.exec(headers.get("content-type") ?? "")?.[0];
}

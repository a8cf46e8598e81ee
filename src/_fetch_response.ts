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

/** Makes the same response with a body that can be read once more. */
export type CopyResponse = (response: Response, body: BodyInit) => Response;

/** Not a class of this module's own, for not every realm that imports it has a `Response`. */
export function responseCopier(): CopyResponse {
  /** Has what only `fetch` can give. */
  class Copy extends Response {
    readonly #original: Response;

    constructor(original: Response, body: BodyInit | null) {
      const { status, statusText, headers } = original;
      super(body, { status: Math.min(status, 599), statusText, headers });
      this.#original = original;
      // Greater ones come all the same, but cannot be made.
      if (status > 599) Object.defineProperty(this, "status", { value: status });
    }

    override get url(): string {
      return this.#original.url;
    }

    override get redirected(): boolean {
      return this.#original.redirected;
    }

    override get type(): ResponseType {
      return this.#original.type;
    }

    override clone(): Response {
      return new Copy(this, super.clone().body);
    }
  }

  return (response, body) => {
    const { status } = response;
    // An opaque one has no body, and cannot be made.
    if (status === 0) return response;
    return new Copy(response, [204, 205, 304].includes(status) ? null : body);
  };
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

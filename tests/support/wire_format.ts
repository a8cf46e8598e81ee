/** What one HTTP API looks like on the wire, as far as the fault server has to speak it. */
import type { ReplySpec } from "./reply_spec.ts";

/** What the provider says when it refuses; whatever is left out is what it really says for that status. */
export interface ErrorSpec {
  readonly type?: string;
  /** OpenAI and Mistral only. */
  readonly code?: string | null;
  readonly message?: string;
  /** Anthropic (e.g. `{ error_code: "enforced_spend_limit_reached" }`) and Gemini (a list) only. */
  readonly details?: unknown;
}

/** The facts of a request that go into its answer. */
export interface WireRequest {
  /** Makes ids unique: the request's position in the log. */
  readonly index: number;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The parsed JSON body; `undefined` if it was none. */
  readonly body: unknown;
}

export interface WireBody {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** One event of a stream, framed. */
export interface WireEvent {
  readonly bytes: Uint8Array;
  /**
   * `content` carries a part of the answer: text, reasoning or a tool call. `terminal` says that the stream is complete.
   * `other` is all the rest: what comes before, between and after the content.
   */
  readonly kind: "content" | "terminal" | "other";
}

/** How an API answers in a stream. */
export interface WireStream {
  readonly contentType: string;
  /** Made one by one when they are asked for. */
  events(reply: ReplySpec): Iterable<WireEvent>;
  /**
   * What ends the stream instead of the rest of the answer. The status is that of the same error as a response of its own;
   * without one it is an overload. `sent` counts the events before.
   */
  error(error: StreamErrorSpec, sent: number): Uint8Array;
}

/** An error inside a stream, after HTTP 200. */
export interface StreamErrorSpec extends ErrorSpec {
  /** Whose usual error it is. @default {the provider's overload} */
  readonly status?: number;
  /**
   * OpenAI's APIs and Mistral only: whether it comes as the end of an answer (`response.failed`, `finish_reason: "error"`)
   * instead of an event of its own.
   *
   * @default {Responses: unless it comes first. Chat: false. Mistral: true}
   */
  readonly asEnding?: boolean;
}

/** One API. A new one is a file of its own and a line in `wire_formats.ts`. */
export interface WireFormat {
  readonly name: string;
  /** The response header that carries the request id; unset where there is none. */
  readonly requestIdHeader?: string;
  matches(path: string, body: unknown): boolean;
  /** The body of the 422 for a request that the API never takes. */
  rejection?(request: WireRequest): WireBody | undefined;
  success(reply: ReplySpec, request: WireRequest): WireBody;
  error(status: number, error: ErrorSpec, request: WireRequest): WireBody;
  /** Further headers of an error, where the API says there what it was. */
  errorHeaders?(status: number, error: ErrorSpec): Readonly<Record<string, string>>;
  /** `undefined` if the request does not ask for a stream. */
  stream(request: WireRequest): WireStream | undefined;
}

export function jsonBody(value: unknown): WireBody {
  return { contentType: "application/json", bytes: encode(JSON.stringify(value)) };
}

export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function requestId(request: WireRequest): string {
  return `req_${request.index}`;
}

/** Whether the request's body says `"stream": true`. */
export function asksForStream({ body }: WireRequest): boolean {
  return typeof body === "object" && body !== null && "stream" in body && body.stream === true;
}

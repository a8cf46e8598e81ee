/**
 * The provider port: what tryspan calls, and the few facts it reads from requests and responses.
 *
 * @module
 */

import type { Span } from "./tracer.ts";

/**
 * Token counts of one response, exactly as the provider counts them. A count the provider did not report is left out,
 * never 0.
 */
export interface Usage {
  /** Tokens in the prompt. Anthropic and Bedrock leave cached tokens out of this number, the others count them in. */
  readonly inputTokens?: number | undefined;
  /** Tokens in the answer. */
  readonly outputTokens?: number | undefined;
  /** Prompt tokens read from the provider's cache. */
  readonly cacheReadTokens?: number | undefined;
  /** Prompt tokens written to the provider's cache. */
  readonly cacheCreationTokens?: number | undefined;
  /** Output tokens spent on reasoning. */
  readonly reasoningTokens?: number | undefined;
}

/** What the spans need to know of a request. All of it is optional: what is unknown is left off the span. */
export interface RequestDescription {
  /** The requested model. */
  readonly model?: string | undefined;
  /** Tools offered. */
  readonly toolCount?: number | undefined;
  /** Messages in the conversation. */
  readonly messageCount?: number | undefined;
  /** OpenTelemetry's `gen_ai.operation.name`. @default {"chat"} */
  readonly operation?: string | undefined;
  /** Host name of the service. */
  readonly serverAddress?: string | undefined;
  /** Port of the service. */
  readonly serverPort?: number | undefined;
}

/** What the spans need to know of a response. All of it is optional. */
export interface ResponseDescription {
  /** Token counts as the provider reports them. */
  readonly usage?: Usage | undefined;
  /**
   * All input tokens, cached ones included. Only needed where the provider's `name` does not tell: for `anthropic` and
   * `bedrock` cached tokens are added to `usage.inputTokens`, for all others they are taken to be in it already.
   */
  readonly totalInputTokens?: number | undefined;
  /** Why the model stopped, in the provider's spelling. */
  readonly stopReason?: string | undefined;
  /** Why each choice stopped, in the provider's spelling; heeded beside a `stopReason`. @default {`stopReason` alone} */
  readonly finishReasons?: readonly string[] | undefined;
  /** The model that answered. */
  readonly model?: string | undefined;
  /** The response's id. */
  readonly id?: string | undefined;
  /** The provider's id of the HTTP request, for support tickets. */
  readonly requestId?: string | undefined;
  /** The HTTP status, where it is known. */
  readonly statusCode?: number | undefined;
}

/**
 * What one chunk of a stream says. All of it is optional, and what is left out is unknown: such a chunk counts as content,
 * and a stream of such chunks as complete when it ends.
 */
export interface ChunkDescription extends ResponseDescription {
  /**
   * Whether the chunk carries a part of the answer: text, reasoning or a tool call. `false` for what only comes before or
   * between (`message_start`, `ping`, a role, an empty delta): until the first content the attempt can be retried.
   */
  readonly isContent?: boolean | undefined;
  /**
   * `true` on the marker that says that the stream is complete, `false` on all other chunks. A stream that said `false` and
   * never `true` is truncated. Left out for a format without such a marker.
   */
  readonly isTerminal?: boolean | undefined;
  /**
   * What the service reports instead of an answer, or of the rest of it: classified as if it had been thrown. What is falsy
   * is no error.
   */
  readonly error?: unknown;
}

/** The part of an attempt's span that a provider may use. It is ended by tryspan alone, and it never throws. */
export type AttemptSpan = Pick<Span, "run" | "setAttributes">;

/** What each attempt is given. Read the fields off it; spreading it into another object loses `signal`. */
export interface AttemptContext {
  /** 0 for the first try; equals the number of retries before it. */
  readonly attempt: number;
  /** Aborts when this attempt has to stop. Pass it on to `fetch` or to the SDK. */
  readonly signal: AbortSignal;
  /** This attempt's `llm.call` span. */
  readonly span: AttemptSpan;
}

/** A language-model service that can be asked once. */
export interface Provider<Req = unknown, Res = unknown> {
  /** Stands on every span as `llm.provider`, e.g. `openai`, `anthropic`, `gemini`, `bedrock`. */
  readonly name: string;
  /**
   * Sends `request` once, without retries of its own, and resolves with the answer. Whatever it throws is classified
   * and, in the end, reaches the caller as it is.
   */
  chat(request: Req, context: AttemptContext): PromiseLike<Res> | Res;
  /** Reads a request of a shape other than `{ model, messages, tools }`. */
  describeRequest?(request: NoInfer<Req>): RequestDescription;
  /** Reads a response of a shape other than `{ usage, stopReason, model, id }`. */
  describeResponse?(response: NoInfer<Res>): ResponseDescription;
}

/** What a provider's stream may be. */
export type StreamSource<Chunk> = AsyncIterable<Chunk> | ReadableStream<Chunk>;

/** A language-model service that can be asked once for an answer in chunks. */
export interface StreamProvider<Req = unknown, Chunk = unknown> {
  /** Stands on every span as `llm.provider`, e.g. `openai`, `anthropic`, `gemini`, `bedrock`. */
  readonly name: string;
  /** Sends `request` once, without retries of its own, and gives the answer's chunks. */
  stream(request: Req, context: AttemptContext): StreamSource<Chunk> | PromiseLike<StreamSource<Chunk>>;
  /** Reads a request of a shape other than `{ model, messages, tools }`. */
  describeRequest?(request: NoInfer<Req>): RequestDescription;
  /**
   * Reads a chunk. Later counts and reasons replace earlier ones. Without this, every chunk is content. The context is the
   * same object for all chunks of an attempt.
   */
  describeChunk?(chunk: NoInfer<Chunk>, context: AttemptContext): ChunkDescription | undefined;
  /** Reads what is left when the stream has ended by itself: the last line of bytes, for instance, that nothing follows. */
  describeEnd?(context: AttemptContext): ChunkDescription | undefined;
}

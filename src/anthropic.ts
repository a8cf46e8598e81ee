/**
 * Anthropic's SDK (`@anthropic-ai/sdk`) as a provider: Messages, at Anthropic, Bedrock, Vertex and Azure.
 *
 * From version 1 on this SDK opens spans of its own for every request, which are then children of the attempts' spans and
 * count the same tokens again. There is no option of a request for that: turn them off with
 * `new Anthropic({ openTelemetry: false })`, or with `ANTHROPIC_OPEN_TELEMETRY=false` in the environment.
 *
 * @example
 * ```ts ignore
 * import { callWithRetry, streamWithRetry } from "@tryspan/tryspan";
 * import { anthropicMessages } from "@tryspan/tryspan/anthropic";
 * import Anthropic from "@anthropic-ai/sdk";
 *
 * const client = new Anthropic({ openTelemetry: false });
 * const messages = [{ role: "user" as const, content: "Hello" }];
 * const request = { model: "claude-sonnet-5", max_tokens: 1024, messages };
 *
 * const message = await callWithRetry(anthropicMessages(client), request);
 * console.log(message.content, message.stop_reason);
 *
 * for await (const event of streamWithRetry(anthropicMessages(client), request)) {
 *   if (event.type === "content_block_delta" && event.delta.type === "text_delta") console.log(event.delta.text);
 * }
 * ```
 *
 * @module
 */

import { type Answer, bind, checkClient } from "./_bind.ts";
import { bindCreate, type Create } from "./_bind_create.ts";
import type { Binding, RequestBindingOptions, Unstreamed } from "./binding.ts";
import { anthropic as format } from "./wire/anthropic.ts";

export type { Create } from "./_bind_create.ts";
export type { Binding, BindingOptions, RequestBindingOptions, Unstreamed } from "./binding.ts";
export type {
  AttemptContext,
  AttemptSpan,
  ChunkDescription,
  RequestDescription,
  ResponseDescription,
  StreamSource,
  Usage,
} from "./provider.ts";
export type { Attributes, AttributeValue, Span } from "./tracer.ts";

/** What {@linkcode anthropicMessages} needs of a client: `new Anthropic()`, its `beta`, or a client for another cloud. */
export interface AnthropicMessagesClient<Req, Res, StreamReq, Chunk, SdkOptions> {
  /** Where it sends its requests. */
  readonly baseURL?: string;
  /** Messages. */
  readonly messages: {
    /** Asks. */
    readonly create: Create<Req, Res, StreamReq, Chunk, SdkOptions>;
  };
}

/** The part of the SDK's `MessageStream` that is used here. */
export interface MessageStreamLike<Res, Chunk> extends AsyncIterable<Chunk> {
  /** The whole message. */
  finalMessage(): Promise<Res>;
  /** Settles with the stream. */
  done(): Promise<void>;
  /** The HTTP response, as soon as it is there, and the provider's id of the request. */
  withResponse(): Promise<{
    /** The response. */
    readonly response: Pick<Response, "status">;
    /** The id. */
    readonly request_id?: string | null | undefined;
  }>;
}

/** What {@linkcode anthropicMessageStream} needs of a client. */
export interface AnthropicMessageStreamClient<Req, Res, Chunk, SdkOptions> {
  /** Where it sends its requests. */
  readonly baseURL?: string;
  /** Messages. */
  readonly messages: {
    /** Asks for a stream. */
    stream(request: Req, options?: SdkOptions): MessageStreamLike<Res, Chunk>;
  };
}

/**
 * `client.messages.create` as a provider. Each attempt passes its signal and `maxRetries: 0`.
 *
 * @param client An `Anthropic` client, its `beta`, or any with the same method.
 * @param options A name for the provider, and the SDK's options for every request.
 * @throws {TypeError} If the client has no such method.
 */
export function anthropicMessages<Req, Res, StreamReq, Chunk, SdkOptions>(
  client: AnthropicMessagesClient<Req, Res, StreamReq, Chunk, SdkOptions>,
  options: RequestBindingOptions<SdkOptions> = {},
): Binding<Req, Res, Unstreamed<StreamReq>, Chunk> {
  checkClient(client, "messages.create");
  return bindCreate(format, baseUrlOf(client), options, () => client.messages);
}

/**
 * `client.messages.stream` as a provider. `callWithRetry` resolves with the final message, which is how the SDK wants
 * answers that take long to be asked for: nothing is handed over before it is complete, so an attempt whose stream breaks
 * is retried at any point. `streamWithRetry` gives the events.
 *
 * @param client An `Anthropic` client, its `beta`, or any with the same method.
 * @param options A name for the provider, and the SDK's options for every request.
 * @throws {TypeError} If the client has no such method.
 *
 * @example
 * ```ts ignore
 * import { callWithRetry } from "@tryspan/tryspan";
 * import { anthropicMessageStream } from "@tryspan/tryspan/anthropic";
 * import Anthropic from "@anthropic-ai/sdk";
 *
 * const messages = [{ role: "user" as const, content: "Hello" }];
 * const request = { model: "claude-sonnet-5", max_tokens: 64_000, messages };
 * const message = await callWithRetry(anthropicMessageStream(new Anthropic()), request);
 * console.log(message.content);
 * ```
 */
export function anthropicMessageStream<Req, Res, Chunk, SdkOptions>(
  client: AnthropicMessageStreamClient<Req, Res, Chunk, SdkOptions>,
  { name, requestOptions }: RequestBindingOptions<SdkOptions> = {},
): Binding<Req, Res, Req, Chunk> {
  checkClient(client, "messages.stream");
  const start = (request: Req, signal: AbortSignal) =>
    client.messages.stream(request, { ...requestOptions, signal, maxRetries: 0 } as never);
  const answer = async <T>(stream: MessageStreamLike<Res, Chunk>, data: T): Promise<Answer<T>> => {
    const { response, request_id } = await stream.withResponse();
    return { data, requestId: request_id ?? undefined, statusCode: response.status };
  };
  return bind(format, name, baseUrlOf(client), {
    async chat(request, { signal }) {
      const stream = start(request, signal);
      return answer(stream, await stream.finalMessage());
    },
    stream(request, { signal }) {
      const stream = start(request, signal);
      // What comes before somebody iterates is lost.
      return answer(stream, events(stream, stream[Symbol.asyncIterator]()));
    },
  });
}

/** Only the client's `beta` has no URL of its own; the SDK's types do not show what it has. */
function baseUrlOf(client: object): string | undefined {
  const { baseURL, _client } = client as {
    readonly baseURL?: string;
    readonly _client?: { readonly baseURL?: string };
  };
  return baseURL ?? _client?.baseURL;
}

/** The iterator of a `MessageStream` forgets an error that comes while nobody waits for an event. */
async function* events<Chunk>(
  stream: MessageStreamLike<unknown, Chunk>,
  iterator: AsyncIterator<Chunk>,
): AsyncGenerator<Chunk> {
  yield* { [Symbol.asyncIterator]: () => iterator };
  await stream.done();
}

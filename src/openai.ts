/**
 * OpenAI's SDK (`openai`) as a provider: Chat Completions and Responses, at OpenAI, Azure and whoever is compatible.
 *
 * @example
 * ```ts ignore
 * import { callWithRetry, streamWithRetry } from "@tryspan/tryspan";
 * import { openaiChat, openaiResponses } from "@tryspan/tryspan/openai";
 * import OpenAI from "openai";
 *
 * const client = new OpenAI();
 * const messages = [{ role: "user" as const, content: "Hello" }];
 *
 * const completion = await callWithRetry(openaiChat(client), { model: "gpt-5", messages });
 * console.log(completion.choices[0]?.message.content);
 *
 * const stream_options = { include_usage: true }; // or the spans of streams have no token counts
 * for await (const chunk of streamWithRetry(openaiChat(client), { model: "gpt-5", messages, stream_options })) {
 *   console.log(chunk.choices[0]?.delta.content);
 * }
 *
 * const response = await callWithRetry(openaiResponses(client), { model: "gpt-5", input: "Hello" });
 * console.log(response.output_text);
 * ```
 *
 * @module
 */

import { checkClient } from "./_bind.ts";
import { bindCreate, type Create } from "./_bind_create.ts";
import type { Binding, RequestBindingOptions, Unstreamed } from "./binding.ts";
import { openaiChat as chatFormat } from "./wire/openai_chat.ts";
import { openaiResponses as responsesFormat } from "./wire/openai_responses.ts";

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

/** What {@linkcode openaiChat} needs of a client: `new OpenAI()`, `new AzureOpenAI()` or the like. */
export interface OpenAIChatClient<Req, Res, StreamReq, Chunk, SdkOptions> {
  /** Where it sends its requests. */
  readonly baseURL?: string;
  /** Chat. */
  readonly chat: {
    /** Completions. */
    readonly completions: {
      /** Asks. */
      readonly create: Create<Req, Res, StreamReq, Chunk, SdkOptions>;
    };
  };
}

/** What {@linkcode openaiResponses} needs of a client: `new OpenAI()`, `new AzureOpenAI()` or the like. */
export interface OpenAIResponsesClient<Req, Res, StreamReq, Chunk, SdkOptions> {
  /** Where it sends its requests. */
  readonly baseURL?: string;
  /** Responses. */
  readonly responses: {
    /** Asks. */
    readonly create: Create<Req, Res, StreamReq, Chunk, SdkOptions>;
  };
}

/**
 * `client.chat.completions.create` as a provider. Each attempt passes its signal and `maxRetries: 0`.
 *
 * A stream tells its token counts only if the request says `stream_options: { include_usage: true }`; the binding does not
 * change the request, since not every compatible service takes that.
 *
 * @param client An `OpenAI` client, or any with the same method.
 * @param options A name for the provider, and the SDK's options for every request.
 * @throws {TypeError} If the client has no such method.
 *
 * @example Another method of the SDK, such as `parse`
 * ```ts ignore
 * import { callWithRetry } from "@tryspan/tryspan";
 * import { openaiChat } from "@tryspan/tryspan/openai";
 * import OpenAI from "openai";
 *
 * const client = new OpenAI();
 * const parsing = {
 *   ...openaiChat(client),
 *   chat: (request: OpenAI.ChatCompletionCreateParamsNonStreaming, { signal }: { signal: AbortSignal }) =>
 *     client.chat.completions.parse(request, { signal, maxRetries: 0 }),
 * };
 * const messages = [{ role: "user" as const, content: "Hello" }];
 * const completion = await callWithRetry(parsing, { model: "gpt-5", messages });
 * console.log(completion.choices[0]?.message.parsed);
 * ```
 */
export function openaiChat<Req, Res, StreamReq, Chunk, SdkOptions>(
  client: OpenAIChatClient<Req, Res, StreamReq, Chunk, SdkOptions>,
  options: RequestBindingOptions<SdkOptions> = {},
): Binding<Req, Res, Unstreamed<StreamReq>, Chunk> {
  checkClient(client, "chat.completions.create");
  return bindCreate(chatFormat, client.baseURL, options, () => client.chat.completions);
}

/**
 * `client.responses.create` as a provider. Each attempt passes its signal and `maxRetries: 0`. A response with the status
 * `failed` is thrown as an error, whose `cause` tells what the service said.
 *
 * @param client An `OpenAI` client, or any with the same method.
 * @param options A name for the provider, and the SDK's options for every request.
 * @throws {TypeError} If the client has no such method.
 */
export function openaiResponses<Req, Res, StreamReq, Chunk, SdkOptions>(
  client: OpenAIResponsesClient<Req, Res, StreamReq, Chunk, SdkOptions>,
  options: RequestBindingOptions<SdkOptions> = {},
): Binding<Req, Res, Unstreamed<StreamReq>, Chunk> {
  checkClient(client, "responses.create");
  return bindCreate(responsesFormat, client.baseURL, options, () => client.responses);
}

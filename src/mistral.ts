/**
 * Mistral's SDK (`@mistralai/mistralai`) as a provider.
 *
 * This SDK takes a signal in place of its own time limit (`timeoutMs`, five minutes if nothing else is said): with the
 * binding set `attemptTimeoutMs` instead.
 *
 * @example
 * ```ts ignore
 * import { callWithRetry, streamWithRetry } from "@tryspan/tryspan";
 * import { mistral } from "@tryspan/tryspan/mistral";
 * import { Mistral } from "@mistralai/mistralai";
 *
 * const client = new Mistral({ apiKey: "..." });
 * const messages = [{ role: "user" as const, content: "Hello" }];
 * const request = { model: "mistral-large-latest", messages };
 *
 * const response = await callWithRetry(mistral(client), request, { attemptTimeoutMs: 60_000 });
 * console.log(response.choices?.[0]?.message?.content);
 *
 * for await (const { data } of streamWithRetry(mistral(client), request)) console.log(data.choices[0]?.delta.content);
 * ```
 *
 * @module
 */

import { bind, checkClient } from "./_bind.ts";
import type { Binding, RequestBindingOptions } from "./binding.ts";
import { mistral as format } from "./wire/mistral.ts";

export type { Binding, BindingOptions, RequestBindingOptions } from "./binding.ts";
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

/** What {@linkcode mistral} needs of a client: `new Mistral()`. */
export interface MistralClient<Req, Res, StreamReq, Chunk, SdkOptions> {
  /** Where it sends its requests. */
  readonly _baseURL?: URL | null;
  /** Chat. */
  readonly chat: {
    /** Answers at once. */
    complete(request: Req, options?: SdkOptions): PromiseLike<Res>;
    /** Answers in a stream. */
    stream(request: StreamReq, options?: SdkOptions): PromiseLike<AsyncIterable<Chunk>>;
  };
}

/**
 * `client.chat.complete` and `client.chat.stream` as a provider. Each attempt passes its signal and
 * `retries: { strategy: "none" }`.
 *
 * @param client A `Mistral` client.
 * @param options A name for the provider, and the SDK's options for every request.
 * @throws {TypeError} If the client has no such method.
 */
export function mistral<Req, Res, StreamReq, Chunk, SdkOptions>(
  client: MistralClient<Req, Res, StreamReq, Chunk, SdkOptions>,
  { name, requestOptions }: RequestBindingOptions<SdkOptions> = {},
): Binding<Req, Res, StreamReq, Chunk> {
  checkClient(client, "chat.complete");
  const options = (signal: AbortSignal) => ({ ...requestOptions, signal, retries: { strategy: "none" } }) as never;
  return bind(format, name, client._baseURL, {
    chat: async (request, { signal }) => ({ data: await client.chat.complete(request, options(signal)) }),
    stream: async (request, { signal }) => ({ data: await client.chat.stream(request, options(signal)) }),
  });
}

/**
 * Cohere's SDK (`cohere-ai`) as a provider: chat, version 2.
 *
 * @example
 * ```ts ignore
 * import { callWithRetry, streamWithRetry } from "@tryspan/tryspan";
 * import { cohere } from "@tryspan/tryspan/cohere";
 * import { CohereClientV2 } from "cohere-ai";
 *
 * const client = new CohereClientV2({ token: "..." });
 * const request = { model: "command-a", messages: [{ role: "user" as const, content: "Hello" }] };
 *
 * const response = await callWithRetry(cohere(client), request);
 * console.log(response.message.content);
 *
 * for await (const event of streamWithRetry(cohere(client), request)) {
 *   if (event.type === "content-delta") console.log(event.delta?.message?.content?.text);
 * }
 * ```
 *
 * @module
 */

import { type Answer, bind, checkClient } from "./_bind.ts";
import type { Binding, RequestBindingOptions } from "./binding.ts";
import { quietly } from "./_quietly.ts";
import { cohere as format } from "./wire/cohere.ts";

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

/** What {@linkcode cohere} needs of a client: `new CohereClientV2()`, or `v2` of a `CohereClient`. */
export interface CohereClient<Req, Res, StreamReq, Chunk, SdkOptions> {
  /** Answers at once. */
  chat(request: Req, options?: SdkOptions): PromiseLike<Res>;
  /** Answers in a stream. */
  chatStream(request: StreamReq, options?: SdkOptions): PromiseLike<AsyncIterable<Chunk>>;
}

/**
 * `client.chat` and `client.chatStream` as a provider. Each attempt passes its signal and `maxRetries: 0`.
 *
 * @param client A `CohereClientV2`, or `v2` of a `CohereClient`.
 * @param options A name for the provider, and the SDK's options for every request.
 * @throws {TypeError} If the client has no such method.
 */
export function cohere<Req, Res, StreamReq, Chunk, SdkOptions>(
  client: CohereClient<Req, Res, StreamReq, Chunk, SdkOptions>,
  { name, requestOptions }: RequestBindingOptions<SdkOptions> = {},
): Binding<Req, Res, StreamReq, Chunk> {
  checkClient(client, "chat");
  const options = (abortSignal: AbortSignal) => ({ ...requestOptions, abortSignal, maxRetries: 0 }) as never;
  return bind(format, name, baseUrlOf(client), {
    chat: (request, { signal }) => answerOf(client.chat(request, options(signal))),
    stream: (request, { signal }) => answerOf(client.chatStream(request, options(signal))),
  });
}

/** What this SDK's promise can tell beside its data. */
interface Pending<T> extends PromiseLike<T> {
  withRawResponse?(): Promise<{ readonly data: T; readonly rawResponse: Pick<Response, "status" | "headers"> }>;
}

async function answerOf<T>(pending: Pending<T>): Promise<Answer<T>> {
  if (!pending.withRawResponse) return { data: await pending };
  const { data, rawResponse: { status, headers } } = await pending.withRawResponse();
  return {
    data,
    requestId: headers.get("x-debug-trace-id") ?? headers.get("x-request-id") ?? undefined,
    statusCode: status,
  };
}

/** The SDK's types do not show it. */
function baseUrlOf(client: unknown): unknown {
  return quietly(() => {
    const { _options, client: inner } = client as CohereInternals;
    const { baseUrl, environment } = _options ?? inner?._options ?? {};
    return baseUrl ?? environment ?? "https://api.cohere.com";
  });
}

interface CohereInternals {
  readonly _options?: { readonly baseUrl?: unknown; readonly environment?: unknown };
  readonly client?: CohereInternals;
}

/**
 * Ollama's SDK (`ollama`) as a provider.
 *
 * @example
 * ```ts ignore
 * import { callWithRetry, streamWithRetry } from "@tryspan/tryspan";
 * import { ollama } from "@tryspan/tryspan/ollama";
 * import { Ollama } from "ollama";
 *
 * const client = new Ollama();
 * const request = { model: "llama4", messages: [{ role: "user", content: "Hello" }] };
 *
 * const response = await callWithRetry(ollama(client), request);
 * console.log(response.message.content);
 *
 * for await (const chunk of streamWithRetry(ollama(client), request)) console.log(chunk.message.content);
 * ```
 *
 * @module
 */

import { bind, both, checkClient } from "./_bind.ts";
import type { Binding, BindingOptions, Unstreamed } from "./binding.ts";
import { quietly } from "./_quietly.ts";
import { ollama as format } from "./wire/ollama.ts";

export type { Binding, BindingOptions, Unstreamed } from "./binding.ts";
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

/** What {@linkcode ollama} needs of a client: `new Ollama()`, or the SDK's default export. */
export interface OllamaClient<Req, Res, StreamReq, Chunk> {
  /** Asks. */
  readonly chat: {
    /** Answers in a stream. */
    (request: StreamReq): PromiseLike<AsyncIterable<Chunk>>;
    /** Answers at once. */
    (request: Req): PromiseLike<Res>;
  };
}

/**
 * `client.chat` as a provider. This SDK takes no signal and retries nothing. Each attempt's signal reaches the client's
 * `fetch`; what `client.abort()` does for streams, it still does.
 *
 * The SDK's errors tell the status and the message but no headers, so `Retry-After` is not seen.
 *
 * @param client An `Ollama` client.
 * @param options A name for the provider.
 * @throws {TypeError} If the client has no such method.
 */
export function ollama<Req, Res, StreamReq, Chunk>(
  client: OllamaClient<Req, Res, StreamReq, Chunk>,
  { name }: BindingOptions = {},
): Binding<Req, Res, Unstreamed<StreamReq>, Chunk> {
  checkClient(client, "chat");
  const ask = <T>(request: unknown, signal: AbortSignal) =>
    withSignal(client, signal).chat(request as never) as PromiseLike<T>;
  const host = quietly(() => (client as { readonly config?: { readonly host?: unknown } }).config?.host);
  return bind(format, name, host, {
    chat: async (request, { signal }) => ({ data: await ask<Res>({ ...request, stream: false }, signal) }),
    stream: async (request, { signal }) => ({
      data: explained(await ask<AsyncIterable<Chunk>>({ ...request, stream: true }, signal)),
    }),
  });
}

/** In a stream this SDK throws what the service reports as a message and no more; the cause says whose message it is. */
async function* explained<Chunk>(chunks: AsyncIterable<Chunk>): AsyncGenerator<Chunk> {
  try {
    yield* chunks;
  } catch (error) {
    if ((error as Error)?.constructor === Error) (error as Error).cause ??= { error: (error as Error).message };
    throw error;
  }
}

/** The same client, whose requests stop with `signal` as well. */
function withSignal<Client extends object>(client: Client, signal: AbortSignal): Client {
  const { fetch } = client as { readonly fetch?: typeof globalThis.fetch };
  // The SDK's own signal ends with the request.
  const value: typeof globalThis.fetch = (input, init) =>
    fetch!(input, { ...init, signal: both(signal, init?.signal)[0] });
  return fetch ? Object.create(client, { fetch: { value } }) : client;
}

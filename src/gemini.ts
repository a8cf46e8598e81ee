/**
 * Google's SDK (`@google/genai`) as a provider: Gemini, at Google AI and at Vertex.
 *
 * Two features of this SDK make more than one request in an attempt, which then share a span: automatic function calling
 * (tools with a `callTool` method, such as those of MCP; `config.automaticFunctionCalling.disable` turns it off), and from
 * version 2 on the continuation of long answers (only where the service asks for it; `config.automaticContinuation: false`
 * turns it off).
 *
 * @example
 * ```ts ignore
 * import { callWithRetry, streamWithRetry } from "@tryspan/tryspan";
 * import { gemini } from "@tryspan/tryspan/gemini";
 * import { GoogleGenAI } from "@google/genai";
 *
 * const client = new GoogleGenAI({ apiKey: "..." });
 * const request = { model: "gemini-3-flash", contents: "Hello" };
 *
 * const response = await callWithRetry(gemini(client), request);
 * console.log(response.text);
 *
 * for await (const chunk of streamWithRetry(gemini(client), request)) console.log(chunk.text);
 * ```
 *
 * @module
 */

import { bind, both, checkClient } from "./_bind.ts";
import type { Binding, BindingOptions } from "./binding.ts";
import { quietly } from "./_quietly.ts";
import { gemini as format } from "./wire/gemini.ts";

export type { Binding, BindingOptions } from "./binding.ts";
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

/** What {@linkcode gemini} needs of a client: `new GoogleGenAI()`. */
export interface GeminiClient<Req, Res, StreamReq, Chunk> {
  /** Models. */
  readonly models: {
    /** Answers at once. */
    generateContent(request: Req): PromiseLike<Res>;
    /** Answers in a stream. */
    generateContentStream(request: StreamReq): PromiseLike<AsyncIterable<Chunk>>;
  };
}

/** What the binding sets in a request. */
interface Configured {
  readonly config?: {
    readonly abortSignal?: AbortSignal;
    readonly httpOptions?: { readonly retryOptions?: object };
  };
}

/**
 * `client.models.generateContent` and `generateContentStream` as a provider. Each attempt passes its signal as
 * `config.abortSignal` (one in the request is followed as well) and one attempt as `config.httpOptions.retryOptions`.
 *
 * The SDK's errors tell the status and the body but no headers: how long to wait is read from the body, where Google says
 * it too.
 *
 * @param client A `GoogleGenAI` client.
 * @param options A name for the provider.
 * @throws {TypeError} If the client has no such method.
 */
export function gemini<Req, Res, StreamReq, Chunk>(
  client: GeminiClient<Req, Res, StreamReq, Chunk>,
  { name }: BindingOptions = {},
): Binding<Req, Res, StreamReq, Chunk> {
  checkClient(client, "models.generateContent");
  return bind(format, name, baseUrlOf(client), {
    async chat(request, { signal }) {
      const [sent, release] = once(request, signal);
      try {
        return { data: await client.models.generateContent(sent) };
      } finally {
        release();
      }
    },
    async stream(request, { signal }) {
      const [sent, release] = once(request, signal);
      try {
        return { data: released(await client.models.generateContentStream(sent), release) };
      } catch (error) {
        release();
        throw error;
      }
    },
  });
}

async function* released<Chunk>(chunks: AsyncIterable<Chunk>, release: () => void): AsyncGenerator<Chunk> {
  try {
    yield* chunks;
  } finally {
    release();
  }
}

/** The request, as one that is sent once and stops with `signal`, and what lets go of its own signal. */
function once<Req>(request: Req, signal: AbortSignal): [Req, release: () => void] {
  const { httpOptions, ...config } = (request as Configured).config ?? {};
  const [abortSignal, release] = both(signal, config.abortSignal);
  const retryOptions = { ...httpOptions?.retryOptions, attempts: 1 };
  return [{ ...request, config: { ...config, abortSignal, httpOptions: { ...httpOptions, retryOptions } } }, release];
}

/** The SDK's types do not show it. */
function baseUrlOf(client: unknown): string | undefined {
  return quietly(() => (client as { readonly apiClient: { getBaseUrl(): string } }).apiClient.getBaseUrl());
}

/**
 * A `fetch` for any SDK that takes one: what it sends to a model is retried and traced, whatever else passes through.
 *
 * @example
 * ```ts ignore
 * import OpenAI from "openai";
 * import { llmFetch } from "@tryspan/tryspan/fetch";
 * import { otelTracer } from "@tryspan/tryspan/otel";
 *
 * const client = new OpenAI({ fetch: llmFetch({ tracer: otelTracer() }), maxRetries: 0 });
 * ```
 *
 * @module
 */

import { run } from "./_attempt_loop.ts";
import { type Fetch, isRequest, type ModelRequest, readRequest } from "./_fetch_request.ts";
import { describeHead, FailedResponse, withBody } from "./_fetch_response.ts";
import { type InsideOptions, insideSdk } from "./_inside_sdk.ts";
import { skeleton } from "./_json_skeleton.ts";
import { check, type Settings } from "./options.ts";
import type { ResponseDescription } from "./provider.ts";
import { quietly } from "./_quietly.ts";
import { createTap, type Tap } from "./_tap.ts";
import { watchStream } from "./_watched_stream.ts";

export type { Fetch } from "./_fetch_request.ts";
export type { InsideOptions } from "./_inside_sdk.ts";
export type { CallOptions, RetryOptions } from "./options.ts";

/** Options of {@linkcode llmFetch}. */
export interface LlmFetchOptions extends InsideOptions {
  /** What sends the requests. @default {globalThis.fetch, looked up with every request} */
  readonly fetch?: Fetch | undefined;
  /**
   * Stands on every span as `llm.provider`. Name `mistral` where its API is offered at a host of another name: the URL alone
   * would be OpenAI's. @default {what the URL tells}
   */
  readonly provider?: string | undefined;
}

/**
 * Makes a `fetch` that does for an SDK's requests what `callWithRetry` and `streamWithRetry` do. It knows a model call by its
 * method, path and body: OpenAI Chat Completions and Responses and whatever is compatible, Azure, Anthropic, Gemini, Vertex,
 * Mistral, Cohere, Ollama, OpenRouter, Bedrock Converse. The SDK gets the response that it would have got without it: also
 * that of a last failure, so its own errors stay as they are. Turn the SDK's own retries off.
 *
 * A body that can be read only once is sent once. Everything else is fetched as it is.
 *
 * @param options As of `callWithRetry`.
 * @returns The `fetch`.
 * @throws {RangeError | TypeError} For a bad option, at once.
 */
export function llmFetch(options: LlmFetchOptions = {}): Fetch {
  const { fetch: given, provider, ...inside } = options;
  const begin = insideSdk(inside, "with maxRetries: 0 in the options of its client, most often");
  if (given !== undefined) check(given, llmFetch, "fetch");
  if (provider !== undefined) check(provider || null, "", "provider");

  return async (input, init) => {
    const send: Fetch = given ?? fetch;
    const request = await readRequest(input, init, provider);
    if (request === undefined) return send(input, init);
    const { settings, onFailure } = begin(request);
    const ask = (signal: AbortSignal) => {
      const { input, init } = request;
      return send(isRequest(input) ? input.clone() : input, { ...init, signal });
    };
    try {
      return await (request.isStream ? stream : answer)(request, ask, settings);
    } catch (error) {
      onFailure(error);
      // A hostile error throws when it is looked at.
      const failed = quietly(() => error instanceof FailedResponse) ? error as FailedResponse : undefined;
      if (failed) return withBody(failed.original, failed.bytes);
      throw error;
    }
  };
}

type Ask = (signal: AbortSignal) => Promise<Response>;

/** A response that was read. */
interface Answer {
  readonly response: Response;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly facts: ResponseDescription;
}

async function readBody(response: Response): Promise<{ bytes: Uint8Array<ArrayBuffer>; body: unknown }> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { bytes, body: skeleton(new TextDecoder().decode(bytes)) };
}

/** An answer in one piece. */
async function answer({ format, name, description }: ModelRequest, ask: Ask, settings: Settings): Promise<Response> {
  const { response, bytes } = await run<undefined, Answer>(
    {
      name,
      async chat(_, { signal }) {
        const response = await ask(signal);
        const { bytes, body } = await readBody(response);
        const { error, ...facts } = response.ok ? format.describeResponse(body) : { error: body };
        if (!response.ok || error) throw new FailedResponse(response, bytes, error);
        return { response, bytes, facts: { ...facts, ...describeHead(response) } };
      },
      describeRequest: () => description,
      describeResponse: ({ facts }) => facts,
    },
    undefined,
    undefined,
    settings,
  );
  return withBody(response, bytes);
}

/** An answer in chunks of bytes. */
async function stream({ format, name, description }: ModelRequest, ask: Ask, settings: Settings): Promise<Response> {
  let response!: Response;
  let tap: Tap;
  let head: ResponseDescription | undefined;
  const body = await watchStream<Uint8Array>({
    name,
    async stream(_, { signal }) {
      tap = createTap(format);
      response = await ask(signal);
      head = describeHead(response);
      if (response.ok) return response.body ?? new Blob().stream();
      const { bytes, body } = await readBody(response);
      throw new FailedResponse(response, bytes, body);
    },
    describeRequest: () => description,
    describeChunk(chunk) {
      const said = tap.push(chunk);
      if (head === undefined) return said;
      const told = { ...said, ...head };
      head = undefined;
      return told;
    },
    describeEnd: () => tap.end(),
  }, settings);
  return withBody(response, body);
}

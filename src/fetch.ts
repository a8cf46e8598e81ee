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

import { durationOf, run, settle } from "./_attempt_loop.ts";
import type { Context } from "./_context.ts";
import { type Describing, readFacts } from "./_describe.ts";
import { type Fetch, isRequest, type ModelRequest, requestReader } from "./_fetch_request.ts";
import {
  type CopyResponse,
  describeHead,
  FailedResponse,
  responseCopier,
  STREAM_TYPES,
  streamTypeOf,
} from "./_fetch_response.ts";
import { type InsideOptions, insideSdk } from "./_inside_sdk.ts";
import { skeleton } from "./_json_skeleton.ts";
import { check, type Settings } from "./options.ts";
import type { AttemptContext, ChunkDescription, Provider, ResponseDescription } from "./provider.ts";
import { quietly } from "./_quietly.ts";
import type { StreamCall } from "./_stream_call.ts";
import { readable } from "./stream_with_retry.ts";
import { createTap } from "./_tap.ts";
import { TruncatedStreamError } from "./truncated_stream_error.ts";
import { rescue, watch, watchStream } from "./_watched_stream.ts";
import type { WireFormat } from "./wire/wire_format.ts";

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
 * Mistral, Cohere, Ollama, OpenRouter, Bedrock (Converse, and `invoke` of Claude). The SDK gets the response that it would
 * have got without it: also that of a last failure, so its own errors stay as they are. Turn the SDK's own retries off.
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

  const readRequest = requestReader(provider, !!(inside.tracer || inside.onAttempt || inside.gates));
  let copy: CopyResponse | undefined;

  return async (input, init) => {
    const send: Fetch = given ?? fetch;
    const request = await readRequest(input, init);
    if (request === undefined) return send(input, init);
    const { settings, onFailure } = begin(request);
    const ask: Ask = async (context) => {
      const { input, init } = request;
      const once = isRequest(input) ? input.clone() : input;
      // Without a limit of ours the caller's own signal does, which costs nothing.
      if (settings.attemptTimeoutMs === Infinity && settings.deadlineMs === Infinity) return send(once, init);
      const { signal } = context;
      const response = await send(once, { ...init, signal });
      if (!signal.aborted) return response;
      // Too late: another attempt may be under way.
      quietly(() => response.body?.cancel());
      throw signal.reason;
    };
    copy ??= responseCopier();
    try {
      const { response, body } = await (request.isStream ? stream : answer)(request, ask, settings);
      return copy(response, body);
    } catch (error) {
      onFailure(error);
      // A hostile error throws when it is looked at.
      const failed = quietly(() => error instanceof FailedResponse) ? error as FailedResponse : undefined;
      if (failed) return copy(failed.original, failed.bytes);
      throw error;
    }
  };
}

type Ask = (context: AttemptContext) => Promise<Response>;

/** Reads an answer in one piece. @throws {FailedResponse} For a bad status. */
async function readBody(response: Response): Promise<{ bytes: Uint8Array<ArrayBuffer>; text: string }> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const text = new TextDecoder().decode(bytes);
  if (!response.ok) throw new FailedResponse(response, bytes, skeleton(text));
  return { bytes, text };
}

/** Stands in every answer that is none. */
const FAILURE = /error|exception|fail|timeout/i;

/** A response that was looked at. */
interface Answer {
  readonly response: Response;
  readonly body: BodyInit;
  /** Unset where the body is yet to be read. */
  readonly describe?: () => ResponseDescription;
}

/** An answer in one piece; or in chunks, where the service gives such and the request has not told. */
async function answer({ format, name, describe }: ModelRequest, ask: Ask, settings: Settings): Promise<Answer> {
  const { clock } = settings;
  const callStartedAt = clock.now();
  let call: StreamCall<Uint8Array> | undefined;

  async function open(context: Context, startedAt = clock.now()): Promise<Answer> {
    call = undefined;
    const response = await context.span.run(() => ask(context));
    const type = response.ok && response.body && streamTypeOf(response);
    if (type) {
      // Nothing is known of events that this API does not have.
      const isKnown = type === STREAM_TYPES[format.framing];
      const reader = isKnown ? readerOf(format, response) : { describeChunk: () => describeHead(response) };
      const watched = call = watch({ name, stream: () => response.body!, ...reader }, settings, callStartedAt);
      await watched.open(context, startedAt).catch((error) => {
        throw new FailedResponse(response, rescue(watched, error), error);
      });
      return { response, body: readable(watched) };
    }
    const { bytes, text } = await readBody(response);
    const read = () => format.describeResponse(skeleton(text));
    const isCutOff = /^\s*[{[]/.test(text) && !/[}\]]\s*$/.test(text);
    const told = isCutOff ? { error: new TruncatedStreamError() } : FAILURE.test(text) ? read() : undefined;
    if (told?.error) throw new FailedResponse(response, bytes, told.error);
    return { response, body: bytes, describe: () => Object.assign(told ?? read(), describeHead(response)) };
  }

  const provider: Describing<undefined> = { name, describeRequest: describe };
  return await run(provider as Provider<undefined, Answer>, undefined, undefined, settings, {
    get isLive() {
      return call !== undefined;
    },
    open,
    begin: (answered, { describe }) =>
      describe ? settle(answered, durationOf(answered), readFacts(describe())) : call!.begin(answered),
    amend: (ending, durationMs) => call ? call.amend(ending, durationMs) : ending,
  });
}

/** Reads the chunks of a response as they pass by. */
function readerOf(format: WireFormat, response: Response) {
  // Bedrock's framing is not that of the API's own home.
  const framing = streamTypeOf(response) === STREAM_TYPES["event-stream"] ? "event-stream" : format.framing;
  const tap = createTap({ ...format, framing });
  let head: ResponseDescription | undefined = describeHead(response);
  return {
    describeChunk(chunk: Uint8Array): ChunkDescription {
      const said = tap.push(chunk);
      if (head === undefined) return said;
      const told = Object.assign(head, said);
      head = undefined;
      return told;
    },
    describeEnd: () => tap.end(),
  };
}

/** An answer in chunks of bytes. */
async function stream({ format, name, describe }: ModelRequest, ask: Ask, settings: Settings): Promise<Answer> {
  let response!: Response;
  let reader: ReturnType<typeof readerOf>;
  const body = await watchStream<Uint8Array>({
    name,
    async stream(_, context) {
      response = await ask(context);
      reader = readerOf(format, response);
      if (!response.ok) await readBody(response);
      return response.body ?? new Blob().stream();
    },
    describeRequest: describe,
    describeChunk: (chunk) => reader.describeChunk(chunk),
    describeEnd: () => reader.describeEnd(),
  }, settings);
  return { response, body };
}

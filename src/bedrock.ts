/**
 * Amazon's SDK (`@aws-sdk/client-bedrock-runtime`, version 3) as a provider: Converse and ConverseStream.
 *
 * @example
 * ```ts ignore
 * import { callWithRetry, streamWithRetry } from "@tryspan/tryspan";
 * import { bedrockConverse } from "@tryspan/tryspan/bedrock";
 * import { BedrockRuntime } from "@aws-sdk/client-bedrock-runtime";
 *
 * const client = new BedrockRuntime();
 * const messages = [{ role: "user" as const, content: [{ text: "Hello" }] }];
 * const request = { modelId: "anthropic.claude-sonnet-5", messages };
 *
 * const { output } = await callWithRetry(bedrockConverse(client), request);
 * console.log(output?.message?.content);
 *
 * for await (const event of streamWithRetry(bedrockConverse(client), request)) {
 *   console.log(event.contentBlockDelta?.delta?.text);
 * }
 * ```
 *
 * @module
 */

import { type Answer, bind } from "./_bind.ts";
import type { Binding, BindingOptions } from "./binding.ts";
import { bedrock as format } from "./wire/bedrock.ts";

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

/** A client with a method for every command: `new BedrockRuntime()`. */
export interface BedrockRuntimeLike<Req, Res, StreamReq, StreamRes> {
  /** Answers at once. */
  readonly converse: Method<Req, Res>;
  /** Answers in a stream. */
  readonly converseStream: Method<StreamReq, StreamRes>;
}

/** A method for one command. */
export interface Method<Req, Res> {
  /** Sends it. */
  (request: Req, options?: never): PromiseLike<Res>;
  /** What the SDK's method has as a second way. */
  (request: never, callback: never): void;
  /** What the SDK's method has as a third way. */
  (request: never, options: never, callback: never): void;
}

/** A client that sends commands: `new BedrockRuntimeClient()`. */
export interface BedrockRuntimeClientLike {
  /** Sends one. */
  send(command: never, options?: never): unknown;
}

/** The class of a command. */
export interface CommandClass<Req, Res> {
  /** Makes one. */
  new (request: Req): {
    /** Tells the type of the response. */
    resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ readonly output: Res }>;
  };
}

/** The SDK's two commands. */
export interface ConverseCommands<Req, Res, StreamReq, StreamRes> {
  /** Answers at once. */
  readonly ConverseCommand: CommandClass<Req, Res>;
  /** Answers in a stream. */
  readonly ConverseStreamCommand: CommandClass<StreamReq, StreamRes>;
}

/** A response that holds a stream. */
export interface Streamed<Chunk> {
  /** The events. */
  readonly stream?: AsyncIterable<Chunk> | undefined;
}

/**
 * Converse and ConverseStream as a provider. Each attempt passes its signal. The SDK's own retries are a setting of the
 * client (`maxAttempts`), so the binding takes the SDK's retry step out of its own commands; the client's other commands
 * keep it. The requests go where the client's asynchronous configuration says, so the spans name no server.
 *
 * @param client A `BedrockRuntime`; or a `BedrockRuntimeClient`, which knows no commands, so they have to come with it.
 * @param options A name for the provider; for a `BedrockRuntimeClient` the two commands of the SDK as well.
 *
 * @example With the client that leaves unused commands out of a bundle
 * ```ts ignore
 * import { callWithRetry } from "@tryspan/tryspan";
 * import { bedrockConverse } from "@tryspan/tryspan/bedrock";
 * import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } from "@aws-sdk/client-bedrock-runtime";
 *
 * const provider = bedrockConverse(new BedrockRuntimeClient(), { ConverseCommand, ConverseStreamCommand });
 * const messages = [{ role: "user" as const, content: [{ text: "Hello" }] }];
 * await callWithRetry(provider, { modelId: "anthropic.claude-sonnet-5", messages });
 * ```
 */
export function bedrockConverse<Req, Res, StreamReq, Chunk>(
  client: BedrockRuntimeLike<Req, Res, StreamReq, Streamed<Chunk>>,
  options?: BindingOptions,
): Binding<Req, Res, StreamReq, Chunk>;
/** The same for a `BedrockRuntimeClient`. */
export function bedrockConverse<Req, Res, StreamReq, Chunk>(
  client: BedrockRuntimeClientLike,
  options: BindingOptions & ConverseCommands<Req, Res, StreamReq, Streamed<Chunk>>,
): Binding<Req, Res, StreamReq, Chunk>;
export function bedrockConverse<Req, Res, StreamReq, Chunk>(
  client: object,
  { name, ConverseCommand, ConverseStreamCommand }:
    & BindingOptions
    & Partial<ConverseCommands<Req, Res, StreamReq, Streamed<Chunk>>> = {},
): Binding<Req, Res, StreamReq, Chunk> {
  const sender = withoutRetries(Object(client) as Sender);
  if (typeof (ConverseCommand && ConverseStreamCommand ? sender.send : sender.converse) !== "function") {
    throw new TypeError(
      "Cannot bind the client: 'client' must be a BedrockRuntime, or come with ConverseCommand and ConverseStreamCommand",
    );
  }
  const ask = async <Res>(
    method: "converse" | "converseStream",
    Command: CommandClass<never, Res> | undefined,
    request: unknown,
    abortSignal: AbortSignal,
  ): Promise<Answer<Res>> => {
    const options = { abortSignal };
    const data =
      await (Command
        ? sender.send(new Command(request as never) as never, options)
        : sender[method](request, options)) as Res;
    const { requestId, httpStatusCode } = (data as Metadata).$metadata ?? {};
    return { data, requestId, statusCode: httpStatusCode };
  };
  return bind(format, name, undefined, {
    chat: (request, { signal }) => ask<Res>("converse", ConverseCommand, request, signal),
    async stream(request, { signal }) {
      const { data, ...rest } = await ask("converseStream", ConverseStreamCommand, request, signal);
      return { data: data.stream!, ...rest };
    },
  });
}

interface Metadata {
  readonly $metadata?: { readonly requestId?: string; readonly httpStatusCode?: number };
}

/** A command, as far as it is changed here. */
interface Command {
  readonly middlewareStack?: {
    add(
      middleware: (next: (args: unknown) => Promise<Sent>) => (args: unknown) => Promise<Sent>,
      options: object,
    ): void;
  };
}

interface Sent {
  readonly output: { $metadata?: object };
}

interface Sender {
  send(command: Command, options: unknown): Promise<unknown>;
  converse(request: unknown, options: unknown): Promise<unknown>;
  converseStream(request: unknown, options: unknown): Promise<unknown>;
}

/** The same client, which sends every command once. */
function withoutRetries(client: Sender): Sender {
  return Object.create(client, {
    send: {
      value(command: Command, options: unknown) {
        // A step of a command takes the place of the client's step of that name; the metadata are those of one attempt.
        command.middlewareStack?.add((next) => async (args) => {
          const sent = await next(args);
          sent.output.$metadata = { ...sent.output.$metadata, attempts: 1, totalRetryDelay: 0 };
          return sent;
        }, { name: "retryMiddleware", step: "finalizeRequest", priority: "high", override: true });
        return client.send(command, options);
      },
    },
  });
}

import type { Binding } from "./binding.ts";
import type { AttemptContext, RequestDescription, ResponseDescription, StreamSource } from "./provider.ts";
import { quietly } from "./_quietly.ts";
import { messageOf } from "./sanitize.ts";
import { describeServer, providerAt } from "./wire/provider_names.ts";
import type { WireFormat } from "./wire/wire_format.ts";

/** What an SDK gave, and what is known of it beside. */
export interface Answer<T> extends Pick<ResponseDescription, "requestId" | "statusCode"> {
  /** The response as the SDK gives it, or the stream of chunks. */
  readonly data: T;
}

/** How an SDK is asked. */
export interface Ask<Req, Res, StreamReq, Chunk> {
  /** Asks for a response. */
  chat(request: Req, context: AttemptContext): Promise<Answer<Res>>;
  /** Asks for a stream. */
  stream(request: StreamReq, context: AttemptContext): Promise<Answer<StreamSource<Chunk>>>;
}

/**
 * Makes a binding of how an SDK is asked and of the format its objects have.
 *
 * @param name The name the caller wants.
 * @param baseUrl Where the client sends its requests, if it tells.
 */
export function bind<Req, Res, StreamReq, Chunk>(
  format: WireFormat,
  name: string | undefined,
  baseUrl: unknown,
  ask: Ask<Req, Res, StreamReq, Chunk>,
): Binding<Req, Res, StreamReq, Chunk> {
  const server = serverOf(baseUrl);
  // What stands beside an answer, by the response or, for a stream, by the attempt.
  const beside = new WeakMap<object, ResponseDescription>();
  // By the attempt: a format may have to remember what stood in a stream before.
  const readers = new WeakMap<object, WireFormat["describeEvent"]>();
  const keep = <T>(key: unknown, { data, ...rest }: Answer<T>): T => {
    if (Object(key) === key) beside.set(key as object, rest);
    return data;
  };
  return {
    name: name ?? server.name ?? format.name,
    async chat(request, context) {
      const answer = await ask.chat(request, context);
      const { error } = format.describeResponse(answer.data);
      if (error) throw reported(error);
      return keep(answer.data, answer);
    },
    stream: async (request, context) => keep(context, await ask.stream(request, context)),
    describeRequest: (request) => Object.assign(format.describeRequest(request, ""), server.described),
    describeResponse: (response) => Object.assign(format.describeResponse(response), beside.get(response as object)),
    describeChunk(chunk, context) {
      const describe = readers.get(context) ?? format.describeEvents?.() ?? format.describeEvent;
      readers.set(context, describe);
      const described = describe(chunk);
      const error = described.error && reported(described.error);
      return Object.assign(described, { error }, beside.get(context));
    },
  };
}

/**
 * Bindings are made by hand, of whatever client is there: that of another SDK should be told before anything is sent.
 *
 * @throws {TypeError} Unless there is a method at `path` of `client`.
 */
export function checkClient(client: unknown, path: string): void {
  const method = path.split(".").reduce((it, key) => (it as Record<string, unknown> | undefined)?.[key], client);
  if (typeof method === "function") return;
  throw new TypeError(
    `Cannot bind the client: 'client.${path}' must be of type function: current value is of type ${typeof method}`,
  );
}

/** What is thrown for what the service says in place of an answer. */
function reported(error: unknown): Error {
  return new Error(messageOf(error) ?? "The service reported an error", { cause: error });
}

/** What a base URL says of the service. */
function serverOf(baseUrl: unknown): { readonly name?: string | undefined; readonly described?: RequestDescription } {
  return quietly(() => {
    const url = new URL(String(baseUrl));
    return { name: providerAt(url.host, `${url.pathname}/`), described: describeServer(url) };
  }) ?? {};
}

/** A signal that follows two, and what ends that: the other one may outlive the call. */
export function both(one: AbortSignal, other: AbortSignal | null | undefined): readonly [AbortSignal, () => void] {
  if (!other) return [one, () => {}];
  const controller = new AbortController();
  const release = () => other.removeEventListener("abort", follow);
  const follow = () => {
    release();
    controller.abort((one.aborted ? one : other).reason);
  };
  if (one.aborted || other.aborted) follow();
  else for (const signal of [one, other]) signal.addEventListener("abort", follow);
  return [controller.signal, release];
}

import { type Answer, bind } from "./_bind.ts";
import type { Binding, RequestBindingOptions, Unstreamed } from "./binding.ts";
import type { WireFormat } from "./wire/wire_format.ts";

/** A method that answers at once or in a stream, as the request says. */
export interface Create<Req, Res, StreamReq, Chunk, SdkOptions> {
  /** Answers at once. */
  (request: Req, options?: SdkOptions): PromiseLike<Res>;
  /** Answers in a stream. */
  (request: StreamReq, options?: SdkOptions): PromiseLike<AsyncIterable<Chunk>>;
  /** What the SDK's method has as a third way. */
  (request: never, options?: never): unknown;
}

/**
 * Binds `create` of the SDKs that are made by Stainless: OpenAI's and Anthropic's.
 *
 * @param resource What has the method, looked up for each attempt.
 */
export function bindCreate<Req, Res, StreamReq, Chunk, SdkOptions>(
  format: WireFormat,
  baseUrl: unknown,
  { name, requestOptions }: RequestBindingOptions<SdkOptions>,
  resource: () => { readonly create: Create<Req, Res, StreamReq, Chunk, SdkOptions> },
): Binding<Req, Res, Unstreamed<StreamReq>, Chunk> {
  const create = <T>(request: unknown, signal: AbortSignal): Promise<Answer<T>> => {
    const options = { ...requestOptions, signal, maxRetries: 0 };
    return answerOf(resource().create(request as never, options as never) as unknown as Pending<T>);
  };
  return bind(format, name, baseUrl, {
    chat: (request, { signal }) => create<Res>(request, signal),
    stream: (request, { signal }) => create<AsyncIterable<Chunk>>({ ...request, stream: true }, signal),
  });
}

/** What such an SDK's promise can tell beside its data. */
interface Pending<T> extends PromiseLike<T> {
  withResponse?(): Promise<{ readonly data: T; readonly response: Response; readonly request_id?: string | null }>;
}

async function answerOf<T>(pending: Pending<T>): Promise<Answer<T>> {
  if (!pending.withResponse) return { data: await pending };
  const { data, response, request_id } = await pending.withResponse();
  return { data, requestId: request_id ?? undefined, statusCode: response.status };
}

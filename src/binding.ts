/**
 * What a binding is: an SDK's client as a provider.
 *
 * @module
 */

import type {
  AttemptContext,
  ChunkDescription,
  RequestDescription,
  ResponseDescription,
  StreamSource,
} from "./provider.ts";

/**
 * An SDK's client as a provider for `callWithRetry` and for `streamWithRetry`, with the SDK's own types of requests,
 * responses and chunks. It keeps no state between calls but the client's.
 */
export interface Binding<Req, Res, StreamReq, Chunk> {
  /** Stands on every span as `llm.provider`. */
  readonly name: string;
  /** Asks through the SDK once, with the SDK's own retries off. */
  chat(request: Req, context: AttemptContext): Promise<Res>;
  /** Asks through the SDK once for an answer in chunks, with the SDK's own retries off. */
  stream(request: StreamReq, context: AttemptContext): Promise<StreamSource<Chunk>>;
  /** Reads a request of either kind. */
  describeRequest(request: never): RequestDescription;
  /** Reads a response. */
  describeResponse(response: never): ResponseDescription;
  /** Reads a chunk. */
  describeChunk(chunk: never, context: AttemptContext): ChunkDescription;
}

/** Options of every binding. */
export interface BindingOptions {
  /**
   * The provider's name on spans. @default {told by the host of the client's base URL where that is a known one, else the
   * SDK's own}
   */
  readonly name?: string | undefined;
}

/** Options of a binding whose SDK takes options with each request. */
export interface RequestBindingOptions<SdkOptions> extends BindingOptions {
  /**
   * The SDK's own options for every request, such as headers or a timeout. What the binding sets itself wins: the signal,
   * and that there are no retries.
   */
  readonly requestOptions?: SdkOptions | undefined;
}

/** A request without the flag that asks for a stream: the binding sets it. */
export type Unstreamed<StreamReq> = Omit<StreamReq, "stream"> & {
  /** Need not be set. */
  readonly stream?: true;
};

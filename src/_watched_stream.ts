import type { Settings } from "./options.ts";
import type { StreamProvider } from "./provider.ts";
import { type StreamCall, streamCall } from "./_stream_call.ts";
import { readable } from "./stream_with_retry.ts";

/**
 * Streams for a consumer that reads for itself what the chunks report: it gets what it would have got without us, but of an
 * attempt that came to something. Where none did, it gets what the last one said.
 *
 * @throws What `provider.stream` did, or what cut the call short.
 */
export async function watchStream<Chunk>(
  provider: StreamProvider<undefined, Chunk>,
  settings: Settings,
): Promise<ReadableStream<Chunk>> {
  const call = watch(provider, settings);
  try {
    await call.start();
    return readable(call);
  } catch (error) {
    return rescue(call, error);
  }
}

/** A call for such a consumer, not started yet; or started earlier, before it was known that a stream would come. */
export function watch<Chunk>(
  provider: StreamProvider<undefined, Chunk>,
  settings: Settings,
  startedAt?: number,
): StreamCall<Chunk> {
  return streamCall(provider, undefined, settings, true, startedAt);
}

/** What the call's last attempt said, if that is what it failed with. @throws The error, if not. */
export function rescue<Chunk>(call: StreamCall<Chunk>, error: unknown): ReadableStream<Chunk> {
  const { reported, head: left = [] } = call.attempt ?? {};
  if (!reported || reported !== error) throw error;
  return new ReadableStream({
    pull: (to) => left.length > 0 ? to.enqueue(left.shift()!) : to.close(),
  }, { highWaterMark: 0 });
}

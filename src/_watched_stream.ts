import type { Settings } from "./options.ts";
import type { StreamProvider } from "./provider.ts";
import { quietly } from "./_quietly.ts";
import { StreamCall } from "./_stream_call.ts";
import { readable } from "./stream_with_retry.ts";
import { TruncatedStreamError } from "./truncated_stream_error.ts";

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
  const { call, rescue } = watch(provider, settings);
  try {
    await call.start();
    return readable(call);
  } catch (error) {
    return rescue(error);
  }
}

/** A call for such a consumer. */
export interface Watched<Chunk> {
  /** Not started yet. */
  readonly call: StreamCall<undefined, Chunk>;
  /** Gives what the last attempt said, if that is what it failed with. @throws The error, if not. */
  rescue(error: unknown): ReadableStream<Chunk>;
}

/** The same for who starts it. */
export function watch<Chunk>(provider: StreamProvider<undefined, Chunk>, settings: Settings): Watched<Chunk> {
  let seen: Chunk[] | undefined;
  let reported: unknown;
  const call = new StreamCall<undefined, Chunk>(
    {
      ...provider,
      stream(request, context) {
        seen = [];
        reported = undefined;
        return provider.stream(request, context);
      },
      describeChunk(chunk, context) {
        seen?.push(chunk);
        const said = provider.describeChunk!(chunk, context)!;
        reported = said.error;
        if (said.isContent !== false && reported === undefined) seen = undefined;
        return said;
      },
      describeEnd(context) {
        const said = provider.describeEnd?.(context);
        reported ??= said?.error;
        return said;
      },
    },
    undefined,
    settings,
    true,
  );
  return {
    call,
    rescue(error) {
      const left = seen;
      const isSaid = reported !== undefined && error === reported ||
        quietly(() => error instanceof TruncatedStreamError);
      if (!left || !isSaid || settings.signal?.aborted) throw error;
      return new ReadableStream({
        pull: (to) => left.length > 0 ? to.enqueue(left.shift()!) : to.close(),
      }, { highWaterMark: 0 });
    },
  };
}

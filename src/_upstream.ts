import { quietly } from "./_quietly.ts";
import type { StreamSource } from "./provider.ts";

/** What a provider streams, whatever it is made of. */
export interface Upstream<Chunk> {
  /** The next chunk; whatever it throws, it rejects. */
  next(): Promise<IteratorResult<Chunk, unknown>>;
  /** Lets go of it at once. Whatever comes of that, nobody waits for it. */
  cancel(reason: unknown): void;
}

/** @throws {TypeError} For what is no stream. */
export function upstreamOf<Chunk>(source: StreamSource<Chunk>): Upstream<Chunk> {
  const { getReader, [Symbol.asyncIterator]: iterate } = Object(source) as Partial<ReadableStream<Chunk>>;
  const reader = typeof getReader === "function" && getReader.call(source) as ReadableStreamDefaultReader<Chunk>;
  if (!reader && typeof iterate !== "function") {
    throw new TypeError(
      `Cannot read the stream: 'provider.stream' must give an async iterable or a ReadableStream: current value is of type ${typeof source}`,
    );
  }
  const iterator = (reader || iterate!.call(source as ReadableStream<Chunk>)) as AsyncIterator<Chunk, unknown>;
  return {
    // In fewer steps than an async function, for it is done for every chunk.
    next() {
      try {
        return Promise.resolve(reader ? reader.read() as Promise<IteratorResult<Chunk, unknown>> : iterator.next());
      } catch (error) {
        return Promise.reject(error);
      }
    },
    cancel: (reason) => void quietly(() => reader ? reader.cancel(reason) : iterator.return?.()),
  };
}

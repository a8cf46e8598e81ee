import { streamWithRetry } from "../../mod.ts";
import { readBytes } from "../../src/wire.ts";
import { END, FORMAT } from "./stream.ts";

type Bytes = ReadableStream<Uint8Array>;

/** Ways from the source to the one who reads. */
export const PIPES: Readonly<Record<string, (body: Bytes) => Bytes>> = {
  untouched: (body) => body,
  "passed on": passedOn,
  tapped: (body) => streamWithRetry({ name: "demo", stream: () => body, ...readBytes(FORMAT) }, {}),
};

/** Hands every chunk on, when it is asked for. */
function passedOn(body: Bytes): Bytes {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** Reads all of it, as SDKs do, and counts. */
export async function drain(body: Bytes): Promise<{ bytes: number; chunks: number }> {
  const reader = body.getReader();
  let bytes = 0;
  let chunks = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { bytes, chunks };
    bytes += value.length;
    chunks++;
  }
}

/** A stream that costs as little as a stream can. */
export function inMemory(chunks: readonly Uint8Array[]): Bytes {
  let next = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(chunks[next++] ?? END);
      if (next > chunks.length) controller.close();
    },
  }, { highWaterMark: 0 });
}

import type { PastAttempt } from "./attempt_record.ts";
import { type CallOptions, checkProvider, DEFAULTS, resolveOptions, type Settings } from "./options.ts";
import type { StreamProvider } from "./provider.ts";
import { quietly } from "./_quietly.ts";
import { type StreamCall, streamCall } from "./_stream_call.ts";

/** A provider's chunks, untouched, to be read once: with `for await`, or as the `ReadableStream` it is. */
export type RetriedStream<Chunk> = ReadableStream<Chunk> & AsyncIterable<Chunk> & {
  /**
   * When all is over, the record of the last attempt, however that came out; `undefined` if none was started. Never
   * rejects.
   */
  readonly finished: Promise<PastAttempt | undefined>;
};

/**
 * Asks `provider.stream(request)` at once and hands its chunks over. Until the first content it tries again like
 * `callWithRetry`, and chunks of attempts that failed are dropped; after that errors reach the consumer as they are. The
 * attempt's `llm.call` span ends with the last chunk, or with whatever cuts the stream short.
 *
 * Nothing is pulled that nobody asked for, except to reach the first content. Leaving early (`break`, `cancel()`) cancels
 * the provider's stream at once, and so does dropping the stream unread, once it is collected.
 *
 * @param provider The service; or any object with `name` and `stream`.
 * @param request Handed to `provider.stream` as it is.
 * @param options As of `callWithRetry`. `attemptTimeoutMs` guards an attempt's first content, `idleTimeoutMs` the gaps
 * after it, `deadlineMs` all of it.
 * @returns The stream. Reading it throws the provider's last error as it is, or `signal.reason`.
 * @throws {RangeError | TypeError} For a bad argument, before anything is sent.
 *
 * @example
 * ```ts
 * import { streamWithRetry } from "@tryspan/tryspan";
 *
 * const provider = {
 *   name: "demo",
 *   async *stream() {
 *     yield { text: "Hello" };
 *     yield { text: " you" };
 *   },
 * };
 * for await (const { text } of streamWithRetry(provider, { model: "m-1" })) console.log(text);
 * ```
 */
export function streamWithRetry<Req, Chunk>(
  provider: StreamProvider<Req, Chunk>,
  request: Req,
  options?: CallOptions,
): RetriedStream<Chunk> {
  return startStream(provider, request, options, DEFAULTS);
}

/** `streamWithRetry` on options that are already there. */
export function startStream<Req, Chunk>(
  provider: StreamProvider<Req, Chunk>,
  request: Req,
  options: CallOptions | undefined,
  base: Settings,
): RetriedStream<Chunk> {
  checkProvider(provider, "stream");
  const call = streamCall(provider, request, resolveOptions(options, base));
  const stream = readable(call);
  call.start().catch(() => {});
  return stream;
}

/** Ends the calls whose stream was collected. A runtime without it leaves them to the deadline. */
const DROPPED: FinalizationRegistry<() => void> | undefined = typeof FinalizationRegistry === "undefined"
  ? undefined
  : /* @__PURE__ */ new FinalizationRegistry((end) => end());

/** Ends a call whose consumer is gone. */
function leave(call: { cancel(reason: unknown): void }): void {
  call.cancel(new DOMException("The consumer left the stream", "AbortError"));
}

/** Apart, because what lives as long as the call must have no closure that knows the stream. */
function endWhenDropped<Chunk>(stream: object, call: StreamCall<Chunk>): void {
  DROPPED?.register(stream, () => leave(call), call);
  call.finished.then(() => DROPPED?.unregister(call));
}

/** What the consumer holds. */
export function readable<Chunk>(call: StreamCall<Chunk>): RetriedStream<Chunk> {
  let hasReader = false;
  const stream = new ReadableStream<Chunk>({
    pull: (controller) =>
      new Promise<void>((resolve, reject) => {
        hasReader = true;
        call.ask({
          reject,
          resolve({ done, value }) {
            // A stream that was cancelled in the meantime takes nothing more.
            quietly(() => done ? controller.close() : controller.enqueue(value));
            resolve();
          },
        });
      }),
    cancel: (reason) => call.cancel(reason),
  }, { highWaterMark: 0 });
  endWhenDropped(stream, call);
  return Object.defineProperties(stream, {
    finished: { value: call.finished },
    [Symbol.asyncIterator]: {
      // While there is a reader, nobody else may read, and it may leave a chunk behind. Not all browsers have `values`.
      value: (options?: IteratorOptions) =>
        (hasReader || stream.locked) && stream.values?.(options) || iterator(call, stream, options),
    },
  }) as RetriedStream<Chunk>;
}

/** As of a `ReadableStream`'s own iterator. */
interface IteratorOptions {
  readonly preventCancel?: boolean;
}

/**
 * The way around the `ReadableStream`, which would cost more. It holds `stream`, lest that be collected in the meantime,
 * and so does a question until it is answered.
 */
function iterator<Chunk>(
  call: StreamCall<Chunk>,
  stream: unknown,
  options?: IteratorOptions,
): AsyncIterableIterator<Chunk> {
  return {
    next: () => new Promise((resolve, reject) => call.ask({ resolve, reject, stream })),
    async return(value) {
      if (!options?.preventCancel) leave(call);
      return { done: true, value: await value };
    },
    throw(error) {
      call.cancel(error);
      return Promise.reject(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  } as AsyncIterableIterator<Chunk>;
}

// deno-lint-ignore-file no-console -- the result goes to whoever started the process
import process from "node:process";
import { type RetriedStream, type StreamProvider, streamWithRetry, type Tracer } from "../../mod.ts";
import { recordingTracer } from "../../src/testing.ts";

// A program of its own: what keeps a process alive, and what the garbage collector takes, is seen from outside. Run with
// `--expose-gc` and the name of a scene.

declare const gc: () => void;

const request = { model: "m-1", messages: [] };

/** A provider with `count` chunks, which then says nothing more. */
function quiet(count: number): StreamProvider<unknown, { n: number }> & { returns: number } {
  let n = 0;
  const provider = {
    name: "demo",
    returns: 0,
    stream: () => ({
      [Symbol.asyncIterator]: (): AsyncIterator<{ n: number }> => ({
        next: () => n < count ? Promise.resolve({ done: false, value: { n: n++ } }) : new Promise(() => {}),
        return(value) {
          provider.returns++;
          return Promise.resolve({ done: true, value });
        },
      }),
    }),
  };
  return provider;
}

/** What outlives every stream. */
const caller = new AbortController();
const held: unknown[] = [];

async function collectGarbage(isEnough: () => boolean): Promise<void> {
  for (let round = 0; round < 50 && !isEnough(); round++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Starts a stream, uses it as told, and keeps of it what `use` returns. */
async function outlive(
  use: (stream: RetriedStream<{ n: number }>) => unknown,
): Promise<{ returns: number; outcome: unknown; ends: number[] }> {
  const provider = quiet(5);
  const tracer = recordingTracer();
  let outcome: unknown = "open";
  await start(provider, tracer, use, (it) => outcome = it);
  await collectGarbage(() => outcome !== "open");
  return { returns: provider.returns, outcome, ends: tracer.spans.map(({ endCount }) => endCount) };
}

/** Apart, so that no frame holds the stream. */
async function start(
  provider: StreamProvider<unknown, { n: number }>,
  tracer: Tracer,
  use: (stream: RetriedStream<{ n: number }>) => unknown,
  tell: (outcome: unknown) => void,
): Promise<void> {
  const stream = streamWithRetry(provider, request, { tracer, signal: caller.signal, deadlineMs: 60_000 });
  stream.finished.then((record) => tell(record?.["llm.outcome"]));
  await new Promise((resolve) => setTimeout(resolve, 5));
  const kept = await use(stream);
  if (kept) held.push(kept);
}

const SCENES: Readonly<Record<string, () => unknown>> = {
  // The process has nothing to do but wait for the deadline, which is none of its business as long as nobody reads.
  async "never read"() {
    held.push(streamWithRetry(quiet(5), request, { deadlineMs: 60_000, idleTimeoutMs: 60_000 }));
    await undefined;
    return "over";
  },
  async "read in part"() {
    const iterator = streamWithRetry(quiet(5), request, { deadlineMs: 60_000 })[Symbol.asyncIterator]();
    held.push(iterator);
    return [(await iterator.next()).value, (await iterator.next()).value];
  },
  async "left"() {
    const options = { deadlineMs: 60_000, idleTimeoutMs: 60_000, attemptTimeoutMs: 60_000 };
    for await (const { n } of streamWithRetry(quiet(5), request, options)) if (n === 2) break;
    const stream = streamWithRetry(quiet(0), request, options);
    await stream.cancel();
    return (await stream.finished)?.["llm.outcome"];
  },
  async "timed out before content"() {
    const provider = { ...quiet(1), describeChunk: () => ({ isContent: false }) };
    const options = { attemptTimeoutMs: 50, idleTimeoutMs: 60_000, retry: { maxRetries: 0 } };
    const stream = streamWithRetry(provider, request, options);
    return (await stream.finished)?.["llm.outcome"];
  },
  // Whoever waits for a chunk is told of the deadline.
  async "awaited to the deadline"() {
    const iterator = streamWithRetry(quiet(1), request, { deadlineMs: 300 })[Symbol.asyncIterator]();
    await iterator.next();
    return await iterator.next().catch((error: Error) => error.name);
  },
  async "awaited to the idle timeout"() {
    const iterator = streamWithRetry(quiet(1), request, { deadlineMs: 60_000, idleTimeoutMs: 300 })
      [Symbol.asyncIterator]();
    await iterator.next();
    return await iterator.next().catch((error: Error) => error.name);
  },

  "dropped unread": () => outlive(() => undefined),
  "dropped, read in part": () =>
    outlive(async (stream) => {
      await stream[Symbol.asyncIterator]().next();
    }),
  "dropped with its reader": () =>
    outlive(async (stream) => {
      await stream.getReader().read();
    }),
  "dropped, finished kept": () => outlive(({ finished }) => ({ finished })),
  "kept": () => outlive((stream) => stream),
  "kept by its iterator": () => outlive((stream) => stream[Symbol.asyncIterator]()),
  "kept by its reader": () => outlive((stream) => stream.getReader()),
  "kept by a question": () =>
    outlive((stream) => {
      const iterator = stream[Symbol.asyncIterator]();
      for (let asked = 0; asked < 6; asked++) iterator.next();
    }),
  "kept by a tee": () => outlive((stream) => stream.tee()),
  "kept by a pipe": () => outlive((stream) => stream.pipeThrough(new TransformStream())),
  "kept by a body": () => outlive((stream) => new Response(stream as unknown as ReadableStream<Uint8Array>)),

  async "read for long"() {
    const left = quiet(200_000);
    const options = { tracer: recordingTracer(), idleTimeoutMs: 60_000, deadlineMs: 60_000 };
    const iterator = streamWithRetry(left, request, options)[Symbol.asyncIterator]();
    const used: number[] = [];
    for (let count = 1; count < 200_000; count++) {
      await iterator.next();
      if (count % 50_000 !== 0) continue;
      gc();
      used.push(process.memoryUsage().heapUsed);
    }
    await iterator.return!();
    return { grownBytes: used.at(-1)! - used[0]!, samples: used.length };
  },
};

const startedAt = performance.now();
const result = await SCENES[process.argv[2]!]!();
console.log(JSON.stringify({ result, tookMs: Math.round(performance.now() - startedAt) }));
if (/^(dropped|kept)/.test(process.argv[2]!)) process.exit(0);

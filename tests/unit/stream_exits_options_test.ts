import { assert, assertEquals } from "@std/assert";
import { attemptsOf, type RetriedStream, streamWithRetry } from "../../mod.ts";
import {
  type ScriptedChunk,
  type ScriptedService,
  type StreamExitProvider,
  type StreamExitRequest,
  streamExits,
  type StreamLibrary,
} from "../../src/testing.ts";

// The suite on a provider of another kind, and on libraries that do one thing wrong each.

interface Event {
  readonly delta?: string;
  readonly said?: ScriptedChunk;
}

/** A provider in the manner of an SDK: bytes of server-sent events, read ahead, made objects of its own. */
const overBytes: StreamExitProvider = {
  name: "server-sent events",
  // One in the stream, one in the decoder.
  readsAhead: 2,
  textOf: ({ delta }: Event) => delta ?? "",
  create: (service: ScriptedService) => ({
    name: "sdk",
    describeChunk: ({ said }: Event) => said,
    async *stream(_request, { signal }) {
      const body = await service.open(signal).catch((error) => {
        // An SDK throws errors of its own.
        throw signal.aborted ? error : Object.assign(new Error("SDK error"), { response: error });
      });
      const bytes = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const chunk = await body.pull();
          if (!chunk) return controller.close();
          controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(chunk)}\n\n`));
        },
        cancel: () => body.cancel(),
      });
      const reader = bytes.pipeThrough(new TextDecoderStream()).getReader();
      try {
        for (let it; !(it = await reader.read()).done;) {
          const said: ScriptedChunk = JSON.parse(it.value.slice("data: ".length));
          yield { delta: said.text, said };
        }
      } finally {
        await reader.cancel();
      }
    },
  }),
};

for (const { name, run } of streamExits({ providers: [overBytes] })) {
  Deno.test(`streamExits() passes ${name}`, () => run({ streamWithRetry, attemptsOf }));
}

/** The exits, by name, that find something wrong with a library. */
async function findings(library: StreamLibrary, words: RegExp): Promise<string[]> {
  const found: string[] = [];
  for (const { name, run } of streamExits()) {
    if (!name.includes("at the first try (async generator)")) continue;
    const error: unknown = await run(library).catch((error) => error);
    if (error) assert(error instanceof Error, name);
    if (error instanceof Error && words.test(error.message)) found.push(name.replace(/,[^,]*$/, ""));
  }
  return found;
}

/** A stream with some of its parts changed. */
function like<Chunk>(stream: RetriedStream<Chunk>, parts: object): RetriedStream<Chunk> {
  return {
    finished: stream.finished,
    [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator](),
    getReader: () => stream.getReader(),
    cancel: (reason: unknown) => stream.cancel(reason),
    pipeTo: (...args: Parameters<typeof stream.pipeTo>) => stream.pipeTo(...args),
    pipeThrough: (pair: ReadableWritablePair<Chunk, Chunk>) => stream.pipeThrough(pair),
    ...parts,
  } as unknown as RetriedStream<Chunk>;
}

/** The library with an iterator that has some of its methods changed. */
function changed(change: (iterator: AsyncIterator<unknown>) => Partial<AsyncIterator<unknown>>): StreamLibrary {
  return {
    streamWithRetry(provider, request, options) {
      const stream = streamWithRetry(provider, request, options);
      const iterator = stream[Symbol.asyncIterator]();
      const other = {
        next: () => iterator.next(),
        return: (value: unknown) => iterator.return!(value),
        throw: (error: unknown) => iterator.throw!(error),
        ...change(iterator),
      };
      return like(stream, { [Symbol.asyncIterator]: () => other });
    },
  };
}

type Wrong = [what: string, library: StreamLibrary, words: RegExp, found: string];

const FINISHES: readonly [what: string, finished: () => Promise<unknown>][] = [
  ["a rejection", () => Promise.reject(new Error("own bug"))],
  ["an empty object", () => Promise.resolve({})],
  ["no object", () => Promise.resolve(1)],
  ["nothing", () => Promise.resolve(undefined)],
];

const WRONG: Wrong[] = [
  [
    "goes on after return()",
    changed(() => ({ return: (value) => Promise.resolve({ done: true, value }) })),
    /hangs|llm\.call|at once/,
    "return() between two chunks",
  ],
  [
    "hands over copies",
    changed((iterator) => ({
      async next() {
        const { done, value } = await iterator.next();
        return done ? { done, value } : { done: false, value: { ...value as object } };
      },
    })),
    /chunks are the service's own/,
    "return() after the first content",
  ],
  [
    "reads ahead",
    changed((iterator) => {
      let ahead: Promise<IteratorResult<unknown>> | undefined;
      return {
        async next() {
          const result = await (ahead ?? iterator.next());
          if (!result.done) (ahead = iterator.next()).catch(() => {});
          return result;
        },
      };
    }),
    /pulls/,
    "return() after the first content",
  ],
  [
    "ends in silence on an error",
    changed((iterator) => ({
      next: () => iterator.next().catch(() => ({ done: true, value: undefined })),
    })),
    /what was thrown/,
    "error in mid-stream",
  ],
  [
    "wraps errors",
    changed((iterator) => ({
      next: () => iterator.next().catch((cause) => Promise.reject(new Error("wrapped", { cause }))),
    })),
    /what was thrown/,
    "abort before the headers",
  ],
  [
    "leaves a listener behind",
    {
      streamWithRetry(provider, request, options) {
        options.signal.addEventListener("abort", () => {});
        return streamWithRetry(provider, request, options);
      },
    },
    /listeners on the caller's signal is 1/,
    "end, read with for await",
  ],
  [
    "leaves a timer behind",
    {
      streamWithRetry(provider, request, options) {
        options.clock.setTimeout(() => {}, 1e6);
        return streamWithRetry(provider, request, options);
      },
    },
    /timers of the library's is 1/,
    "end, read with for await",
  ],
  [
    "ends spans twice",
    {
      streamWithRetry(provider, request, options) {
        const { tracer } = options;
        return streamWithRetry(provider, request, {
          ...options,
          tracer: {
            startSpan(...args) {
              const span = tracer.startSpan(...args);
              return {
                run: (work) => span.run(work),
                setAttributes: (it) => span.setAttributes(it),
                fail: (...it) => span.fail(...it),
                end: () => (span.end(), span.end()),
              };
            },
          },
        });
      },
    },
    /was ended is/,
    "break after the first content",
  ],
  [
    "never finishes",
    {
      streamWithRetry: (...args) => like(streamWithRetry(...args), { finished: new Promise(() => {}) }),
    },
    /finished/,
    "break after the first content",
  ],
  ...FINISHES.map(([what, finished]): Wrong => [
    `finishes with ${what}`,
    {
      streamWithRetry(...args) {
        const stream = streamWithRetry(...args);
        return like(stream, { finished: stream.finished.then(finished) });
      },
    },
    /finished/,
    "break after the first content",
  ]),
  [
    "reads to the end in return()",
    changed((iterator) => ({
      async return(value) {
        while (!(await iterator.next()).done);
        return { done: true, value };
      },
    })),
    /pulls/,
    "return() after the first content",
  ],
  [
    "never comes back from return()",
    changed(() => ({ return: () => new Promise(() => {}) })),
    /hangs/,
    "return() while a chunk is awaited",
  ],
  [
    "is a branch of a tee",
    {
      streamWithRetry(...args) {
        const stream = streamWithRetry(...args);
        return Object.assign(stream.tee()[0], { finished: stream.finished });
      },
    },
    /hangs/,
    "return() after the first content",
  ],
  [
    "is behind a TransformStream",
    {
      streamWithRetry(...args) {
        const stream = streamWithRetry(...args);
        return Object.assign(stream.pipeThrough(new TransformStream()), { finished: stream.finished });
      },
    },
    /./,
    "return() after the first content",
  ],
  [
    "drops the signal",
    {
      streamWithRetry: (provider, request, { signal: _signal, ...options }) =>
        streamWithRetry(provider, request, options),
    },
    /what was thrown/,
    "abort while a reader awaits a chunk",
  ],
  [
    "closes its ReadableStream on an abort",
    {
      streamWithRetry<Chunk>(...args: Parameters<typeof streamWithRetry<StreamExitRequest, Chunk>>) {
        const stream = streamWithRetry(...args);
        const iterator = stream[Symbol.asyncIterator]();
        const closing = new ReadableStream<Chunk>({
          async pull(controller) {
            const { done, value } = await iterator.next().catch(() => ({ done: true, value: undefined }));
            if (done) controller.close();
            else controller.enqueue(value!);
          },
        }, { highWaterMark: 0 });
        return like(stream, { getReader: () => closing.getReader() });
      },
    },
    /what was thrown/,
    "abort while a reader awaits a chunk",
  ],
  [
    "goes on and on",
    changed((iterator) => {
      let last: IteratorResult<unknown>;
      return {
        async next() {
          const result = await iterator.next();
          return result.done && last ? last : last = result;
        },
      };
    }),
    /on and on/,
    "attempt timeout after the first content, which it does not guard",
  ],
  [
    "throws at once",
    {
      streamWithRetry() {
        throw new Error("own bug");
      },
    },
    /own bug/,
    "break after the first content",
  ],
  [
    "retries no more",
    {
      streamWithRetry: (provider, request, options) =>
        streamWithRetry(provider, request, { ...options, retry: { maxRetries: 0 } }),
    },
    /llm\.outcome is "error"/,
    "a truncated and an empty stream that are tried again",
  ],
  [
    "knows no time limit",
    {
      streamWithRetry: (provider, request, { deadlineMs: _deadline, idleTimeoutMs: _idle, ...options }) =>
        streamWithRetry(provider, request, options),
    },
    /hangs|outcome/,
    "idle timeout after the first content",
  ],
];

for (const [what, library, words, expected] of WRONG) {
  Deno.test(`streamExits() finds a library that ${what}`, async () => {
    const found = await findings(library, words);
    assert(found.includes(expected), `Found by: ${found.join(" | ") || "none"}`);
  });
}

Deno.test("streamExits() finds nothing wrong with the library itself, and names every exit once", async () => {
  assertEquals(await findings({ streamWithRetry, attemptsOf }, /./), []);
  const names = streamExits().map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
});

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type AttemptContext,
  type CallOptions,
  type ChunkDescription,
  type Gate,
  type RetriedStream,
  type StreamProvider,
  streamWithRetry,
  type Tracer,
} from "../../mod.ts";
import { fakeClock, type RecordedSpan, recordingTracer } from "../../src/testing.ts";
import { type Chunk, manualStream, settle, stateOf } from "../support/manual_stream.ts";
import { countingSignal, httpError } from "../support/scripted_provider.ts";

// What others give it: providers, describe functions, tracers and listeners that throw, lie, come late, or reach back into
// the stream in the middle of its own work. A rejection that nobody handles fails a test by itself.

const request = { model: "m-1", messages: [] };
const role: Chunk = { isContent: false, isTerminal: false };
const hello: Chunk = { text: "Hello", isTerminal: false };
const you: Chunk = { text: " you", isTerminal: false };

function throws(): never {
  throw new Error("own bug");
}

/** What came of reading it all: the chunks, and what was thrown. */
async function drain(stream: AsyncIterable<unknown>): Promise<{ chunks: unknown[]; thrown?: unknown }> {
  const chunks: unknown[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk);
  } catch (thrown) {
    return { chunks, thrown };
  }
  return { chunks };
}

function assertSound(spans: readonly RecordedSpan[], misuses: readonly string[], message?: string): void {
  assertEquals(spans.map(({ endCount }) => endCount), spans.map(() => 1), message);
  assertEquals(misuses, [], message);
}

/** An iterable around whatever an iterator may be. */
function iterable(iterator: unknown): StreamProvider<unknown, unknown> {
  return { name: "demo", stream: () => ({ [Symbol.asyncIterator]: () => iterator as AsyncIterator<unknown> }) };
}

Deno.test("streamWithRetry() hands over what describeChunk cannot read", async () => {
  const describers: [name: string, describeChunk: (chunk: Chunk) => unknown][] = [
    ["throws", throws],
    ["rejects", () => Promise.reject(new Error("own bug"))],
    ["resolves", () => Promise.resolve({ isContent: false })],
    ["says nothing", () => undefined],
    ["says null", () => null],
    ["says a number", () => 5],
    ["says that there is no error", () => ({ error: false })],
    ["says an empty error", () => ({ error: "" })],
    ["says 0 for an error", () => ({ error: 0 })],
    ["says null for all", () => ({ isContent: null, isTerminal: null, error: null, usage: null })],
    ["is of wrong types", () => ({ usage: 5, stopReason: {}, isTerminal: "no", model: 1, statusCode: "200" })],
    ["has getters that throw", () => ({
      get usage() {
        return throws();
      },
    })],
    ["is a proxy that throws", () => new Proxy({}, { get: throws, ownKeys: throws })],
  ];
  for (const [name, describeChunk] of describers) {
    const tracer = recordingTracer();
    const provider = manualStream({ describeChunk: describeChunk as () => ChunkDescription });
    provider.give(hello, you);
    provider.end();
    const stream = streamWithRetry(provider, request, { tracer });
    assertEquals(await drain(stream), { chunks: [hello, you] }, name);
    assertSound(tracer.spans, tracer.misuses, name);
    assertEquals((await stream.finished)?.["llm.outcome"], "ok", name);
    assert((await stream.finished)?.["llm.first_chunk_ms"] !== undefined, name);
  }
});

Deno.test("streamWithRetry() is not hurt by describeRequest or describeEnd", async () => {
  for (const broken of [throws, () => Promise.reject(new Error("own bug")), () => null, () => 5]) {
    const provider = manualStream({ describeRequest: broken as () => object, describeEnd: broken as () => object });
    const chunk: Chunk = { text: "Hello" };
    provider.give(chunk);
    provider.end();
    assertEquals(await drain(streamWithRetry(provider, request)), { chunks: [chunk] });
  }
});

const UNFIT: [name: string, next: () => unknown][] = [
  ["nothing", () => undefined],
  ["a number", () => 5],
  ["text, in time", () => Promise.resolve("text")],
  ["null, in time", () => Promise.resolve(null)],
  ["a throw", throws],
  ["a rejection", () => Promise.reject(new Error("own bug"))],
  ["a getter that throws", () => ({
    get done() {
      return throws();
    },
  })],
  ["a value that throws", () => ({
    done: false,
    get value() {
      return throws();
    },
  })],
  ["a thenable that throws", () => ({ then: throws })],
];

Deno.test("streamWithRetry() passes on what an iterator throws instead of a result, before and after content", async () => {
  for (const [name, next] of UNFIT) {
    for (const idleTimeoutMs of [undefined, 1000]) {
      for (const chunks of [[], [role], [hello]]) {
        const clock = fakeClock();
        const tracer = recordingTracer({ clock });
        let given = 0;
        const provider = {
          ...iterable({ next: () => given < chunks.length ? { done: false, value: chunks[given++] } : next() }),
          describeChunk: (chunk: unknown) => chunk as Chunk,
        };
        const options = { clock, tracer, idleTimeoutMs, retry: { maxRetries: 0 } };
        const stream = streamWithRetry(provider, request, options);
        const { chunks: read, thrown } = await drain(stream);
        assert(thrown instanceof Error, name);
        assertEquals(read, chunks.filter((chunk) => chunk === hello), name);
        assertSound(tracer.spans, tracer.misuses, name);
        assertEquals([(await stream.finished)?.["llm.outcome"], clock.pendingTimers], ["error", 0], name);
      }
    }
  }
});

Deno.test("streamWithRetry() takes results that are no promises", async () => {
  for (const idleTimeoutMs of [undefined, 1000]) {
    const results: unknown[] = [{ done: false, value: role }, { value: hello }, { done: 0, value: you }, { done: 1 }];
    const provider = {
      ...iterable({ next: () => results.shift() }),
      describeChunk: (chunk: unknown) => chunk as Chunk,
      describeEnd: () => ({ isTerminal: true }),
    };
    const stream = streamWithRetry(provider, request, { clock: fakeClock(), idleTimeoutMs });
    assertEquals(await drain(stream), { chunks: [role, hello, you] });
  }
});

Deno.test("streamWithRetry() lets go of iterators that do not take it well, and waits for none", async () => {
  const next = () => new Promise(() => {});
  const iterators: [name: string, iterator: object][] = [
    ["no return()", { next }],
    ["a return() that throws", { next, return: throws }],
    ["a return() that rejects", { next, return: () => Promise.reject(new Error("own bug")) }],
    ["a return() that never settles", { next, return: () => new Promise(() => {}) }],
    ["a return that is none", { next, return: 5 }],
    ["a return that throws when it is looked at", {
      next,
      get return() {
        return throws();
      },
    }],
  ];
  for (const [name, iterator] of iterators) {
    for (const first of [[], [hello]]) {
      const tracer = recordingTracer();
      let given = 0;
      const provider = iterable(Object.defineProperty(iterator, "next", {
        value: () => given++ < first.length ? { done: false, value: hello } : next(),
      }));
      const stream = streamWithRetry(provider, request, { tracer });
      await settle();
      await stream.cancel();
      assertEquals((await stream.finished)?.["llm.outcome"], "cancelled", name);
      assertSound(tracer.spans, tracer.misuses, name);
      given = 0;
    }
  }
});

Deno.test("streamWithRetry() passes on what a provider throws before there is a stream", async () => {
  const providers: unknown[] = [
    throws,
    () => Promise.reject(new Error("own bug")),
    () => ({ then: throws }),
    () => ({ [Symbol.asyncIterator]: throws }),
    () => ({ [Symbol.asyncIterator]: () => undefined }),
    () => ({ getReader: throws }),
    () => ({ getReader: () => undefined }),
    () => new Proxy({}, { get: (_, name) => name === "then" ? undefined : throws() }),
  ];
  for (const stream of providers) {
    const tracer = recordingTracer();
    const provider = { name: "demo", stream } as StreamProvider;
    const { chunks, thrown } = await drain(streamWithRetry(provider, request, { tracer }));
    assert(thrown instanceof Error);
    assertEquals(chunks, []);
    assertSound(tracer.spans, tracer.misuses);
  }
});

Deno.test("streamWithRetry() lets go of a stream that comes after its end, unread", async () => {
  for (const leave of ["cancel", "abort", "attempt timeout", "deadline"] as const) {
    for (const kind of ["iterable", "ReadableStream", "rejection"] as const) {
      const clock = fakeClock();
      const controller = new AbortController();
      const events: string[] = [];
      let arrive = (_source: Promise<unknown>) => {};
      const provider = {
        name: "demo",
        stream: () => new Promise((resolve) => arrive = resolve),
      } as unknown as StreamProvider;
      const options: CallOptions = {
        clock,
        signal: controller.signal,
        retry: { maxRetries: 0 },
        ...(leave === "attempt timeout" && { attemptTimeoutMs: 50 }),
        ...(leave === "deadline" && { deadlineMs: 50 }),
      };
      const stream = streamWithRetry(provider, request, options);
      if (leave === "cancel") await stream.cancel("enough");
      else if (leave === "abort") controller.abort("enough");
      else await clock.advance(50);
      await settle();
      const iterator = { next: () => events.push("next"), return: () => events.push("return") };
      arrive(
        kind === "rejection" ? Promise.reject(new Error("too late")) : Promise.resolve(
          kind === "iterable" ? { [Symbol.asyncIterator]: () => iterator } : new ReadableStream({
            pull: () => void events.push("next"),
            cancel: () => void events.push("return"),
          }, { highWaterMark: 0 }),
        ),
      );
      await settle();
      assertEquals(events, kind === "rejection" ? [] : ["return"], `${leave}, ${kind}`);
      assertEquals(clock.pendingTimers, 0);
    }
  }
});

Deno.test("streamWithRetry() lets go of a provider's stream once, whatever comes together", async () => {
  const provider = manualStream();
  provider.give(hello);
  const controller = new AbortController();
  const stream = streamWithRetry(provider, request, { signal: controller.signal });
  const iterator = stream[Symbol.asyncIterator]();
  await iterator.next();
  const asked = iterator.next();
  controller.abort("enough");
  await stream.cancel();
  await iterator.return!();
  provider.fail(new Error("broken"));
  assertEquals(await assertRejects(() => asked), "enough");
  assertEquals(provider.returns, 1);
});

// --- Whoever is called reaches back ---

/** The ways to end a stream from inside of whatever it calls. */
const WAYS_BACK = ["abort", "cancel", "return", "throw"] as const;

interface Stage {
  readonly options: CallOptions;
  readonly provider: Partial<StreamProvider<unknown, Chunk>>;
}

/** Where code of others runs; `back` ends the stream. */
const CALLED: [name: string, stage: (back: () => void, tracer: Tracer) => Partial<Stage>][] = [
  ["onAttempt", (back) => ({ options: { onAttempt: back } })],
  ["retry.classify", (back) => ({ options: { retry: { classify: () => (back(), undefined) } } })],
  ["describeRequest", (back) => ({ provider: { describeRequest: () => (back(), {}) } })],
  ["describeChunk", (back) => ({ provider: { describeChunk: (chunk) => (back(), chunk) } })],
  ["describeChunk, of what is content", (back) => ({
    provider: { describeChunk: (chunk) => (chunk === hello && back(), chunk) },
  })],
  ["describeChunk, after the first content", (back) => ({
    provider: { describeChunk: (chunk) => (chunk === you && back(), chunk) },
  })],
  ["describeEnd", (back) => ({ provider: { describeEnd: () => (back(), undefined) } })],
  ["gate.before", (back) => ({ options: { gates: [{ name: "gate", before: () => back() } as Gate] } })],
  ["gate.after", (back) => ({ options: { gates: [{ name: "gate", after: () => back() } as Gate] } })],
  ["tracer.startSpan", (back, tracer) => ({
    options: {
      tracer: {
        startSpan: (...args) => {
          const span = tracer.startSpan(...args);
          back();
          return span;
        },
      },
    },
  })],
  ["span.end", (back, tracer) => ({
    options: {
      tracer: {
        startSpan: (...args) => {
          const span = tracer.startSpan(...args);
          const { end } = span;
          return Object.assign(span, { end: () => (back(), end.call(span)) });
        },
      },
    },
  })],
  ["provider.stream", (back) => ({
    provider: {
      async *stream() {
        back();
        yield hello;
      },
    },
  })],
  ["a listener on the attempt's signal", (back) => ({
    provider: {
      async *stream(_request: unknown, { signal }: AttemptContext) {
        signal.addEventListener("abort", back);
        yield role;
        yield hello;
        throw new Error("broken");
      },
    },
  })],
];

Deno.test("streamWithRetry() ends once, whoever ends it from inside of its own work", async () => {
  for (const [name, stage] of CALLED) {
    for (const way of WAYS_BACK) {
      for (const ending of ["end", "error", "refusal"] as const) {
        const message = `${way} in ${name}, ${ending}`;
        const clock = fakeClock({ autoAdvance: true });
        const tracer = recordingTracer({ clock });
        const { controller, signal, listeners } = countingSignal();
        let stream: RetriedStream<Chunk> | undefined = undefined;
        const back = () => {
          const iterator = stream?.[Symbol.asyncIterator]();
          if (way === "abort" || !stream) controller.abort("enough");
          else if (way === "cancel") (stream as RetriedStream<Chunk>).cancel("enough").catch(() => {});
          else iterator?.[way]?.("enough").catch(() => {});
        };
        const { options, provider } = stage(back, tracer);
        const manual = manualStream(provider);
        if (ending === "refusal") manual.stream = () => Promise.reject(httpError(503));
        manual.give(role, hello, you);
        if (ending === "end") manual.end();
        else manual.fail(httpError(529));
        stream = streamWithRetry(manual, request, {
          clock,
          tracer,
          signal,
          idleTimeoutMs: 500,
          deadlineMs: 5000,
          retry: { jitter: "none" },
          ...options,
        });
        const { chunks, ...told } = await drain(stream);
        await stream.finished;
        await settle();
        assert(chunks.every((chunk, index) => chunk === [role, hello, you][index]), message);
        assertSound(tracer.spans, tracer.misuses, message);
        assertEquals([clock.pendingTimers, listeners()], [0, 0], message);
        assertEquals(await drain(stream), { chunks: [], ...told }, message);
      }
    }
  }
});

Deno.test("streamWithRetry() pulls nothing and hands over nothing after an abort inside of describeChunk", async () => {
  for (const on of [role, hello, you]) {
    const controller = new AbortController();
    const provider = manualStream({
      describeChunk: (chunk) => {
        if (chunk === on) controller.abort("enough");
        return chunk;
      },
    });
    provider.give(role, hello, you, hello);
    const { chunks, thrown } = await drain(streamWithRetry(provider, request, { signal: controller.signal }));
    assertEquals(thrown, "enough");
    assertEquals(chunks, on === you ? [role, hello] : []);
    assertEquals([provider.pulls, provider.returns], [[role, hello, you].indexOf(on) + 1, 1]);
  }
});

Deno.test("streamWithRetry() tells who asks for more from inside of onAttempt that it is over, and pulls nothing", async () => {
  const done = { value: { done: true, value: undefined } };
  // With nobody who waits already.
  const endings: [way: string, told: unknown][] = [["abort", { error: "enough" }], ["return", done], ["cancel", done]];
  for (const [way, told] of endings) {
    const controller = new AbortController();
    const provider = manualStream();
    let asked: Promise<unknown> | undefined;
    const options = { signal: controller.signal, onAttempt: () => void (asked = iterator.next()) };
    const stream = streamWithRetry(provider, request, options);
    const iterator = stream[Symbol.asyncIterator]();
    provider.give(hello);
    await iterator.next();
    if (way === "abort") controller.abort("enough");
    else if (way === "return") await iterator.return!();
    else await stream.cancel();
    assertEquals(await stateOf(asked!), told, way);
    assertEquals([provider.pulls, provider.returns], [1, 1], way);
  }
});

Deno.test("streamWithRetry() judges an error once, also where the one who judges it ends the stream", async () => {
  for (const way of WAYS_BACK) {
    const controller = new AbortController();
    const provider = manualStream();
    let judged = 0;
    const classify = () => {
      judged++;
      if (way === "abort") controller.abort("enough");
      else if (way === "cancel") stream.cancel().catch(() => {});
      else iterator[way]!("enough").catch(() => {});
      return undefined;
    };
    const stream = streamWithRetry(provider, request, { signal: controller.signal, retry: { classify } });
    const iterator = stream[Symbol.asyncIterator]();
    provider.give(hello);
    provider.end();
    await drain(stream);
    const record = await stream.finished;
    assertEquals([judged, record?.["llm.outcome"], record?.["error.type"]], [1, "error", "truncated_stream"], way);
  }
});

Deno.test("streamWithRetry() leaves no timer if it ends in the middle of setting one", async () => {
  // As under `deno test`, where Deno 2.9 runs microtasks inside the first setTimeout.
  for (const timer of [1, 2]) {
    const clock = fakeClock();
    const controller = new AbortController();
    let timers = 0;
    const setTimeout: typeof clock.setTimeout = (...args) => {
      if (++timers === timer) controller.abort("enough");
      return clock.setTimeout(...args);
    };
    const provider = manualStream();
    const stream = streamWithRetry(provider, request, {
      clock: { ...clock, setTimeout },
      signal: controller.signal,
      deadlineMs: 1000,
      idleTimeoutMs: 100,
    });
    provider.give(hello);
    assertEquals((await drain(stream)).thrown, "enough");
    assertEquals([timers, clock.pendingTimers], [timer, 0]);
  }
});

Deno.test("streamWithRetry() leaves no timer behind a consumer that leaves as soon as it has asked, or later", async () => {
  for (const isLater of [false, true]) {
    const clock = fakeClock();
    const provider = manualStream();
    const stream = streamWithRetry(provider, request, { clock, deadlineMs: 1000, idleTimeoutMs: 100 });
    const iterator = stream[Symbol.asyncIterator]();
    provider.give(hello);
    await iterator.next();
    const asked = iterator.next();
    if (isLater) await stateOf(asked);
    assertEquals(clock.pendingTimers, isLater ? 2 : 1);
    await iterator.return!();
    assertEquals([(await asked).done, clock.pendingTimers], [true, 0]);
    await settle();
    assertEquals(clock.pendingTimers, 0);
  }
});

Deno.test("streamWithRetry() goes on without a tracer that throws", async () => {
  for (const method of ["startSpan", "run", "setAttributes", "fail", "end"] as const) {
    for (const fails of [false, true]) {
      const span = { run: <T>(work: () => T) => work(), setAttributes() {}, fail() {}, end() {}, [method]: throws };
      const tracer: Tracer = method === "startSpan" ? { startSpan: throws } : { startSpan: () => span };
      const provider = manualStream();
      provider.give(hello);
      if (fails) provider.fail("broken");
      else provider.end();
      provider.describeChunk = () => ({});
      const stream = streamWithRetry(provider, request, { tracer });
      assertEquals(await drain(stream), fails ? { chunks: [hello], thrown: "broken" } : { chunks: [hello] });
      assertEquals((await stream.finished)?.["llm.outcome"], fails ? "error" : "ok");
    }
  }
});

Deno.test("streamWithRetry() leaves a rejection unhandled nowhere, also where nobody reads", async () => {
  const controller = new AbortController();
  for (const fail of [true, false]) {
    const provider = manualStream();
    provider.give(hello);
    if (fail) provider.stream = () => Promise.reject(httpError(400));
    const stream = streamWithRetry(provider, request, { signal: controller.signal });
    stream[Symbol.asyncIterator]();
  }
  const reader = streamWithRetry(manualStream(), request, { signal: controller.signal }).getReader();
  const read = reader.read();
  await settle();
  controller.abort("enough");
  assertEquals(await stateOf(read), { error: "enough" });
  await reader.closed.catch(() => {});
});

Deno.test("streamWithRetry() is cancelled by an abort in whichever instant around the first content", async () => {
  for (let hops = 0; hops < 40; hops++) {
    for (const way of ["abort", "cancel"] as const) {
      const tracer = recordingTracer();
      const { controller, signal, listeners } = countingSignal();
      const provider = manualStream();
      const stream = streamWithRetry(provider, request, { tracer, signal });
      await settle();
      provider.give(hello, you);
      for (let hop = 0; hop < hops; hop++) await undefined;
      if (way === "abort") controller.abort("enough");
      else await stream.cancel("enough");
      provider.end();
      const { chunks, thrown } = await drain({ [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator]() });
      assertEquals([chunks, thrown], [[], way === "abort" ? "enough" : undefined], `${way} after ${hops} hops`);
      assertEquals((await stream.finished)?.["llm.outcome"], "cancelled", `${way} after ${hops} hops`);
      assertSound(tracer.spans, tracer.misuses, `${way} after ${hops} hops`);
      assertEquals([provider.returns, listeners()], [1, 0]);
    }
  }
});

Deno.test("streamWithRetry() reads no chunk that comes after the end", async () => {
  for (const first of [[role], [role, hello]]) {
    const read: Chunk[] = [];
    const provider = manualStream({ describeChunk: (chunk) => (read.push(chunk), chunk) });
    provider.give(...first);
    const stream = streamWithRetry(provider, request);
    const iterator = stream[Symbol.asyncIterator]();
    for (const _ of first.slice(1)) await iterator.next();
    const asked = iterator.next();
    await settle();
    await stream.cancel();
    provider.give(you);
    await Promise.all([asked, settle()]);
    assertEquals(read, first);
  }
});

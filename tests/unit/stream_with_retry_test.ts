import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  attemptsOf,
  type CallOptions,
  createStreamer,
  type Gate,
  type GateResult,
  noopTracer,
  type StreamProvider,
  streamWithRetry,
  type Tracer,
  TruncatedStreamError,
} from "../../mod.ts";
import { fakeClock, recordingTracer } from "../../src/testing.ts";
import { type Chunk, manualStream, settle, stateOf } from "../support/manual_stream.ts";
import { httpError } from "../support/scripted_provider.ts";

const request = { model: "m-1", messages: [{ role: "user", content: "Hi" }] };
const role: Chunk = { isContent: false, isTerminal: false, usage: { inputTokens: 25 } };
const hello: Chunk = { text: "Hello", isTerminal: false };
const you: Chunk = { text: " you", isTerminal: false };
const last: Chunk = { isContent: false, isTerminal: true, stopReason: "stop", usage: { outputTokens: 3 } };

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const chunks: T[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** A provider that gives `chunks` and ends. */
function giving<C>(...chunks: C[]): StreamProvider<unknown, C> {
  return {
    name: "demo",
    async *stream() {
      yield* chunks;
    },
  };
}

Deno.test("streamWithRetry() hands over the provider's own chunks, in order", async () => {
  const chunks = [role, hello, you, last];
  const stream = streamWithRetry({ ...giving(...chunks), describeChunk: (chunk) => chunk }, request);
  const received = await collect(stream);
  assertEquals(received.length, 4);
  received.forEach((chunk, index) => assertStrictEquals(chunk, chunks[index]));
});

Deno.test("streamWithRetry() takes chunks of any kind, undefined and falsy ones too", async () => {
  const chunks = [0, "", null, undefined, NaN, false, new Uint8Array(2)];
  assertEquals(await collect(streamWithRetry(giving<unknown>(...chunks), request)), chunks);
});

Deno.test("streamWithRetry() throws for a bad argument, before the provider is asked", () => {
  const provider = manualStream();
  for (
    const options of [
      { idleTimeoutMs: 0 },
      { idleTimeoutMs: NaN },
      { idleTimeoutMs: "5" },
      { attemptTimeoutMs: -1 },
      { deadlineMs: 0 },
      { retry: { maxRetries: -1 } },
      { signal: {} },
      null,
    ]
  ) assertThrows(() => streamWithRetry(provider, request, options as unknown as CallOptions), Error, "Cannot call");
  for (const wrong of [{ name: "demo" }, { stream: () => {} }, { name: "", stream: () => {} }, null]) {
    assertThrows(() => streamWithRetry(wrong as unknown as StreamProvider, request), TypeError, "'provider");
  }
  assertThrows(() => createStreamer({ idleTimeoutMs: 0 }), RangeError, "'idleTimeoutMs' must be a number > 0");
  assertEquals(provider.contexts.length, 0);
});

Deno.test("streamWithRetry() asks the provider at once, and pulls no further than the first content", async () => {
  const provider = manualStream();
  provider.give(role, hello, you, last);
  streamWithRetry(provider, request);
  assertEquals(provider.contexts.length, 1);
  await settle();
  assertEquals(provider.pulls, 2);
});

Deno.test("streamWithRetry() drops the preliminary chunks of attempts that failed", async () => {
  const clock = fakeClock({ autoAdvance: true });
  let attempts = 0;
  const provider: StreamProvider<unknown, Chunk> = {
    name: "demo",
    describeChunk: (chunk) => chunk,
    async *stream() {
      yield { ...role, text: `role ${attempts}` };
      if (attempts++ < 2) throw httpError(503);
      yield hello;
      yield last;
    },
  };
  const stream = streamWithRetry(provider, request, { clock });
  assertEquals((await collect(stream)).map(({ text }) => text), ["role 2", "Hello", undefined]);
});

Deno.test("streamWithRetry() tells what is no stream, and does not try again", async () => {
  for (const source of [undefined, null, 5, "text", {}, [1], Promise.resolve(), () => {}]) {
    const provider = { name: "demo", stream: () => source } as unknown as StreamProvider;
    const stream = streamWithRetry(provider, request);
    const error = await assertRejects(() => collect(stream), TypeError, "must give an async iterable");
    assertEquals(attemptsOf(error).length, 1);
  }
});

Deno.test("streamWithRetry() rejects a ReadableStream that somebody else reads", async () => {
  const source = new ReadableStream();
  source.getReader();
  await assertRejects(() => collect(streamWithRetry({ name: "demo", stream: () => source }, request)), TypeError);
});

Deno.test("streamWithRetry() hands over a stream without content that is complete", async () => {
  const ping: Chunk = { isContent: false };
  for (const chunks of [[role, last], [ping, { isContent: false, isTerminal: true }]]) {
    const stream = streamWithRetry({ ...giving(...chunks), describeChunk: (chunk: Chunk) => chunk }, request);
    assertEquals(await collect(stream), chunks);
    assertEquals((await stream.finished)?.["llm.outcome"], "ok");
  }
});

Deno.test("streamWithRetry() holds back no more than 1,000 chunks without content", async () => {
  const provider = manualStream();
  const ping: Chunk = { isContent: false };
  provider.give(...Array.from({ length: 1500 }, () => ping));
  const stream = streamWithRetry(provider, request);
  for (let turn = 0; turn < 100; turn++) await settle();
  assertEquals(provider.pulls, 1000);
  const iterator = stream[Symbol.asyncIterator]();
  for (let read = 0; read < 1001; read++) assertStrictEquals((await iterator.next()).value, ping);
  assertEquals(provider.pulls, 1001);
});

// --- The consumer's side ---

Deno.test("streamWithRetry() answers next() calls in the order in which they were made", async () => {
  const provider = manualStream();
  const iterator = streamWithRetry(provider, request)[Symbol.asyncIterator]();
  const asked = Array.from({ length: 6 }, () => iterator.next());
  provider.give(role, hello, you, last);
  provider.end();
  const results = await Promise.all(asked);
  assertEquals(results.map(({ value }) => value), [role, hello, you, last, undefined, undefined]);
  assertEquals(results.map(({ done }) => done), [false, false, false, false, true, true]);
  assertEquals(provider.pulls, 5);
});

Deno.test("streamWithRetry() has one pull open at a time, whenever next() is called", async () => {
  // The moment at which the first content arrives is the one between two owners: each of the hops around it.
  for (let hops = 0; hops < 40; hops++) {
    let open = 0;
    let most = 0;
    let left = 10;
    const provider: StreamProvider<unknown, number> = {
      name: "demo",
      stream: () => ({
        [Symbol.asyncIterator]: (): AsyncIterator<number> => ({
          async next() {
            most = Math.max(most, ++open);
            for (let hop = 0; hop < 3; hop++) await undefined;
            open--;
            return left-- > 0 ? { done: false, value: left } : { done: true, value: undefined };
          },
        }),
      }),
    };
    const iterator = streamWithRetry(provider, request, { idleTimeoutMs: 1000 })[Symbol.asyncIterator]();
    for (let hop = 0; hop < hops; hop++) await undefined;
    const results = await Promise.all(Array.from({ length: 11 }, () => iterator.next()));
    assertEquals(results.map(({ value }) => value), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, undefined], `${hops} hops`);
    assertEquals(most, 1, `${hops} hops`);
  }
});

Deno.test("streamWithRetry() throws an error to all who ask for more, however many there are", async () => {
  const provider = manualStream();
  const iterator = streamWithRetry(provider, request)[Symbol.asyncIterator]();
  const error = new Error("broken");
  const asked = Array.from({ length: 4 }, () => iterator.next());
  provider.give(hello);
  provider.fail(error);
  const settled = await Promise.allSettled(asked);
  assertEquals(settled.map((it) => it.status === "rejected" ? it.reason : it.value.value), [
    hello,
    error,
    error,
    error,
  ]);
  assertEquals(provider.pulls, 2);
});

Deno.test("streamWithRetry() hands over a chunk that reports an error, throws the error next, and pulls no more", async () => {
  const provider = manualStream();
  const iterator = streamWithRetry(provider, request)[Symbol.asyncIterator]();
  const error = { type: "error", error: { type: "overloaded_error" } };
  const bad: Chunk = { isContent: false, error };
  provider.give(hello, bad, you);
  const settled = await Promise.allSettled(Array.from({ length: 4 }, () => iterator.next()));
  assertEquals(settled.map((it) => it.status === "rejected" ? it.reason : it.value.value), [
    hello,
    bad,
    error,
    error,
  ]);
  assertEquals([provider.pulls, provider.returns], [2, 1]);
});

Deno.test("streamWithRetry() has nothing more to say after return(), whatever was there", async () => {
  const endings: [name: string, prepare: (provider: ReturnType<typeof manualStream>) => void][] = [
    ["chunks that were held back", (provider) => provider.give(role, hello)],
    ["a whole answer", (provider) => provider.give(role, last)],
    ["an error", (provider) => provider.fail(httpError(400))],
    ["nothing yet", () => {}],
  ];
  for (const [name, prepare] of endings) {
    const provider = manualStream();
    prepare(provider);
    provider.end();
    const iterator = streamWithRetry(provider, request)[Symbol.asyncIterator]();
    await settle();
    assertEquals(await iterator.return!("bye"), { done: true, value: "bye" }, name);
    assertEquals(await iterator.next(), { done: true, value: undefined }, name);
    assertEquals(await iterator.return!(), { done: true, value: undefined }, name);
  }
});

Deno.test("streamWithRetry() looks finished to nobody after an abort", async () => {
  const provider = manualStream();
  const controller = new AbortController();
  const stream = streamWithRetry(provider, request, { signal: controller.signal });
  const iterator = stream[Symbol.asyncIterator]();
  provider.give(role, hello);
  await settle();
  controller.abort("enough");
  for (let turn = 0; turn < 2; turn++) {
    assertEquals(await assertRejects(() => iterator.next()), "enough");
    assertEquals(await assertRejects(() => collect(stream)), "enough");
  }
  assertEquals(await assertRejects(() => stream.getReader().read()), "enough");
  await iterator.return!();
  assertEquals(await iterator.next(), { done: true, value: undefined });
});

Deno.test("streamWithRetry() answers who waits when the consumer leaves", async () => {
  for (const leave of ["return", "throw"] as const) {
    for (const chunks of [[], [hello]]) {
      const provider = manualStream();
      provider.give(...chunks);
      const iterator = streamWithRetry(provider, request)[Symbol.asyncIterator]();
      await settle();
      for (const _ of chunks) await iterator.next();
      const asked = [iterator.next(), iterator.next()];
      await settle();
      iterator[leave]!(new Error("own")).catch(() => {});
      assertEquals(await Promise.all(asked), Array(2).fill({ done: true, value: undefined }));
    }
  }
});

Deno.test("streamWithRetry() gives iterators that share the stream, and are iterable", async () => {
  const stream = streamWithRetry(giving(1, 2, 3, 4), request);
  const [one, other] = [stream[Symbol.asyncIterator](), stream[Symbol.asyncIterator]()] as AsyncIterableIterator<
    number
  >[];
  assertEquals([(await one!.next()).value, (await other!.next()).value], [1, 2]);
  assertEquals(await collect(one!), [3, 4]);
  assertEquals(await collect(stream), []);
});

Deno.test("streamWithRetry() goes on after the return() of an iterator that was told to prevent that it is cancelled", async () => {
  const stream = streamWithRetry(giving(1, 2), request);
  const iterator = stream[Symbol.asyncIterator]({ preventCancel: true });
  assertEquals((await iterator.next()).value, 1);
  assertEquals(await iterator.return!(Promise.resolve(7) as never), { done: true, value: 7 as never });
  assertEquals(await collect(stream), [2]);
  assertEquals((await stream.finished)?.["llm.outcome"], "ok");
});

Deno.test("streamWithRetry() is a ReadableStream that can be teed, piped and made a body", async () => {
  const chunks = [{ n: 1 }, { n: 2 }, { n: 3 }];
  const [left, right] = streamWithRetry(giving(...chunks), request).tee();
  const both = await Promise.all([collect(left), collect(right)]);
  for (const branch of both) branch.forEach((chunk, index) => assertStrictEquals(chunk, chunks[index]));

  const upper = new TransformStream<string, string>({ transform: (it, to) => to.enqueue(it.toUpperCase()) });
  const piped = streamWithRetry(giving("a", "b"), request).pipeThrough(upper);
  assertEquals(await collect(piped), ["A", "B"]);

  const bytes = (text: string) => new TextEncoder().encode(text);
  const stream = streamWithRetry(giving(bytes("data: 1\n\n"), bytes("data: 2\n\n")), request);
  assert(stream instanceof ReadableStream);
  assertEquals(await new Response(stream).text(), "data: 1\n\ndata: 2\n\n");
  assertEquals((await stream.finished)?.["llm.outcome"], "ok");
});

Deno.test("streamWithRetry() is iterated like any ReadableStream once somebody has read it as one", async () => {
  const provider = manualStream();
  const stream = streamWithRetry(provider, request);
  const reader = stream.getReader();
  await assertRejects(async () => await collect(stream), TypeError);
  const released = reader.read();
  await settle();
  reader.releaseLock();
  await assertRejects(() => released, TypeError);
  // Comes for a reader that does not wait for it any more.
  provider.give(hello);
  await settle();
  provider.give(you, last);
  provider.end();
  assertEquals(await collect(stream), [hello, you, last]);
  assertEquals((await stream.finished)?.["llm.outcome"], "ok");
});

Deno.test("streamWithRetry() is cancelled by who leaves it early after somebody has read it as a ReadableStream", async () => {
  const provider = manualStream();
  provider.give(hello, you, last);
  const stream = streamWithRetry(provider, request);
  const reader = stream.getReader();
  assertEquals((await reader.read()).value, hello);
  reader.releaseLock();
  for await (const chunk of stream) {
    assertStrictEquals(chunk, you);
    break;
  }
  assertEquals([provider.pulls, provider.returns], [2, 1]);
  assertEquals((await stream.finished)?.["llm.outcome"], "cancelled");
});

Deno.test("streamWithRetry() errs as a ReadableStream with the same error", async () => {
  const error = httpError(400);
  const failing: StreamProvider<unknown, Uint8Array> = { name: "demo", stream: () => Promise.reject(error) };
  const reader = streamWithRetry(failing, request).getReader();
  assertStrictEquals(await assertRejects(() => reader.read()), error);
  assertStrictEquals(await assertRejects(() => reader.closed), error);
  assertStrictEquals(await assertRejects(() => new Response(streamWithRetry(failing, request)).text()), error);
});

Deno.test("streamWithRetry() cancels the provider's stream when both branches of a tee are cancelled", async () => {
  const provider = manualStream();
  provider.give(hello);
  const stream = streamWithRetry(provider, request);
  const [left, right] = stream.tee();
  await Promise.all([left.cancel("a"), right.cancel("b")]);
  assertEquals([provider.returns, (await stream.finished)?.["llm.outcome"]], [1, "cancelled"]);
});

Deno.test("streamWithRetry() hands the reason of cancel() and of an abort on to the provider", async () => {
  for (const way of ["cancel", "abort"] as const) {
    for (const chunks of [[], [hello]]) {
      const reasons: unknown[] = [];
      const controller = new AbortController();
      let signal: AbortSignal | undefined;
      const source = new ReadableStream({
        start: (it) => chunks.forEach((chunk) => it.enqueue(chunk)),
        cancel: (reason) => void reasons.push(reason),
      });
      const stream = streamWithRetry(
        {
          name: "demo",
          stream: (_request, context) => {
            signal = context.signal;
            return source;
          },
        },
        request,
        { signal: controller.signal },
      );
      await settle();
      if (way === "cancel") await stream.cancel("enough");
      else controller.abort("enough");
      assertEquals([reasons, signal?.aborted, signal?.reason], [["enough"], true, "enough"]);
    }
  }
});

// --- finished ---

Deno.test("streamWithRetry() resolves finished with the last attempt's record, also where nobody looks", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const ways: [outcome: string, provider: StreamProvider<unknown, Chunk>][] = [
    ["ok", giving(hello)],
    ["error", { name: "demo", stream: () => Promise.reject(httpError(503)) }],
    ["error", { name: "demo", stream: () => Promise.reject(undefined) }],
  ];
  for (const [outcome, provider] of ways) {
    const stream = streamWithRetry(provider, request, { clock, retry: { maxRetries: 2 } });
    if (outcome === "ok") await collect(stream);
    const record = await stream.finished;
    assertEquals([record?.["llm.outcome"], record?.["llm.stream"]], [outcome, true]);
  }
});

Deno.test("streamWithRetry() resolves finished with nothing if no attempt was started", async () => {
  const refusing: Gate = { name: "closed", before: () => ({ refuse: "closed" }) };
  const provider = manualStream();
  const stream = streamWithRetry(provider, request, { gates: [refusing] });
  assertEquals(await stream.finished, undefined);
  const error = await assertRejects(() => collect(stream), Error);
  assertEquals(error.name, "RefusedError");
  assertEquals(provider.contexts.length, 0);
});

// --- What else is told ---

Deno.test("streamWithRetry() tells its gates at the end of a stream, not at its start", async () => {
  const endings: [outcome: string, end: (stream: ReadableStream<Chunk>, fail: () => void) => unknown][] = [
    ["ok", (stream) => stream.pipeTo(new WritableStream())],
    ["cancelled", (stream) => stream.cancel()],
    ["error", (stream, fail) => {
      fail();
      return stream.pipeTo(new WritableStream()).catch(() => {});
    }],
  ];
  for (const [outcome, end] of endings) {
    const results: GateResult[] = [];
    const gate: Gate = { name: "gate", after: (_attempt, result) => void results.push(result) };
    const provider = manualStream();
    provider.give(hello);
    const stream = streamWithRetry(provider, request, { gates: [gate] });
    await settle();
    assertEquals(results, [], outcome);
    if (outcome === "ok") provider.give(last), provider.end();
    await end(stream, () => provider.fail(httpError(529)));
    assertEquals(results.map((result) => result.outcome), [outcome]);
    if (outcome === "error") assertEquals(results[0]?.failure?.errorType, "overloaded");
  }
});

Deno.test("streamWithRetry() sets the operation's attributes, and the time to its first content in seconds", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  let attempts = 0;
  const provider: StreamProvider<typeof request, Chunk> = {
    name: "anthropic",
    describeChunk: (chunk) => chunk,
    async *stream() {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 250));
      if (attempts++ === 0) throw httpError(529, { "retry-after": "2" });
      yield { ...role, usage: { inputTokens: 20, cacheReadTokens: 5 }, model: "m-1-2026", id: "msg_1" };
      yield hello;
      yield { ...last, stopReason: "end_turn" };
    },
  };
  const options = { clock, tracer, taskId: "t-1", attributes: { team: "search" }, retry: { jitter: "none" } } as const;
  await collect(streamWithRetry(provider, request, options));
  const [operation, ...calls] = tracer.spans;
  assertEquals([operation?.name, ...calls.map(({ name }) => name)], ["chat m-1", "llm.call", "llm.call"]);
  assert(calls.every(({ parent }) => parent === operation));
  assertEquals(calls.map(({ startAttributes }) => startAttributes["llm.stream"]), [true, true]);
  assertEquals(operation?.attributes, {
    "task.id": "t-1",
    team: "search",
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "m-1",
    "llm.attempts": 2,
    "llm.backoff_ms": 2000,
    "llm.outcome": "ok",
    "gen_ai.response.model": "m-1-2026",
    "gen_ai.response.id": "msg_1",
    "gen_ai.response.finish_reasons": ["end_turn"],
    "gen_ai.usage.input_tokens": 25,
    "gen_ai.usage.output_tokens": 3,
    "gen_ai.usage.cache_read.input_tokens": 5,
    "gen_ai.response.time_to_first_chunk": 2.5,
  });
});

Deno.test("streamWithRetry() runs what a provider does between its chunks inside of the attempt's span, and nothing else", async () => {
  let active: string | undefined;
  const tracer: Tracer = {
    startSpan: (name) => ({
      ...noopTracer.startSpan(name, {}),
      run(work) {
        active = name;
        try {
          return work();
        } finally {
          active = undefined;
        }
      },
    }),
  };
  const inside: unknown[] = [];
  const provider: StreamProvider<unknown, number> = {
    name: "demo",
    stream: () => ({
      [Symbol.asyncIterator]: () => ({
        async next() {
          inside.push(active);
          await undefined;
          return { done: inside.length === 4, value: inside.length };
        },
      }),
    }),
  };
  for await (const _ of streamWithRetry(provider, request, { tracer })) assertEquals(active, undefined);
  assertEquals(inside, ["llm.call", "llm.call", "llm.call", "llm.call"]);
});

Deno.test("streamWithRetry() tells no times below 0 of a clock that is set back", async () => {
  const clock = fakeClock();
  let setBack = 0;
  const tracer = recordingTracer({ clock });
  const provider: StreamProvider<unknown, number> = {
    name: "demo",
    async *stream() {
      setBack = 60_000;
      yield 1;
      setBack = 120_000;
      yield 2;
    },
  };
  const options = { tracer, clock: { ...clock, now: () => clock.now() - setBack } };
  await collect(streamWithRetry(provider, request, options));
  const [operation, call] = tracer.spans;
  assertEquals(call?.attributes["llm.first_chunk_ms"], 0);
  assertEquals(call?.attributes["llm.wait_ms"], 0);
  assertEquals(operation?.attributes["gen_ai.response.time_to_first_chunk"], 0);
});

Deno.test("streamWithRetry() tells no more time waited than the attempt took, however long it takes to judge it", async () => {
  const clock = fakeClock({ autoAdvance: true });
  let late = 0;
  const stream = streamWithRetry({ name: "demo", stream: () => new Promise<never>(() => {}) }, request, {
    clock: { ...clock, now: () => clock.now() + late },
    attemptTimeoutMs: 80,
    retry: { maxRetries: 0, classify: () => void (late += 5) },
  });
  const [attempt] = attemptsOf(await assertRejects(() => collect(stream), DOMException));
  assertEquals([attempt!["llm.wait_ms"], attempt!["llm.duration_ms"]], [80, 80]);
});

Deno.test("streamWithRetry() tells all time waited for the provider: for its stream, and for each chunk until it is judged", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const sleep = (ms: number) => new Promise<void>((resolve) => void clock.setTimeout(resolve, ms));
  let late = 0;
  const provider: StreamProvider<unknown, Chunk> = {
    name: "demo",
    async stream() {
      await sleep(30);
      return (async function* () {
        await sleep(20);
        yield hello;
        await sleep(10);
        throw new Error("broken");
      })();
    },
  };
  const stream = streamWithRetry(provider, request, {
    clock: { ...clock, now: () => clock.now() + late },
    retry: { classify: () => void (late += 5) },
  });
  const iterator = stream[Symbol.asyncIterator]();
  await iterator.next();
  await sleep(100);
  await assertRejects(() => iterator.next(), Error, "broken");
  const record = await stream.finished;
  assertEquals([record?.["llm.first_chunk_ms"], record?.["llm.wait_ms"], record?.["llm.duration_ms"]], [50, 60, 160]);
});

Deno.test("streamWithRetry() takes no chunk that reports an error for content", async () => {
  const error = { type: "overloaded_error" };
  const stream = streamWithRetry({ ...giving({ error }), describeChunk: (chunk) => chunk }, request, {
    retry: { maxRetries: 0 },
  });
  assertStrictEquals(await collect(stream).catch((it) => it), error);
  const record = await stream.finished;
  assertEquals([record?.["error.type"], record?.["llm.first_chunk_ms"]], ["overloaded", undefined]);
});

Deno.test("streamWithRetry() opens no operation span where none is wanted", async () => {
  const tracer = recordingTracer();
  await collect(streamWithRetry(giving(hello), request, { tracer, operationSpan: false }));
  assertEquals(tracer.spans.map(({ name, parent, endCount }) => [name, parent, endCount]), [[
    "llm.call",
    undefined,
    1,
  ]]);
});

Deno.test("createStreamer() starts from its options, and overrides win over them", async () => {
  const clock = fakeClock();
  const tracer = recordingTracer({ clock });
  const stream = createStreamer({ clock, tracer, idleTimeoutMs: 50, attributes: { team: "search" } });
  const idle = async (overrides?: CallOptions): Promise<number> => {
    const provider = manualStream();
    provider.give(hello);
    const iterator = stream(provider, request, overrides)[Symbol.asyncIterator]();
    await iterator.next();
    const startedAt = clock.now();
    const asked = iterator.next();
    asked.catch(() => {});
    while (await stateOf(asked) === "pending") await clock.advance(10);
    await assertRejects(() => asked, DOMException, "Timed out");
    return clock.now() - startedAt;
  };
  assertEquals([await idle(), await idle({ idleTimeoutMs: 80 }), await idle()], [50, 80, 50]);
  assertEquals(tracer.named("llm.call").map(({ attributes }) => attributes["team"]), Array(3).fill("search"));
});

Deno.test("streamWithRetry() ends a truncated stream with an error of its own class", async () => {
  const stream = streamWithRetry({ ...giving(hello, you), describeChunk: (chunk: Chunk) => chunk }, request);
  const error = await assertRejects(() => collect(stream), TruncatedStreamError);
  assertEquals([error.code, error.message], ["ERR_TRUNCATED_STREAM", "The stream ended before it was complete"]);
  assertEquals(attemptsOf(error).map((attempt) => attempt["error.type"]), ["truncated_stream"]);
});

Deno.test("streamWithRetry() tries a stream again that is cut off before anything was handed over", async () => {
  // The last event may be seen only when the stream has ended.
  const unseen: Chunk = { isContent: false, isTerminal: false };
  const cases: [name: string, chunks: Chunk[], end?: Chunk][] = [
    ["behind a stop reason, without content", [{ ...unseen, stopReason: "length" }]],
    ["in its only event", [unseen], { isContent: true, isTerminal: false }],
    ["in its only event, which stops", [unseen], { isContent: true, isTerminal: false, stopReason: "length" }],
  ];
  for (const [name, chunks, end = {}] of cases) {
    const provider = { ...giving(...chunks), describeChunk: (chunk: Chunk) => chunk, describeEnd: () => end };
    const stream = streamWithRetry(provider, request, {
      clock: fakeClock({ autoAdvance: true }),
      retry: { maxRetries: 1 },
    });
    const error = await assertRejects(() => collect(stream), TruncatedStreamError);
    assertEquals(
      attemptsOf(error).map((attempt) => [attempt["error.type"], attempt["llm.retry.decision"]]),
      [["truncated_stream", "retry"], ["truncated_stream", "exhausted"]],
      name,
    );
  }
});

Deno.test("streamWithRetry() reads what is left when a stream has ended", async () => {
  const chunks = [hello, you];
  const provider = {
    ...giving(...chunks),
    describeChunk: (chunk: Chunk) => chunk,
    describeEnd: () => ({ isTerminal: true, stopReason: "length", usage: { outputTokens: 9 } }),
  };
  const stream = streamWithRetry(provider, request);
  assertEquals(await collect(stream), chunks);
  const record = await stream.finished;
  assertEquals([record?.["llm.stop_reason"], record?.["llm.output_tokens"], record?.["llm.usage_partial"]], [
    "max_tokens",
    9,
    undefined,
  ]);
});

Deno.test("streamWithRetry() reads what is left when a stream has been cut short", async () => {
  for (const way of ["abort", "cancel", "error", "deadline"] as const) {
    const clock = fakeClock();
    const controller = new AbortController();
    const provider = manualStream({ describeEnd: () => ({ usage: { outputTokens: 9 } }) });
    const stream = streamWithRetry(provider, request, { clock, signal: controller.signal, deadlineMs: 100 });
    const iterator = stream[Symbol.asyncIterator]();
    provider.give(hello);
    await iterator.next();
    iterator.next().catch(() => {});
    if (way === "abort") controller.abort();
    else if (way === "cancel") await stream.cancel();
    else if (way === "error") provider.fail(new Error("broken"));
    else await clock.advance(100);
    const record = await stream.finished;
    assertEquals([record?.["llm.output_tokens"], record?.["llm.usage_partial"]], [9, true], way);
  }
});

Deno.test("streamWithRetry() takes a stream as complete once it has said so, whatever follows", async () => {
  const chunks = [hello, last, { isContent: false, isTerminal: false, usage: { outputTokens: 7 } }];
  const stream = streamWithRetry({ ...giving<Chunk>(...chunks), describeChunk: (chunk) => chunk }, request);
  assertEquals(await collect(stream), chunks);
  const record = await stream.finished;
  assertEquals([record?.["llm.outcome"], record?.["llm.output_tokens"]], ["ok", 7]);
});

Deno.test("streamWithRetry() fails with an error that is the last event, which its end follows or not", async () => {
  for (const ends of [true, false]) {
    const provider = manualStream();
    const error = { type: "overloaded_error", message: "m" };
    provider.give(hello, { isContent: false, isTerminal: true, error });
    if (ends) provider.end();
    const stream = streamWithRetry(provider, request);
    assertStrictEquals(await collect(stream).catch((it) => it), error);
    assertEquals((await stream.finished)?.["llm.outcome"], "error");
  }
});

Deno.test("streamWithRetry() takes a stop reason without content for an answer where no chunk tells the end", async () => {
  const chunk: Chunk = { isContent: false, stopReason: "stop" };
  const stream = streamWithRetry({ ...giving(chunk), describeChunk: (it) => it }, request, {
    retry: { maxRetries: 0 },
  });
  assertEquals(await collect(stream), [chunk]);
  assertEquals((await stream.finished)?.["llm.outcome"], "ok");
});

Deno.test("streamWithRetry() takes a stream that has said that it is complete for no late one", async () => {
  const told = async (reads: number, ...chunks: Chunk[]) => {
    const clock = fakeClock();
    const provider = manualStream();
    provider.give(...chunks);
    const stream = streamWithRetry(provider, request, { clock, deadlineMs: 100 });
    const iterator = stream[Symbol.asyncIterator]();
    for (let read = 0; read < reads; read++) await iterator.next();
    await settle();
    await clock.advance(100);
    const { done } = await iterator.next().catch(() => ({ done: "an error" }));
    assertEquals(provider.returns, 1);
    return [(await stream.finished)?.["llm.outcome"], done];
  };
  assertEquals(await told(2, hello, last), ["ok", true]);
  // Nobody has that yet.
  assertEquals(await told(0, { ...last, isContent: true }), ["timeout", "an error"]);
  assertEquals(await told(1, hello), ["timeout", "an error"]);
});

Deno.test("streamWithRetry() takes in each fact that stands in a chunk alone", async () => {
  const facts: [said: object, span: 0 | 1, name: string, value: unknown][] = [
    [{ usage: { outputTokens: 3 } }, 1, "llm.output_tokens", 3],
    [{ totalInputTokens: 9 }, 0, "gen_ai.usage.input_tokens", 9],
    [{ stopReason: "stop" }, 1, "llm.stop_reason", "end_turn"],
    [{ model: "m-2" }, 0, "gen_ai.response.model", "m-2"],
    [{ id: "r-1" }, 0, "gen_ai.response.id", "r-1"],
    [{ requestId: "q-1" }, 1, "llm.request_id", "q-1"],
    [{ statusCode: 200 }, 1, "http.response.status_code", 200],
  ];
  for (const [said, span, name, value] of facts) {
    const tracer = recordingTracer();
    const provider = {
      ...giving<object>({ usage: { inputTokens: 3 } }, said),
      describeChunk: (chunk: object) => chunk,
    };
    await collect(streamWithRetry(provider, request, { tracer }));
    assertEquals(tracer.spans[span]?.attributes[name], value);
  }
});

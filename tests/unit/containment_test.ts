import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { type AttemptContext, callWithRetry, type Span, type Tracer } from "../../mod.ts";
import { fakeClock, recordingTracer } from "../../src/testing.ts";
import { httpError, request, scriptedProvider } from "../support/scripted_provider.ts";

// What hurts telemetry must not hurt the call: it is neither failed, nor repeated, nor delayed.

type Method = "startSpan" | keyof Span;

/** A recording tracer of which one method throws, before or after it did its work. */
function hostile(method: Method, when: "before" | "after" | "async") {
  const recording = recordingTracer();
  const sabotage = <Args extends unknown[], T>(name: Method, work: (...args: Args) => T) => (...args: Args): T => {
    if (name !== method) return work(...args);
    if (when === "before") throw new Error("telemetry");
    const result = work(...args);
    if (when === "async") return Promise.reject(new Error("telemetry")) as T;
    throw result instanceof Error ? result : new Error("telemetry");
  };
  const tracer: Tracer = {
    startSpan: sabotage("startSpan", (name, attributes, parent) => {
      const span = recording.startSpan(name, attributes, parent && inner.get(parent));
      const wrapped: Span = {
        run: sabotage("run", (work) => span.run(work)) as Span["run"],
        setAttributes: sabotage("setAttributes", (added) => span.setAttributes(added)),
        fail: sabotage("fail", (type, message) => span.fail(type, message)),
        end: sabotage("end", () => span.end()),
      };
      inner.set(wrapped, span);
      return wrapped;
    }),
  };
  const inner = new WeakMap<Span, Span>();
  return { tracer, recording };
}

const methods: Method[] = ["startSpan", "run", "setAttributes", "fail", "end"];

for (const method of methods) {
  for (const when of ["before", "after", "async"] as const) {
    Deno.test(`callWithRetry() is not hurt by a tracer whose ${method}() throws (${when})`, async () => {
      const clock = fakeClock({ autoAdvance: true });
      const { tracer, recording } = hostile(method, when);
      const answer = { text: "Hello" };
      const provider = scriptedProvider(clock, [{ error: httpError(503) }, { answer }]);
      assertStrictEquals(await callWithRetry(provider, request, { tracer, clock }), answer);
      assertEquals(provider.contexts.length, 2);
      assertEquals(clock.pendingTimers, 0);
      const ended = recording.spans.map((span) => span.endCount);
      if (method !== "startSpan" && !(method === "end" && when === "before")) assertEquals(ended, ended.map(() => 1));

      const error = httpError(400);
      const failing = scriptedProvider(clock, [{ error }]);
      const again = hostile(method, when);
      assertStrictEquals(await assertRejects(() => callWithRetry(failing, request, { tracer: again.tracer })), error);
      assertEquals(failing.contexts.length, 1);
    });
  }
}

Deno.test("callWithRetry() runs the provider once, however often the tracer runs the work", async () => {
  for (const times of [0, 2]) {
    const span: Span = {
      run(work) {
        let result: unknown;
        for (let i = 0; i < times; i++) result = work();
        return result as ReturnType<typeof work>;
      },
      setAttributes() {},
      fail() {},
      end() {},
    };
    const provider = scriptedProvider(fakeClock(), [{ answer: { text: "Hello" } }]);
    const response = await callWithRetry(provider, request, { tracer: { startSpan: () => span } });
    assertEquals(response.text, "Hello");
    assertEquals(provider.contexts.length, 1);
  }
});

Deno.test("callWithRetry() passes on the provider's synchronous throw through the span", async () => {
  const error = new Error("sync");
  const chat = () => {
    throw error;
  };
  const { tracer } = hostile("run", "after");
  assertStrictEquals(await assertRejects(() => callWithRetry({ name: "demo", chat }, request, { tracer })), error);
});

Deno.test("callWithRetry() calls a provider that throws at once no second time, and goes on telling", async () => {
  const tracer = recordingTracer();
  let calls = 0;
  const chat = () => {
    calls++;
    throw new Error("sync");
  };
  await assertRejects(() => callWithRetry({ name: "demo", chat }, request, { tracer }), Error, "sync");
  assertEquals(calls, 1);
  assertEquals(tracer.spans.map(({ attributes }) => attributes["llm.outcome"]), ["error", "error"]);
});

Deno.test("callWithRetry() puts only so much of a text on a span, and only so many", async () => {
  const tracer = recordingTracer();
  const long = "x".repeat(257);
  const answer = { model: long, id: long, stopReason: long, finishReasons: Array(17).fill(long), requestId: long };
  await callWithRetry({ name: "demo", chat: () => answer }, { model: long }, { tracer });
  const [operation, attempt] = tracer.spans.map(({ attributes }) => attributes);
  const short = "x".repeat(256);
  assertEquals([attempt?.["llm.model"], attempt?.["llm.request_id"]], [short, short]);
  assertEquals([operation?.["gen_ai.response.model"], operation?.["gen_ai.response.id"]], [short, short]);
  assertEquals(operation?.["gen_ai.response.finish_reasons"], Array(16).fill(short));
});

Deno.test("callWithRetry() goes on without a span when the tracer gives none", async () => {
  for (const nothing of [undefined, null, 0, {}]) {
    const tracer = { startSpan: () => nothing as unknown as Span };
    assertEquals(await callWithRetry({ name: "demo", chat: () => "ok" }, request, { tracer }), "ok");
  }
});

Deno.test("callWithRetry() asks a broken tracer once per call, not once per method", async () => {
  let asked = 0;
  const tracer = {
    startSpan() {
      asked++;
      throw new Error("telemetry");
    },
  };
  const clock = fakeClock({ autoAdvance: true });
  await callWithRetry(scriptedProvider(clock, [{ error: httpError(500) }, {}]), request, { tracer, clock });
  assertEquals(asked, 1);
});

Deno.test("callWithRetry() is not hurt by describe functions that throw, reject or lie", async () => {
  const hostileReaders: (() => never)[] = [
    () => {
      throw new Error("describe");
    },
    () => Promise.reject(new Error("describe")) as never,
    () => undefined as never,
    () => null as never,
    () => "text" as never,
    () => ({ model: 7, toolCount: "many", messageCount: -1, usage: "none", stopReason: {}, id: [] }) as never,
    () => ({ operation: 7, serverAddress: {}, serverPort: "443", requestId: 7, statusCode: "200" }) as never,
    () => ({ usage: { inputTokens: "7", outputTokens: 7n, cacheReadTokens: NaN, cacheCreationTokens: {} } }) as never,
    () => ({ usage: { reasoningTokens: -1 }, totalInputTokens: 0.5, finishReasons: "stop" }) as never,
    () =>
      new Proxy({}, {
        get() {
          throw new Error("getter");
        },
      }) as never,
  ];
  for (const describe of hostileReaders) {
    const tracer = recordingTracer();
    let calls = 0;
    const chat = () => {
      calls++;
      return "ok";
    };
    const provider = { name: "demo", chat, describeRequest: describe, describeResponse: describe };
    assertEquals(await callWithRetry(provider, request, { tracer }), "ok");
    assertEquals(calls, 1);
    assertEquals(tracer.spans.map((span) => [span.name, span.endCount]), [["chat", 1], ["llm.call", 1]]);
    assertEquals(tracer.spans[1]?.startAttributes, { "llm.provider": "demo", "llm.attempt": 0 });
    assertEquals(tracer.spans[1]?.attributes, {
      ...tracer.spans[1]?.startAttributes,
      "llm.duration_ms": tracer.spans[1]?.attributes["llm.duration_ms"],
      "llm.outcome": "ok",
    });
    assertEquals(Object.keys(tracer.spans[0]!.attributes), [
      ...["gen_ai.operation.name", "gen_ai.provider.name", "llm.attempts", "llm.backoff_ms", "llm.outcome"],
    ]);
    assertEquals(tracer.misuses, []);
  }
});

Deno.test("callWithRetry() is not hurt by an onAttempt that throws or rejects", async () => {
  for (
    const onAttempt of [() => Promise.reject(new Error("async")), () => {
      throw new Error("sync");
    }]
  ) {
    const clock = fakeClock({ autoAdvance: true });
    const tracer = recordingTracer({ clock });
    const provider = scriptedProvider(clock, [{ error: httpError(500) }, {}]);
    await callWithRetry(provider, request, { clock, tracer, onAttempt });
    assertEquals(tracer.spans.map((span) => span.endCount), [1, 1, 1]);
  }
});

Deno.test("callWithRetry() does not trust a `random` that throws or lies", async () => {
  for (
    const random of [() => NaN, () => 5, () => -1, () => {
      throw new Error("random");
    }]
  ) {
    const clock = fakeClock({ autoAdvance: true });
    await callWithRetry(scriptedProvider(clock, [{ error: httpError(500) }, {}]), request, { clock, random });
    assertEquals(clock.now() >= 0 && clock.now() <= 1000, true);
  }
});

Deno.test("context.span lets a provider add attributes and children, and nothing else", async () => {
  const tracer = recordingTracer();
  let context: AttemptContext | undefined;
  const chat = (_: unknown, given: AttemptContext) => {
    context = given;
    given.span.setAttributes({ "app.cache": "miss" });
    given.span.run(() => tracer.startSpan("http", {}).end());
    assertEquals("end" in given.span || "fail" in given.span, false);
    return "ok";
  };
  await callWithRetry({ name: "demo", chat }, request, { tracer });
  context?.span.setAttributes({ late: true });
  const [, attempt, http] = tracer.spans;
  assertEquals(attempt?.attributes["app.cache"], "miss");
  assertStrictEquals(http?.parent, attempt);
  assertEquals(tracer.misuses, []);
});

Deno.test("context.span does nothing without a tracer", async () => {
  const chat = (_: unknown, { span }: AttemptContext) => {
    span.setAttributes({ a: 1 });
    return span.run(() => "ok");
  };
  assertEquals(await callWithRetry({ name: "demo", chat }, request), "ok");
});

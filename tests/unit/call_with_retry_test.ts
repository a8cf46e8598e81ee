import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { type AttemptRecord, attemptsOf, callWithRetry } from "../../mod.ts";
import { fakeClock, recordingTracer } from "../../src/testing.ts";
import { countingSignal, httpError, request, scriptedProvider } from "../support/scripted_provider.ts";

const usage = {
  inputTokens: 100,
  outputTokens: 20,
  cacheReadTokens: 64,
  cacheCreationTokens: 8,
  reasoningTokens: 5,
};

Deno.test("callWithRetry() resolves with the provider's own response", async () => {
  const answer = { text: "Hello" };
  const response = await callWithRetry({ name: "demo", chat: () => Promise.resolve(answer) }, {});
  assertStrictEquals(response, answer);
});

Deno.test("callWithRetry() hands the request over as it is", async () => {
  const seen: unknown[] = [];
  await callWithRetry({ name: "demo", chat: (given) => seen.push(given) }, request);
  assertStrictEquals(seen[0], request);
});

Deno.test("callWithRetry() opens one span for every attempt and closes it before the wait", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const provider = scriptedProvider(clock, [
    { takesMs: 30, error: httpError(429, { "retry-after": "2", "x-request-id": "req_1" }) },
    { takesMs: 50, error: httpError(529) },
    { takesMs: 200, answer: { usage, stopReason: "tool_calls", model: "gpt-5-2026", id: "chatcmpl-1" } },
  ]);
  await callWithRetry(provider, request, { tracer, clock, taskId: "t-1", retry: { jitter: "none" } });

  const [first, second, third] = tracer.named("llm.call");
  assertEquals(tracer.named("llm.call").length, 3);
  assertEquals(first?.startAttributes, {
    "task.id": "t-1",
    "llm.provider": "openai",
    "llm.model": "gpt-5",
    "llm.attempt": 0,
    "llm.tool_count": 1,
    "llm.message_count": 2,
  });
  assertEquals(first?.attributes, {
    ...first?.startAttributes,
    "llm.duration_ms": 30,
    "llm.outcome": "error",
    "llm.error": "HTTP 429",
    "error.type": "rate_limited",
    "http.response.status_code": 429,
    "llm.retry.decision": "retry",
    "llm.retry.delay_ms": 2000,
    "llm.retry.delay_source": "retry-after",
    "llm.request_id": "req_1",
  });
  assertEquals(first?.status, { type: "rate_limited", message: "HTTP 429" });
  assertEquals([first?.startTime, first?.endTime], [0, 30]);

  assertEquals(second?.startAttributes["llm.attempt"], 1);
  assertEquals(second?.startAttributes["http.request.resend_count"], 1);
  assertEquals(second?.attributes["error.type"], "overloaded");
  assertEquals(second?.attributes["llm.retry.delay_source"], "backoff");
  assertEquals(second?.attributes["llm.retry.delay_ms"], 2000);
  assertEquals([second?.startTime, second?.endTime], [2030, 2080]);

  assertEquals(third?.attributes, {
    ...third?.startAttributes,
    "llm.duration_ms": 200,
    "llm.outcome": "ok",
    "llm.input_tokens": 100,
    "llm.output_tokens": 20,
    "llm.cache_read_tokens": 64,
    "llm.cache_creation_tokens": 8,
    "llm.reasoning_tokens": 5,
    "llm.stop_reason": "tool_use",
  });
  assertEquals(third?.status, undefined);
  assertEquals([third?.startTime, third?.endTime], [4080, 4280]);
  assertEquals(tracer.spans[0]?.attributes["llm.backoff_ms"], 4000);
  assertEquals(tracer.misuses, []);
});

Deno.test("callWithRetry() puts one clean operation span around all attempts and waits", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const provider = scriptedProvider(clock, [
    { error: httpError(503) },
    { takesMs: 10, answer: { usage, stopReason: "stop", model: "gpt-5-2026", id: "chatcmpl-1" } },
  ]);
  await callWithRetry(provider, request, { tracer, clock, taskId: "t-1", retry: { jitter: "none" } });
  const operation = tracer.spans[0];
  assertEquals(operation?.name, "chat gpt-5");
  assertEquals(operation?.parent, undefined);
  assertEquals(operation?.startAttributes, {
    "task.id": "t-1",
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5",
  });
  assertEquals(operation?.attributes, {
    ...operation?.startAttributes,
    "llm.attempts": 2,
    "llm.backoff_ms": 1000,
    "llm.outcome": "ok",
    "gen_ai.response.model": "gpt-5-2026",
    "gen_ai.response.id": "chatcmpl-1",
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 20,
    "gen_ai.usage.cache_read.input_tokens": 64,
    "gen_ai.usage.cache_write.input_tokens": 8,
    "gen_ai.usage.reasoning.output_tokens": 5,
  });
  assertEquals(operation?.status, undefined);
  assertEquals([operation?.startTime, operation?.endTime], [0, 1010]);
  for (const span of tracer.named("llm.call")) assertStrictEquals(span.parent, operation);
});

Deno.test("callWithRetry() runs the provider within its attempt's span", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  let calls = 0;
  const chat = () => {
    tracer.startSpan("http", {}).end();
    return calls++ === 0 ? Promise.reject(httpError(503)) : "ok";
  };
  await callWithRetry({ name: "demo", chat }, request, { clock, tracer });
  assertEquals(tracer.named("http").map((span) => span.parent), tracer.named("llm.call"));
});

Deno.test("callWithRetry() opens no operation span when told not to", async () => {
  const tracer = recordingTracer();
  const ambient = tracer.startSpan("agent", {});
  await ambient.run(() => callWithRetry({ name: "demo", chat: () => "ok" }, request, { tracer, operationSpan: false }));
  assertEquals(tracer.spans.map((span) => span.name), ["agent", "llm.call"]);
  assertStrictEquals(tracer.spans[1]?.parent, ambient);
});

Deno.test("callWithRetry() counts cached tokens into the operation's input where the provider leaves them out", async () => {
  for (const [name, total] of [["anthropic", 172], ["bedrock", 172], ["openai", 100]] as const) {
    const tracer = recordingTracer();
    await callWithRetry({ name, chat: () => ({ usage }) }, request, { tracer });
    assertEquals(tracer.spans[0]?.attributes["gen_ai.usage.input_tokens"], total, name);
    assertEquals(tracer.spans[1]?.attributes["llm.input_tokens"], 100, name);
  }
  // Whatever of it is known.
  for (
    const [reported, total] of [
      [{ inputTokens: 100, cacheReadTokens: 64 }, 164],
      [{ inputTokens: 100, cacheCreationTokens: 8 }, 108],
      [{ cacheReadTokens: 64 }, undefined],
    ] as const
  ) {
    const tracer = recordingTracer();
    await callWithRetry({ name: "anthropic", chat: () => ({ usage: reported }) }, request, { tracer });
    assertEquals(tracer.spans[0]?.attributes["gen_ai.usage.input_tokens"], total);
  }
  // No other name will do.
  for (const name of ["anthropic-compatible", "not-anthropic", "bedrock2"]) {
    const tracer = recordingTracer();
    await callWithRetry({ name, chat: () => ({ usage }) }, request, { tracer });
    assertEquals(tracer.spans[0]?.attributes["gen_ai.usage.input_tokens"], 100, name);
  }
  const tracer = recordingTracer();
  const proxy = { name: "proxy", chat: () => ({}), describeResponse: () => ({ usage, totalInputTokens: 172 }) };
  await callWithRetry(proxy, request, { tracer });
  assertEquals(tracer.spans[0]?.attributes["gen_ai.usage.input_tokens"], 172);
});

Deno.test("callWithRetry() uses OpenTelemetry's names for providers, and the conventions asked for", async () => {
  const tracer = recordingTracer();
  await callWithRetry({ name: "gemini", chat: () => ({ usage }) }, request, { tracer, conventions: "1.41" });
  assertEquals(tracer.spans[0]?.attributes["gen_ai.provider.name"], "gcp.gemini");
  assertEquals(tracer.spans[0]?.attributes["gen_ai.usage.cache_creation.input_tokens"], 8);
  assertEquals(tracer.spans[0]?.attributes["gen_ai.usage.cache_write.input_tokens"], undefined);
  assertEquals(tracer.spans[1]?.attributes["llm.provider"], "gemini");
  const names = { mistral: "mistral_ai", bedrock: "aws.bedrock", cohere: "cohere", constructor: "constructor" };
  for (const [name, known] of Object.entries(names)) {
    const tracer = recordingTracer();
    await callWithRetry({ name, chat: () => "ok" }, request, { tracer });
    assertEquals(tracer.spans[0]?.attributes["gen_ai.provider.name"], known);
  }
});

Deno.test("callWithRetry() leaves unknown counts off, and 0 on", async () => {
  const tracer = recordingTracer();
  const odd = { inputTokens: 0, outputTokens: NaN, cacheReadTokens: -1, reasoningTokens: "7" as unknown as number };
  await callWithRetry({ name: "demo", chat: () => ({ usage: odd }) }, { model: "m" }, { tracer });
  const { attributes } = tracer.spans[1]!;
  assertEquals(Object.keys(attributes).filter((name) => /tokens|count/.test(name)), ["llm.input_tokens"]);
  assertEquals(attributes["llm.input_tokens"], 0);
});

Deno.test("callWithRetry() reads other shapes through the provider", async () => {
  const tracer = recordingTracer();
  const provider = {
    name: "demo",
    chat: () => ({ why: "MAX_TOKENS", spent: 9 }),
    describeRequest: (input: { deployment: string }) => ({
      model: input.deployment,
      toolCount: 4,
      messageCount: 3,
      operation: "generate_content",
      serverAddress: "llm.example",
      serverPort: 8443,
    }),
    describeResponse: (output: { why: string; spent: number }) => ({
      stopReason: output.why,
      finishReasons: [output.why, "STOP", "", 7 as never],
      usage: { outputTokens: output.spent },
      statusCode: 200,
      requestId: "req_2",
    }),
  };
  await callWithRetry(provider, { deployment: "d-1" }, { tracer });
  const [operation, attempt] = tracer.spans;
  assertEquals(operation?.name, "generate_content d-1");
  assertEquals(operation?.startAttributes["server.address"], "llm.example");
  assertEquals(operation?.startAttributes["server.port"], 8443);
  assertEquals(operation?.attributes["gen_ai.response.finish_reasons"], ["MAX_TOKENS", "STOP"]);
  assertEquals(attempt?.startAttributes["llm.tool_count"], 4);
  assertEquals(attempt?.startAttributes["llm.message_count"], 3);
  assertEquals(attempt?.attributes["llm.stop_reason"], "max_tokens");
  assertEquals(attempt?.attributes["llm.output_tokens"], 9);
  assertEquals(attempt?.attributes["http.response.status_code"], 200);
  assertEquals(attempt?.attributes["llm.request_id"], "req_2");
});

Deno.test("callWithRetry() does not count the time that reading an answer takes", async () => {
  let nowMs = 0;
  const clock = { ...fakeClock(), now: () => nowMs };
  const tracer = recordingTracer({ clock });
  const provider = {
    name: "demo",
    chat: () => void (nowMs += 30),
    describeResponse() {
      nowMs += 500;
      return {};
    },
  };
  await callWithRetry(provider, request, { clock, tracer });
  assertEquals(tracer.named("llm.call")[0]?.attributes["llm.duration_ms"], 30);
});

Deno.test("callWithRetry() puts the caller's attributes on every span, below its own", async () => {
  const tracer = recordingTracer();
  const attributes = { team: "search", "llm.attempt": 7, tags: ["a", "b"] };
  await callWithRetry({ name: "demo", chat: () => "ok" }, request, { tracer, attributes });
  for (const span of tracer.spans) assertEquals(span.startAttributes["tags"], ["a", "b"]);
  assertEquals(tracer.spans[1]?.startAttributes["team"], "search");
  assertEquals(tracer.spans[1]?.startAttributes["llm.attempt"], 0);
});

Deno.test("callWithRetry() leaves an attribute of the caller's alone that it does not set itself", async () => {
  const tracer = recordingTracer();
  const records: AttemptRecord[] = [];
  const attributes = { "task.id": "t-1", "llm.model": "m-1", "llm.stop_reason": "stop" };
  const onAttempt = (record: AttemptRecord) => void records.push(record);
  await callWithRetry({ name: "demo", chat: () => "ok" }, {}, { tracer, attributes, onAttempt });
  for (const told of [...tracer.spans.map((span) => span.attributes), records[0]!]) {
    assertEquals({ ...told, ...attributes }, told);
  }
});

Deno.test("callWithRetry() rejects with the provider's last error as it is", async () => {
  const clock = fakeClock({ autoAdvance: true });
  class RateLimitError extends Error {
    status = 429;
  }
  const errors = [new RateLimitError("one"), new RateLimitError("two"), new RateLimitError("three")];
  const provider = scriptedProvider(clock, errors.map((error) => ({ error })));
  const thrown = await assertRejects(() => callWithRetry(provider, request, { clock, retry: { maxRetries: 2 } }));
  assertStrictEquals(thrown, errors[2]);
  assertEquals(Object.keys(thrown as Error), ["status"]);
  assertEquals(
    attemptsOf(thrown).map((record) => [record["llm.attempt"], record["llm.retry.decision"], record["llm.error"]]),
    [[0, "retry", "one"], [1, "retry", "two"], [2, "exhausted", "three"]],
  );
  // No clock was read before it failed.
  assertEquals(attemptsOf(thrown).map((record) => record["llm.duration_ms"]), [undefined, 0, 0]);
});

Deno.test("callWithRetry() does not repeat what cannot succeed", async () => {
  for (const error of [httpError(400), httpError(401), httpError(404), new TypeError("x is not a function"), "no"]) {
    const tracer = recordingTracer();
    const provider = scriptedProvider(fakeClock(), [{ error }]);
    assertStrictEquals(await assertRejects(() => callWithRetry(provider, request, { tracer })), error);
    assertEquals(provider.contexts.length, 1);
    assertEquals(tracer.spans[1]?.attributes["llm.retry.decision"], "not_retryable");
    assertEquals(tracer.spans[0]?.attributes["llm.outcome"], "error");
    assertEquals(tracer.spans[0]?.attributes["error.type"], tracer.spans[1]?.attributes["error.type"]);
    assertEquals(tracer.spans[0]?.status?.type, tracer.spans[1]?.attributes["error.type"]);
  }
});

Deno.test("callWithRetry() ends every span exactly once, whatever the provider does", async () => {
  const ways: [string, (signal: AbortSignal) => unknown][] = [
    ["answers", () => Promise.resolve({})],
    ["answers with nothing", () => undefined],
    ["answers without a promise", () => ({})],
    ["answers with a thenable", () => ({ then: (resolve: (value: unknown) => void) => resolve({}) })],
    ["throws synchronously", () => {
      throw new Error("sync");
    }],
    ["throws undefined synchronously", () => {
      throw undefined;
    }],
    ["rejects", () => Promise.reject(httpError(400))],
    ["rejects with undefined", () => Promise.reject(undefined)],
    ["rejects with null", () => Promise.reject(null)],
    ["rejects retryably", () => Promise.reject(httpError(500))],
    ["rejects with a thenable that throws", () => ({
      then() {
        throw new Error("then");
      },
    })],
    ["never settles and is aborted", () => new Promise(() => {})],
    ["rejects on abort", (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject("x")))],
  ];
  for (const [way, chat] of ways) {
    for (const withSignal of [false, true]) {
      if (!withSignal && way.includes("abort")) continue;
      const clock = fakeClock({ autoAdvance: true });
      const tracer = recordingTracer({ clock });
      const controller = new AbortController();
      const call = callWithRetry({ name: "demo", chat: (_, { signal }) => chat(signal) }, request, {
        tracer,
        clock,
        retry: { maxRetries: 2 },
        ...(withSignal && { signal: controller.signal }),
      });
      if (way.includes("abort")) controller.abort("stop");
      await call.catch(() => {});
      assertEquals(tracer.spans.map((span) => span.endCount), tracer.spans.map(() => 1), way);
      assertEquals(tracer.misuses, [], way);
      assertEquals(clock.pendingTimers, 0, way);
    }
  }
});

Deno.test("callWithRetry() is cancelled when the caller's signal says so, whatever the error looks like", async () => {
  for (const reason of [undefined, "enough", new Error("mine"), new DOMException("late", "TimeoutError"), 0, null]) {
    const tracer = recordingTracer();
    const controller = new AbortController();
    const call = callWithRetry(
      {
        name: "demo",
        chat: (_, { signal }) =>
          new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("ECONNRESET")))),
      },
      request,
      { tracer, signal: controller.signal },
    );
    controller.abort(reason);
    assertStrictEquals(await assertRejects(() => call), controller.signal.reason);
    const [operation, attempt] = tracer.spans;
    assertEquals(attempt?.attributes["llm.outcome"], "cancelled");
    assertEquals(attempt?.attributes["error.type"], "cancelled");
    assertEquals(attempt?.attributes["llm.retry.decision"], "cancelled");
    assertEquals(attempt?.attributes["llm.error"], undefined);
    assertEquals(attempt?.status, undefined);
    assertEquals(operation?.attributes["llm.outcome"], "cancelled");
    assertEquals(operation?.attributes["error.type"], undefined);
    assertEquals(operation?.status, undefined);
  }
});

Deno.test("callWithRetry() never calls the provider when the signal is aborted already", async () => {
  const tracer = recordingTracer();
  const provider = scriptedProvider(fakeClock(), []);
  const signal = AbortSignal.abort("before");
  assertStrictEquals(await assertRejects(() => callWithRetry(provider, request, { tracer, signal })), "before");
  assertEquals(provider.contexts.length, 0);
  assertEquals(tracer.spans.length, 0);
});

Deno.test("callWithRetry() ends a wait at once when aborted, and leaves no timer and no listener", async () => {
  const clock = fakeClock();
  const tracer = recordingTracer({ clock });
  const { controller, signal, listeners } = countingSignal();
  const provider = scriptedProvider(clock, [{ error: httpError(429, { "retry-after": "60" }) }]);
  const call = callWithRetry(provider, request, { tracer, clock, signal });
  await clock.advance(20_000);
  assertEquals([clock.pendingTimers, listeners()], [1, 1]);
  const reason = new Error("user left");
  controller.abort(reason);
  assertEquals([clock.pendingTimers, listeners()], [0, 0]);
  assertStrictEquals(await assertRejects(() => call), reason);
  assertEquals(attemptsOf(reason).map((record) => record["llm.retry.decision"]), ["retry"]);
  assertEquals(tracer.spans[0]?.attributes["llm.outcome"], "cancelled");
  assertEquals(tracer.spans[0]?.attributes["llm.backoff_ms"], 20_000);
  assertEquals(tracer.spans[0]?.endTime, 20_000);
});

Deno.test("callWithRetry() takes its listeners away on every way out", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const { signal, listeners } = countingSignal();
  const provider = scriptedProvider(clock, [{ takesMs: 5, error: httpError(503) }, { takesMs: 5 }]);
  await callWithRetry(provider, request, { clock, signal });
  assertEquals(listeners(), 0);
  await callWithRetry(scriptedProvider(clock, [{ error: httpError(400) }]), request, { clock, signal }).catch(() => {});
  assertEquals(listeners(), 0);
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("callWithRetry() gives each attempt a signal of its own that follows the caller's", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const controller = new AbortController();
  const provider = scriptedProvider(clock, [{ error: httpError(503) }, {}]);
  await callWithRetry(provider, request, { clock, signal: controller.signal });
  const [first, second] = provider.contexts.map((context) => context.signal);
  assert(first !== second);
  // What a failed attempt may have left running is ended; an answer may still be read.
  assertEquals([first?.aborted, second?.aborted], [true, false]);

  let own: AbortSignal | undefined;
  const hanging = callWithRetry(
    { name: "demo", chat: (_, context) => new Promise(() => own = context.signal) },
    request,
    { signal: controller.signal },
  );
  controller.abort("stop");
  await hanging.catch(() => {});
  assertEquals([own?.aborted, own?.reason], [true, "stop"]);

  const other = new AbortController();
  const failing = callWithRetry(
    {
      name: "demo",
      chat(_, context) {
        own = context.signal;
        other.abort("enough");
        throw new Error("own words for it");
      },
    },
    request,
    { signal: other.signal },
  );
  assertEquals(await failing.catch((thrown) => thrown), "enough");
  assertEquals(own?.reason, "enough");
});

Deno.test("callWithRetry() lets go of the caller's signal when the attempt is over", async () => {
  const controller = new AbortController();
  const provider = scriptedProvider(fakeClock(), [{}]);
  await callWithRetry(provider, request, { signal: controller.signal });
  const own = provider.contexts[0]?.signal;
  assertEquals(own?.aborted, false);
  controller.abort();
  assertEquals(own?.aborted, false);
});

Deno.test("callWithRetry() never undercuts the server, and adds only a little chance on top", async () => {
  const rows: [headers: Record<string, string>, chance: number, jitter: "full" | "equal" | "none", delay: number][] = [
    [{ "retry-after": "20" }, 0, "full", 20_000],
    [{ "retry-after": "20" }, 0.5, "full", 21_000],
    [{ "retry-after": "20" }, 0.5, "none", 20_000],
    [{ "retry-after-ms": "20" }, 0.5, "full", 500],
    [{ "retry-after": "0" }, 0.5, "full", 500],
    [{ "retry-after": "0" }, 0.5, "equal", 250],
    [{ "retry-after": "0" }, 0.5, "none", 0],
    [{}, 0.5, "full", 500],
    [{}, 0.5, "equal", 750],
    [{}, 0.5, "none", 1000],
  ];
  for (const [headers, chance, jitter, delay] of rows) {
    const clock = fakeClock({ autoAdvance: true });
    const records: AttemptRecord[] = [];
    const provider = scriptedProvider(clock, [{ error: httpError(429, headers) }]);
    const onAttempt = (record: AttemptRecord) => records.push(record);
    await callWithRetry(provider, request, { clock, random: () => chance, retry: { jitter }, onAttempt });
    assertEquals(records[0]?.["llm.retry.delay_ms"], delay, JSON.stringify({ headers, chance, jitter }));
    assertEquals(clock.now(), delay);
  }
});

Deno.test("callWithRetry() gives up at once when the server asks for too long a wait", async () => {
  const tracer = recordingTracer();
  const provider = scriptedProvider(fakeClock(), [{ error: httpError(429, { "retry-after": "61" }) }]);
  await assertRejects(() => callWithRetry(provider, request, { tracer }));
  assertEquals(tracer.spans[1]?.attributes["llm.retry.decision"], "retry_after_too_long");
  assertEquals(tracer.spans[1]?.attributes["llm.retry.delay_ms"], undefined);
});

Deno.test("callWithRetry() waits past 2^31 ms without a timer that overflows", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const days = 60 * 24 * 3600;
  const provider = scriptedProvider(clock, [{ error: httpError(429, { "retry-after": String(days) }) }]);
  await callWithRetry(provider, request, { clock, retry: { maxRetryAfterMs: 1e12, jitter: "none" } });
  assertEquals(clock.now(), days * 1000);
});

Deno.test("callWithRetry() doubles the backoff up to its cap, and does not overflow", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const provider = scriptedProvider(clock, Array.from({ length: 1100 }, () => ({ error: httpError(500) })));
  const records: AttemptRecord[] = [];
  await callWithRetry(provider, request, {
    clock,
    retry: { maxRetries: 1100, jitter: "none", baseDelayMs: 10, maxDelayMs: 75 },
    onAttempt: (record) => records.push(record),
  });
  assertEquals(records.slice(0, 5).map((record) => record["llm.retry.delay_ms"]), [10, 20, 40, 75, 75]);
  assertEquals(records[1099]?.["llm.retry.delay_ms"], 75);
});

Deno.test("callWithRetry() tells onAttempt what the span gets", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const records: AttemptRecord[] = [];
  const provider = scriptedProvider(clock, [
    { takesMs: 40, error: httpError(503, { "request-id": "req_9" }, "down, key=hunter2hunter2") },
    { takesMs: 10, answer: { usage: { inputTokens: 3 }, stopReason: "stop" } },
  ]);
  const onAttempt = (record: AttemptRecord) => records.push(record);
  await callWithRetry(provider, request, { clock, taskId: "t-1", retry: { jitter: "none" }, onAttempt });
  const shared = {
    "task.id": "t-1",
    "llm.provider": "openai",
    "llm.model": "gpt-5",
    "llm.tool_count": 1,
    "llm.message_count": 2,
  };
  assertEquals(records, [
    {
      ...shared,
      "llm.attempt": 0,
      "llm.duration_ms": 40,
      "llm.outcome": "error",
      "llm.error": "down, key=[redacted]",
      "error.type": "server_error",
      "http.response.status_code": 503,
      "llm.request_id": "req_9",
      "llm.retry.decision": "retry",
      "llm.retry.delay_ms": 1000,
      "llm.retry.delay_source": "backoff",
    },
    {
      ...shared,
      "llm.attempt": 1,
      "http.request.resend_count": 1,
      "llm.duration_ms": 10,
      "llm.outcome": "ok",
      "llm.input_tokens": 3,
      "llm.stop_reason": "end_turn",
    },
  ]);
});

Deno.test("callWithRetry() records no error message when told not to", async () => {
  const tracer = recordingTracer();
  const provider = scriptedProvider(fakeClock(), [{ error: httpError(400, {}, "you wrote: secret plans") }]);
  const error = await assertRejects(() => callWithRetry(provider, request, { tracer, recordErrorMessage: false }));
  for (const span of tracer.spans) {
    assertEquals(span.status?.message, undefined);
    assert(!JSON.stringify(span.attributes).includes("secret"));
  }
  assertEquals(attemptsOf(error)[0]?.["llm.error"], undefined);
});

Deno.test("callWithRetry() keeps prompts, answers and headers off spans and records", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const records: AttemptRecord[] = [];
  const secret = "the-user's-own-words";
  const failing = httpError(500, { authorization: secret }, "upstream failed");
  const provider = scriptedProvider(clock, [
    { error: Object.assign(failing, { body: secret, request: { messages: [secret] } }) },
    { answer: { text: secret } },
  ]);
  const private_ = { model: "m", messages: [{ content: secret }], tools: [{ name: secret }] };
  await callWithRetry(provider, private_, { tracer, clock, onAttempt: (record) => records.push(record) });
  const everything = JSON.stringify([
    records,
    tracer.spans.map(({ name, attributes, status }) => [name, attributes, status]),
  ]);
  assert(!everything.includes(secret));
});

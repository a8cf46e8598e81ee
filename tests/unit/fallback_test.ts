import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { type AttemptRecord, attemptsOf, type Span, type Tracer, TruncatedStreamError } from "../../mod.ts";
import { callWithFallback } from "../../src/fallback.ts";
import { circuitBreaker } from "../../src/circuit_breaker.ts";
import { fakeClock, recordingTracer } from "../../src/testing.ts";
import { httpError, type PlainRequest, type PlainResponse, scriptedProvider } from "../support/scripted_provider.ts";
import type { Clock, Gate, Provider } from "../../mod.ts";
import type { Step } from "../support/scripted_provider.ts";

const retry = { maxRetries: 1, jitter: "none", baseDelayMs: 100 } as const;

function target(clock: Clock, name: string, model: string, steps: readonly Step[]) {
  const provider = { ...scriptedProvider(clock, steps), name };
  return { provider, request: { model, messages: [] } satisfies PlainRequest };
}

Deno.test("callWithFallback() answers with the first target that can", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const answer: PlainResponse = { text: "Hello" };
  const first = target(clock, "openai", "gpt-5", [{ answer }]);
  const second = target(clock, "anthropic", "claude", []);
  assertStrictEquals(await callWithFallback([first, second], { clock }), answer);
  assertEquals(second.provider.contexts.length, 0);
});

Deno.test("callWithFallback() puts one operation span over all targets, and says which one answered", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const records: AttemptRecord[] = [];
  const answer = { usage: { inputTokens: 7, cacheReadTokens: 3 }, stopReason: "end_turn", model: "claude-5" };
  await callWithFallback([
    target(clock, "openai", "gpt-5", [{ error: httpError(529) }, { error: httpError(529) }]),
    target(clock, "anthropic", "claude", [{ takesMs: 10, error: httpError(503) }, { takesMs: 10, answer }]),
  ], { clock, tracer, retry, taskId: "t-1", onAttempt: (record) => records.push(record) });

  const operation = tracer.spans[0]!;
  assertEquals(tracer.spans.map((span) => span.name), [
    "chat gpt-5",
    "llm.call",
    "llm.call",
    "llm.call",
    "llm.call",
  ]);
  assertEquals(
    tracer.named("llm.call").map(({ attributes }) => [attributes["llm.provider"], attributes["llm.model"]]),
    [["openai", "gpt-5"], ["openai", "gpt-5"], ["anthropic", "claude"], ["anthropic", "claude"]],
  );
  assertEquals(tracer.named("llm.call").map(({ attributes }) => attributes["llm.attempt"]), [0, 1, 0, 1]);
  for (const span of tracer.named("llm.call")) assertStrictEquals(span.parent, operation);
  for (const span of tracer.spans) assertEquals(span.endCount, 1);
  assertEquals(tracer.misuses, []);
  assertEquals(operation.startAttributes["gen_ai.provider.name"], "openai");
  assertEquals(operation.attributes["gen_ai.provider.name"], "anthropic");
  assertEquals(operation.attributes["gen_ai.request.model"], "claude");
  assertEquals(operation.attributes["gen_ai.response.model"], "claude-5");
  assertEquals(operation.attributes["gen_ai.usage.input_tokens"], 10);
  assertEquals(operation.attributes["llm.fallback.index"], 1);
  assertEquals(operation.attributes["llm.attempts"], 4);
  assertEquals(operation.attributes["llm.backoff_ms"], 200);
  assertEquals(operation.attributes["llm.outcome"], "ok");
  assertEquals(operation.attributes["error.type"], undefined);
  assertEquals(operation.status, undefined);
  assertEquals([operation.startTime, operation.endTime], [0, 220]);
  assertEquals(records.length, 4);
});

Deno.test("callWithFallback() leaves nothing of a target on the operation span that another one answered for", async () => {
  const tracer = recordingTracer();
  const described = (name: string, host: string | undefined, chat: () => object) => ({
    provider: {
      name,
      chat,
      describeRequest: () => ({ model: name, serverAddress: host, serverPort: host ? 443 : undefined }),
    },
    request: {},
    options: { attributes: { [`of.${name}`]: true }, retry: { maxRetries: 0 } },
  });
  const down = () => {
    throw httpError(529);
  };
  await callWithFallback([described("a", "a.example", down), described("b", undefined, () => ({}))], {
    tracer,
    attributes: { team: "search" },
  });
  const { startAttributes, attributes } = tracer.spans[0]!;
  assertEquals(startAttributes["team"], "search");
  assertEquals(attributes["gen_ai.request.model"], "b");
  assertEquals(attributes["server.address"], undefined);
  assertEquals(attributes["of.a"], undefined);
  assertEquals(attributes["of.b"], true);

  await callWithFallback([described("a", "a.example", down), described("c", "c.example", () => ({}))], { tracer });
  const last = tracer.spans.findLast(({ parent }) => parent === undefined)!;
  assertEquals([last.attributes["server.address"], last.attributes["server.port"]], ["c.example", 443]);
});

Deno.test("callWithFallback() goes on only for failures that mean that the target is out", async () => {
  const rows: [error: unknown, goesOn: boolean][] = [
    [httpError(529), true],
    [httpError(429), true],
    [httpError(429, { "retry-after": "999" }), true],
    [Object.assign(httpError(429), { error: { type: "insufficient_quota" } }), true],
    [Object.assign(httpError(400), { error: { code: "context_length_exceeded" } }), true],
    [httpError(503), true],
    [Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }), true],
    [new DOMException("too slow", "TimeoutError"), true],
    [new TruncatedStreamError(), true],
    [httpError(400), false],
    [httpError(401), false],
    [Object.assign(httpError(400), { error: { code: "content_policy_violation" } }), false],
    [new TypeError("x is not a function"), false],
  ];
  for (const [error, goesOn] of rows) {
    const clock = fakeClock({ autoAdvance: true });
    const second = target(clock, "anthropic", "claude", []);
    await callWithFallback([target(clock, "openai", "gpt-5", [{ error }]), second], { clock, retry: { maxRetries: 0 } })
      .catch(() => {});
    assertEquals(second.provider.contexts.length, goesOn ? 1 : 0, String(error));
  }
});

Deno.test("callWithFallback() goes on for what it is asked to", async () => {
  for (const fallbackOn of [["auth"], (errorType: string) => errorType === "auth"]) {
    const clock = fakeClock({ autoAdvance: true });
    const failing = (status: number) => target(clock, "openai", "gpt-5", [{ error: httpError(status) }]);
    const second = target(clock, "anthropic", "claude", []);
    await callWithFallback([failing(401), second], { clock, fallbackOn });
    assertEquals(second.provider.contexts.length, 1);
    await assertRejects(() =>
      callWithFallback([failing(529), second], { clock, fallbackOn, retry: { maxRetries: 0 } })
    );
    assertEquals(second.provider.contexts.length, 1);
  }
});

Deno.test("callWithFallback() does not go on when its own rule throws", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const error = httpError(401);
  const fallbackOn = () => {
    throw new Error("rule");
  };
  const targets = [target(clock, "a", "m", [{ error }]), target(clock, "b", "m", [])] as const;
  assertStrictEquals(await assertRejects(() => callWithFallback(targets, { clock, fallbackOn })), error);
});

Deno.test("callWithFallback() rejects with the last target's error, and knows the attempts at all of them", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const error = httpError(503, {}, "also down");
  const targets = [
    target(clock, "openai", "gpt-5", [{ error: httpError(529) }, { error: httpError(529) }]),
    target(clock, "anthropic", "claude", [{ error: httpError(503) }, { error }]),
  ] as const;
  assertStrictEquals(await assertRejects(() => callWithFallback(targets, { clock, tracer, retry })), error);
  assertEquals(attemptsOf(error).map((record) => record["llm.provider"]), [
    "openai",
    "openai",
    "anthropic",
    "anthropic",
  ]);
  assertEquals(tracer.spans[0]?.status, { type: "server_error", message: "also down" });
  assertEquals(tracer.spans[0]?.attributes["error.type"], "server_error");
  assertEquals(tracer.spans[0]?.attributes["llm.fallback.index"], 1);
});

Deno.test("callWithFallback() passes over a target whose breaker is open", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const gates = [circuitBreaker({ failures: 1 })];
  const options = { clock, gates, retry: { maxRetries: 0 } };
  const first = target(clock, "openai", "gpt-5", [{ error: httpError(503) }]);
  const second = target(clock, "anthropic", "claude", []);
  await callWithFallback([first, second], options);
  await callWithFallback([first, second], options);
  assertEquals([first.provider.contexts.length, second.provider.contexts.length], [1, 2]);
});

Deno.test("callWithFallback() tells its rule what a target that was not even asked is out for", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const reasons: string[] = [];
  const fallbackOn = (errorType: string) => reasons.push(errorType) > 0;
  const held = (before: NonNullable<Gate["before"]>) => ({
    ...target(clock, "openai", "gpt-5", []),
    options: { gates: [{ name: "held", before }], deadlineMs: 100 },
  });
  const targets = [held(() => ({ refuse: "no" })), held(() => ({ waitMs: 200 })), target(clock, "a", "m", [])] as const;
  await callWithFallback(targets, { clock, fallbackOn });
  assertEquals(reasons, ["refused", "timeout"]);
});

Deno.test("callWithFallback() ends with the caller's abort and with the deadline, and goes no further", async () => {
  const clock = fakeClock();
  const tracer = recordingTracer({ clock });
  const controller = new AbortController();
  const second = target(clock, "anthropic", "claude", []);
  const hanging: Provider<PlainRequest, PlainResponse> = { name: "openai", chat: () => new Promise(() => {}) };
  const first = { provider: hanging, request: { model: "gpt-5", messages: [] } };
  const aborted = callWithFallback([first, second], { clock, tracer, signal: controller.signal });
  controller.abort("stop");
  assertStrictEquals(await assertRejects(() => aborted), "stop");
  assertEquals(tracer.spans[0]?.attributes["llm.outcome"], "cancelled");
  assertEquals(tracer.spans[0]?.status, undefined);

  const late = assertRejects(() => callWithFallback([first, second], { clock, deadlineMs: 500 }));
  await clock.advance(500);
  assertEquals((await late as Error).name, "TimeoutError");
  assertEquals(second.provider.contexts.length, 0);
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("callWithFallback() shares the deadline, and lets a target have options of its own", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const slow = { takesMs: 400, error: httpError(503) };
  const first = { ...target(clock, "openai", "gpt-5", [slow, slow]), options: { retry: { maxRetries: 0 } } };
  const second = target(clock, "anthropic", "claude", [slow, slow, slow]);
  await assertRejects(() => callWithFallback([first, second], { clock, deadlineMs: 1000, retry }));
  assertEquals([first.provider.contexts.length, second.provider.contexts.length], [1, 2]);
  assertEquals(clock.now() <= 1000, true);
});

Deno.test("callWithFallback() takes time that passes in its own code, or in a rule, from the deadline", async () => {
  const still = fakeClock();
  let time = 0;
  const ticking = { ...still, now: () => time++ };
  const first = target(still, "openai", "gpt-5", [{ error: httpError(400) }]);
  const second = target(still, "anthropic", "claude", []);
  const slowRule = () => {
    time += 1000;
    return true;
  };
  const options = { clock: ticking, deadlineMs: 100, fallbackOn: slowRule };
  const error = await assertRejects(() => callWithFallback([first, second], options));
  assertEquals((error as { status?: number }).status, 400);
  assertEquals(attemptsOf(error).length, 1);
  assertEquals(second.provider.contexts.length, 0);

  const shortest = callWithFallback([second], { clock: ticking, deadlineMs: 0.5 });
  assertEquals((await assertRejects(() => shortest) as Error).name, "TimeoutError");
});

Deno.test("callWithFallback() opens no operation span when told not to", async () => {
  const tracer = recordingTracer();
  const clock = fakeClock({ autoAdvance: true });
  const targets = [target(clock, "a", "m-1", [{ error: httpError(529) }]), target(clock, "b", "m-2", [])] as const;
  await callWithFallback(targets, { clock, tracer, operationSpan: false, retry: { maxRetries: 0 } });
  assertEquals(
    tracer.spans.map(({ name, parent, startAttributes }) => [name, parent, startAttributes["llm.model"]]),
    [["llm.call", undefined, "m-1"], ["llm.call", undefined, "m-2"]],
  );
});

Deno.test("callWithFallback() has one tracer, one signal and one operation span, whatever a target says", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const other = recordingTracer({ clock });
  const own = { tracer: other, signal: AbortSignal.abort(), operationSpan: false };
  await callWithFallback([{ ...target(clock, "openai", "gpt-5", []), options: own }], { clock, tracer });
  assertEquals(tracer.spans.map(({ name }) => name), ["chat gpt-5", "llm.call"]);
  assertEquals(other.spans, []);
});

Deno.test("callWithFallback() is not hurt by a tracer that throws", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const broken = (): never => {
    throw new Error("telemetry");
  };
  const span: Span = { run: broken, setAttributes: broken, fail: broken, end: broken };
  for (const tracer of [{ startSpan: broken }, { startSpan: () => span }] satisfies Tracer[]) {
    const targets = [
      target(clock, "openai", "gpt-5", [{ error: httpError(529) }, { error: httpError(529) }]),
      target(clock, "anthropic", "claude", [{ answer: { text: "Hello" } }]),
    ] as const;
    assertEquals((await callWithFallback(targets, { clock, tracer, retry })).text, "Hello");
  }
  // What the one target failed with is not told of the other, of which nothing more is heard.
  const recording = recordingTracer({ clock });
  const full: Tracer = {
    startSpan: (...span) => recording.spans.length === 2 ? broken() : recording.startSpan(...span),
  };
  const targets = [target(clock, "a", "m-1", [{ error: httpError(400) }]), target(clock, "b", "m-2", [])] as const;
  await callWithFallback(targets, { clock, tracer: full, fallbackOn: () => true });
  const { attributes } = recording.spans[0]!;
  assertEquals([attributes["llm.fallback.index"], attributes["error.type"], attributes["llm.outcome"]], [
    1,
    undefined,
    undefined,
  ]);
});

Deno.test("callWithFallback() passes on an error that cannot even be looked at", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const { proxy, revoke } = Proxy.revocable(new Error("gone"), {});
  revoke();
  const tracer = recordingTracer({ clock });
  const targets = [target(clock, "a", "m", [{ error: proxy }]), target(clock, "b", "m", [])] as const;
  const [settled] = await Promise.allSettled([callWithFallback(targets, { clock, tracer })]);
  assertEquals(settled.status, "rejected");
  assertEquals(settled.status === "rejected" && Object.is(settled.reason, proxy), true);
  for (const span of tracer.spans) assertEquals(span.endCount, 1);
});

Deno.test("callWithFallback() refuses bad arguments before anything is sent", async () => {
  await assertRejects(() => callWithFallback([], null as never), TypeError, "'options' must be of type object");
  const clock = fakeClock();
  const good = target(clock, "openai", "gpt-5", []);
  const call = callWithFallback as (targets: unknown, options?: unknown) => Promise<unknown>;
  const targets = "'targets' must be an array, not empty: current value is ";
  await assertRejects(() => call([]), TypeError, `${targets}of type object`);
  await assertRejects(() => call(undefined), TypeError, `${targets}undefined`);
  await assertRejects(() => call([good, null]), TypeError, "'provider'");
  await assertRejects(() => call([good, { provider: { name: "x" } }]), TypeError, "'provider.chat'");
  await assertRejects(() => call([good, { ...good, options: { taskId: 7 } }]), TypeError, "'taskId'");
  const fallbackOn = "'fallbackOn' must be an array or a function: current value is ";
  await assertRejects(() => call([good], { fallbackOn: 7 }), TypeError, `${fallbackOn}7`);
  await assertRejects(() => call([good], { fallbackOn: "auth" }), TypeError, `${fallbackOn}"auth"`);
  await assertRejects(() => call([good], { deadlineMs: -1 }), RangeError, "'deadlineMs'");
  assertEquals(good.provider.contexts.length, 0);
});

import type { AttemptContext, AttemptRecord } from "../../../mod.ts";
import { httpError, request, scriptedProvider } from "../../support/scripted_provider.ts";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "../asserts.ts";
import type { ConformanceCase } from "../conformance_case.ts";

const usage = { inputTokens: 100, outputTokens: 20, cacheReadTokens: 64, reasoningTokens: 5 };

/** Attempts, their spans and their records. */
export const attempts: readonly ConformanceCase[] = [
  {
    name: "resolves with the provider's own response",
    async run({ callWithRetry }) {
      const answer = { text: "Hello" };
      assertStrictEquals(await callWithRetry({ name: "demo", chat: () => Promise.resolve(answer) }, {}), answer);
      assertStrictEquals(await callWithRetry({ name: "demo", chat: () => answer }, {}), answer);
    },
  },
  {
    name: "hands the request over as it is, with the attempt, its signal and its span",
    async run({ callWithRetry, fakeClock }) {
      const clock = fakeClock({ autoAdvance: true });
      const seen: [unknown, AttemptContext][] = [];
      const chat = (given: unknown, context: AttemptContext) => {
        seen.push([given, context]);
        if (seen.length === 1) throw httpError(503);
        return "ok";
      };
      await callWithRetry({ name: "demo", chat }, request, { clock });
      assertEquals(seen.map(([, { attempt }]) => attempt), [0, 1]);
      for (const [given, { signal, span }] of seen) {
        assertStrictEquals(given, request);
        assert(signal instanceof AbortSignal);
        assertStrictEquals(span.run(() => 7), 7);
      }
      assert(seen[0]![1].signal !== seen[1]![1].signal, "Each attempt has a signal of its own");
    },
  },
  {
    name: "opens one span for every attempt and closes it before the wait",
    async run({ callWithRetry, fakeClock, recordingTracer }) {
      const clock = fakeClock({ autoAdvance: true });
      const tracer = recordingTracer({ clock });
      const provider = scriptedProvider(clock, [
        { takesMs: 30, error: httpError(429, { "retry-after": "2", "x-request-id": "req_1" }) },
        { takesMs: 50, error: httpError(529) },
        { takesMs: 200, answer: { usage, stopReason: "tool_calls" } },
      ]);
      await callWithRetry(provider, request, { tracer, clock, taskId: "t-1", retry: { jitter: "none" } });
      const [first, second, third] = tracer.named("llm.call");
      assertEquals(first?.attributes, {
        "task.id": "t-1",
        "llm.provider": "openai",
        "llm.model": "gpt-5",
        "llm.attempt": 0,
        "llm.tool_count": 1,
        "llm.message_count": 2,
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
      assertEquals([first?.startTime, first?.endTime], [0, 30]);
      assertEquals([second?.startTime, second?.endTime], [2030, 2080]);
      assertEquals([third?.startTime, third?.endTime], [4080, 4280]);
      assertEquals(second?.attributes["http.request.resend_count"], 1);
      assertEquals(third?.attributes["llm.stop_reason"], "tool_use");
      assertEquals(third?.attributes["llm.cache_read_tokens"], 64);
      assertEquals(tracer.misuses, []);
    },
  },
  {
    name: "puts one clean operation span around all attempts and waits",
    async run({ callWithRetry, fakeClock, recordingTracer }) {
      const clock = fakeClock({ autoAdvance: true });
      const tracer = recordingTracer({ clock });
      const answer = { usage, stopReason: "stop", model: "gpt-5-2026", id: "chatcmpl-1" };
      const provider = scriptedProvider(clock, [{ error: httpError(503) }, { takesMs: 10, answer }]);
      await callWithRetry(provider, request, { tracer, clock, retry: { jitter: "none" } });
      const operation = tracer.spans[0]!;
      assertEquals(operation.name, "chat gpt-5");
      assertEquals(operation.attributes, {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-5",
        "llm.attempts": 2,
        "llm.backoff_ms": 1000,
        "llm.outcome": "ok",
        "gen_ai.response.model": "gpt-5-2026",
        "gen_ai.response.id": "chatcmpl-1",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.cache_read.input_tokens": 64,
        "gen_ai.usage.reasoning.output_tokens": 5,
      });
      assertEquals(operation.status, undefined);
      assertEquals([operation.startTime, operation.endTime], [0, 1010]);
      for (const span of tracer.named("llm.call")) assertStrictEquals(span.parent, operation);
    },
  },
  {
    name: "opens no operation span when told not to",
    async run({ callWithRetry, recordingTracer }) {
      const tracer = recordingTracer();
      await callWithRetry({ name: "demo", chat: () => "ok" }, request, { tracer, operationSpan: false });
      assertEquals(tracer.spans.map(({ name }) => name), ["llm.call"]);
    },
  },
  {
    name: "makes spans that are opened in the provider's call children of the attempt",
    async run({ callWithRetry, recordingTracer }) {
      const tracer = recordingTracer();
      const chat = () => tracer.startSpan("http", {}).end();
      await callWithRetry({ name: "demo", chat }, request, { tracer });
      assertEquals(tracer.named("http").map(({ parent }) => parent?.name), ["llm.call"]);
    },
  },
  {
    name: "rejects with the provider's last error as it is, and knows the attempts behind it",
    async run({ attemptsOf, callWithRetry, fakeClock }) {
      const clock = fakeClock({ autoAdvance: true });
      class RateLimitError extends Error {
        status = 429;
      }
      const errors = [new RateLimitError("one"), new RateLimitError("two"), new RateLimitError("three")];
      const provider = scriptedProvider(clock, errors.map((error) => ({ error })));
      const thrown = await assertRejects(() => callWithRetry(provider, request, { clock, retry: { maxRetries: 2 } }));
      assertStrictEquals(thrown, errors[2]);
      assertEquals(
        attemptsOf(thrown).map((it) => [it["llm.attempt"], it["llm.retry.decision"], it["llm.error"]]),
        [[0, "retry", "one"], [1, "retry", "two"], [2, "exhausted", "three"]],
      );
      assertEquals(attemptsOf(new Error("another")), []);
      assertEquals(attemptsOf("no object"), []);
    },
  },
  {
    name: "does not repeat what cannot succeed",
    async run({ callWithRetry, fakeClock, recordingTracer }) {
      for (const error of [httpError(400), httpError(401), httpError(404), new TypeError("bug"), "no", undefined]) {
        const tracer = recordingTracer();
        const provider = scriptedProvider(fakeClock(), [{ error }]);
        assertStrictEquals(await assertRejects(() => callWithRetry(provider, request, { tracer })), error);
        assertEquals(provider.contexts.length, 1);
        assertEquals(tracer.spans[1]?.attributes["llm.retry.decision"], "not_retryable");
        assertEquals(tracer.spans[0]?.status?.type, tracer.spans[1]?.attributes["error.type"]);
      }
    },
  },
  {
    name: "leaves unknown counts off, and 0 on",
    async run({ callWithRetry, recordingTracer }) {
      const tracer = recordingTracer();
      const odd = { inputTokens: 0, outputTokens: NaN, cacheReadTokens: -1, reasoningTokens: "7" as never };
      await callWithRetry({ name: "demo", chat: () => ({ usage: odd }) }, { model: "m" }, { tracer });
      const { attributes } = tracer.spans[1]!;
      assertEquals(Object.keys(attributes).filter((name) => /tokens|count/.test(name)), ["llm.input_tokens"]);
      assertEquals(attributes["llm.input_tokens"], 0);
    },
  },
  {
    name: "reads other shapes through the provider",
    async run({ callWithRetry, recordingTracer }) {
      const tracer = recordingTracer();
      const provider = {
        name: "demo",
        chat: () => ({ why: "MAX_TOKENS", spent: 9 }),
        describeRequest: (input: { deployment: string }) => ({ model: input.deployment, serverPort: 8443 }),
        describeResponse: ({ why, spent }: { why: string; spent: number }) => ({
          stopReason: why,
          usage: { outputTokens: spent },
        }),
      };
      await callWithRetry(provider, { deployment: "d-1" }, { tracer });
      const [operation, attempt] = tracer.spans;
      assertEquals(operation?.name, "chat d-1");
      assertEquals(operation?.attributes["server.port"], 8443);
      assertEquals(operation?.attributes["gen_ai.response.finish_reasons"], ["MAX_TOKENS"]);
      assertEquals(attempt?.attributes["llm.stop_reason"], "max_tokens");
      assertEquals(attempt?.attributes["llm.output_tokens"], 9);
    },
  },
  {
    name: "puts the caller's attributes on every span, below its own",
    async run({ callWithRetry, recordingTracer }) {
      const tracer = recordingTracer();
      const attributes = { team: "search", "llm.attempt": 7, tags: ["a", "b"] };
      await callWithRetry({ name: "demo", chat: () => "ok" }, request, { tracer, attributes });
      for (const span of tracer.spans) assertEquals(span.startAttributes["tags"], ["a", "b"]);
      assertEquals(tracer.spans[1]?.startAttributes["llm.attempt"], 0);
    },
  },
  {
    name: "tells onAttempt what the span gets, as each attempt ends",
    async run({ callWithRetry, fakeClock, recordingTracer }) {
      const clock = fakeClock({ autoAdvance: true });
      const tracer = recordingTracer({ clock });
      const records: AttemptRecord[] = [];
      const provider = scriptedProvider(clock, [{ takesMs: 4, error: httpError(503) }, { answer: { usage } }]);
      await callWithRetry(provider, request, { clock, tracer, onAttempt: (record) => records.push(record) });
      assertEquals(
        records.map((it) => ({ ...it })),
        tracer.named("llm.call").map(({ attributes }) => attributes as never),
      );
    },
  },
  {
    name: "createCaller() calls with its defaults, and lets a call override them one by one",
    async run({ createCaller, fakeClock, recordingTracer }) {
      const clock = fakeClock({ autoAdvance: true });
      const tracer = recordingTracer({ clock });
      const call = createCaller({
        clock,
        tracer,
        retry: { maxRetries: 3, jitter: "none" },
        attributes: { a: 1, b: 1 },
      });
      const provider = scriptedProvider(clock, Array.from({ length: 9 }, () => ({ error: httpError(500) })));
      await assertRejects(() => call(provider, request, { retry: { maxRetries: 1 }, attributes: { b: 2 } }));
      assertEquals(provider.contexts.length, 2);
      assertEquals(clock.now(), 1000);
      assertEquals([tracer.spans[1]?.attributes["a"], tracer.spans[1]?.attributes["b"]], [1, 2]);
    },
  },
  {
    name: "goes to the next target when one is out, under one operation span",
    async run({ attemptsOf, callWithFallback, fakeClock, recordingTracer }) {
      const clock = fakeClock({ autoAdvance: true });
      const tracer = recordingTracer({ clock });
      const down = { name: "openai", chat: () => Promise.reject(httpError(529)) };
      const up = { name: "anthropic", chat: () => ({ text: "Hello" }) };
      const targets = [{ provider: down, request: { model: "a" } }, { provider: up, request: { model: "b" } }] as const;
      const answer = await callWithFallback(targets, { clock, tracer, retry: { maxRetries: 1 } });
      assertEquals(answer.text, "Hello");
      assertEquals(tracer.spans.map(({ parent }) => parent?.name), [undefined, "chat a", "chat a", "chat a"]);
      assertEquals(tracer.spans[0]?.attributes["llm.fallback.index"], 1);
      assertEquals(tracer.spans[0]?.attributes["llm.attempts"], 3);

      const bad = { name: "openai", chat: () => Promise.reject(httpError(400)) };
      const stays = [{ provider: bad, request: { model: "a" } }, targets[1]] as const;
      const error = await assertRejects(() => callWithFallback(stays, { clock }));
      assertEquals(attemptsOf(error).length, 1);
    },
  },
];

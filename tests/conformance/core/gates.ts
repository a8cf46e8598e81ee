import type { AttemptRecord, Gate } from "../../../mod.ts";
import { httpError, request, scriptedProvider } from "../../support/scripted_provider.ts";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "../asserts.ts";
import type { ConformanceCase } from "../conformance_case.ts";

/** Gates, the built-in ones among them. */
export const gates: readonly ConformanceCase[] = [
  {
    name: "keeps an attempt waiting at a gate, outside of its span",
    async run({ callWithRetry, fakeClock, recordingTracer }) {
      const clock = fakeClock({ autoAdvance: true });
      const tracer = recordingTracer({ clock });
      let asked = 0;
      const gate: Gate = { name: "slow", before: () => asked++ === 0 ? { waitMs: 80 } : undefined };
      await callWithRetry(scriptedProvider(clock, [{ takesMs: 10 }]), request, { clock, tracer, gates: [gate] });
      const [attempt] = tracer.named("llm.call");
      assertEquals([attempt?.startTime, attempt?.attributes["llm.queue_ms"]], [80, 80]);
      assertEquals(attempt?.attributes["llm.duration_ms"], 10);
    },
  },
  {
    name: "refuses a first attempt with a RefusedError, and the provider is not called",
    async run({ callWithRetry, fakeClock, RefusedError }) {
      const clock = fakeClock();
      const cause = new Error("the last real one");
      const provider = scriptedProvider(clock, []);
      const gate: Gate = { name: "door", before: () => Promise.resolve({ refuse: "closed", cause }) };
      const error = await assertRejects(() => callWithRetry(provider, request, { clock, gates: [gate] }));
      assert(error instanceof RefusedError);
      assertEquals([error.code, error.gate, provider.contexts.length], ["ERR_REFUSED", "door", 0]);
      assertStrictEquals(error.cause, cause);
    },
  },
  {
    name: "calls a planned retry off when a gate says so",
    async run({ callWithRetry, fakeClock }) {
      const clock = fakeClock({ autoAdvance: true });
      const error = httpError(503);
      const records: AttemptRecord[] = [];
      const gate: Gate = {
        name: "no_more",
        after: (_, { retryInMs }) => retryInMs ? { refuse: "no more" } : undefined,
      };
      const provider = scriptedProvider(clock, [{ error }]);
      const onAttempt = (record: AttemptRecord) => records.push(record);
      const call = callWithRetry(provider, request, { clock, gates: [gate], retry: { jitter: "none" }, onAttempt });
      assertStrictEquals(await assertRejects(() => call), error);
      assertEquals(records.map((it) => [it["llm.retry.decision"], it["llm.retry.gate"]]), [["refused", "no_more"]]);
    },
  },
  {
    name: "goes on past a gate that throws or answers nonsense",
    async run({ callWithRetry }) {
      const broken = () => {
        throw new Error("broken");
      };
      const gates = [
        { name: "throws", before: broken, after: broken },
        { name: "rejects", before: () => Promise.reject(new Error("x")), after: () => Promise.reject(new Error("x")) },
        { name: "nonsense", before: () => 7, after: () => "no" },
      ] as unknown as Gate[];
      assertEquals(await callWithRetry({ name: "demo", chat: () => "ok" }, request, { gates }), "ok");
    },
  },
  {
    name: "retryBudget() runs dry, and failures surface at once",
    async run({ callWithRetry, fakeClock, retryBudget }) {
      const clock = fakeClock({ autoAdvance: true });
      const options = { clock, gates: [retryBudget({ capacity: 20 })], retry: { maxRetries: 1 } };
      let calls = 0;
      const provider = {
        name: "demo",
        chat() {
          calls++;
          throw httpError(503);
        },
      };
      for (let call = 0; call < 10; call++) await assertRejects(() => callWithRetry(provider, request, options));
      assertEquals(calls, 14);
    },
  },
  {
    name: "circuitBreaker() opens after a run of failures, and closes after a probe that succeeds",
    async run({ callWithRetry, circuitBreaker, fakeClock, RefusedError }) {
      const clock = fakeClock({ autoAdvance: true });
      const breaker = circuitBreaker({ failures: 2, openMs: 1000 });
      const target = { provider: "demo", model: request.model };
      const options = { clock, gates: [breaker], retry: { maxRetries: 0 } };
      const down = { name: "demo", chat: () => Promise.reject(httpError(503)) };
      for (let call = 0; call < 2; call++) await assertRejects(() => callWithRetry(down, request, options));
      assertEquals(breaker.state(target), "open");
      assert(await assertRejects(() => callWithRetry(down, request, options)) instanceof RefusedError);
      await clock.advance(1000);
      assertEquals(await callWithRetry({ name: "demo", chat: () => "up" }, request, options), "up");
      assertEquals(breaker.state(target), "closed");
    },
  },
  {
    name: "sharedCooldown() keeps other calls waiting for as long as a server has asked one to",
    async run({ callWithRetry, fakeClock, sharedCooldown }) {
      const clock = fakeClock({ autoAdvance: true });
      const options = { clock, gates: [sharedCooldown({ spacingMs: 10 })], retry: { maxRetries: 0 } };
      const limited = { name: "demo", chat: () => Promise.reject(httpError(429, { "retry-after": "2" })) };
      await assertRejects(() => callWithRetry(limited, request, options));
      const startedAt = await Promise.all(
        [1, 2, 3].map(() => callWithRetry({ name: "demo", chat: () => clock.now() }, request, options)),
      );
      assertEquals(startedAt, [2000, 2010, 2020]);
    },
  },
];

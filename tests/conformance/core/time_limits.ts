import type { AttemptContext } from "../../../mod.ts";
import { countingSignal, httpError, request, scriptedProvider } from "../../support/scripted_provider.ts";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "../asserts.ts";
import type { ConformanceCase } from "../conformance_case.ts";

/** A provider that answers only when its signal makes it. */
function untilAborted(contexts: AttemptContext[] = []) {
  return {
    name: "demo",
    chat(_request: unknown, context: AttemptContext): Promise<never> {
      contexts.push(context);
      const { signal } = context;
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
  };
}

/** Aborts and time limits. */
export const timeLimits: readonly ConformanceCase[] = [
  {
    name: "never calls the provider when the signal is aborted already",
    async run({ callWithRetry, fakeClock, recordingTracer }) {
      const tracer = recordingTracer();
      const provider = scriptedProvider(fakeClock(), []);
      const signal = AbortSignal.abort("before");
      assertStrictEquals(await assertRejects(() => callWithRetry(provider, request, { tracer, signal })), "before");
      assertEquals([provider.contexts.length, tracer.spans.length], [0, 0]);
    },
  },
  {
    name: "ends an attempt when aborted, with the caller's reason, whatever that is",
    async run({ callWithRetry, recordingTracer }) {
      const own = new Error("mine");
      for (const reason of [undefined, "enough", own, new DOMException("late", "TimeoutError"), 0, null]) {
        const tracer = recordingTracer();
        const contexts: AttemptContext[] = [];
        const { controller, signal, listeners } = countingSignal();
        const call = callWithRetry(untilAborted(contexts), request, { tracer, signal });
        controller.abort(reason);
        assertStrictEquals(await assertRejects(() => call), signal.reason);
        assertStrictEquals(contexts[0]?.signal.reason, signal.reason);
        const [operation, attempt] = tracer.spans;
        assertEquals(attempt?.attributes["llm.outcome"], "cancelled");
        assertEquals(attempt?.attributes["llm.retry.decision"], "cancelled");
        assertEquals([attempt?.status, operation?.status], [undefined, undefined]);
        assertEquals([attempt?.endCount, operation?.endCount, listeners()], [1, 1, 0]);
      }
    },
  },
  {
    name: "does not wait for a provider that ignores its signal",
    async run({ callWithRetry }) {
      const controller = new AbortController();
      const call = callWithRetry({ name: "demo", chat: () => new Promise(() => {}) }, request, {
        signal: controller.signal,
      });
      controller.abort("now");
      assertStrictEquals(await assertRejects(() => call), "now");
    },
  },
  {
    name: "ends a wait at once when aborted, and leaves no timer and no listener",
    async run({ callWithRetry, fakeClock, recordingTracer }) {
      const clock = fakeClock();
      const tracer = recordingTracer({ clock });
      const { controller, signal, listeners } = countingSignal();
      const provider = scriptedProvider(clock, [{ error: httpError(429, { "retry-after": "60" }) }]);
      const call = callWithRetry(provider, request, { tracer, clock, signal });
      await clock.advance(20_000);
      assertEquals([clock.pendingTimers, listeners()], [1, 1]);
      const reason = new Error("The user left");
      controller.abort(reason);
      assertStrictEquals(await assertRejects(() => call), reason);
      assertEquals([clock.pendingTimers, listeners(), clock.now()], [0, 0, 20_000]);
      assertEquals(tracer.spans.map((span) => [span.name, span.endTime, span.endCount]), [
        ["chat gpt-5", 20_000, 1],
        ["llm.call", 0, 1],
      ]);
    },
  },
  {
    name: "gives an attempt its time, then aborts it and retries",
    async run({ callWithRetry, fakeClock, recordingTracer }) {
      const clock = fakeClock({ autoAdvance: true });
      const tracer = recordingTracer({ clock });
      const contexts: AttemptContext[] = [];
      const slow = untilAborted(contexts);
      const chat = (given: unknown, context: AttemptContext) =>
        context.attempt === 0 ? slow.chat(given, context) : "ok";
      const answer = await callWithRetry({ name: "demo", chat }, request, {
        clock,
        tracer,
        attemptTimeoutMs: 300,
        retry: { jitter: "none" },
      });
      assertEquals(answer, "ok");
      const { reason } = contexts[0]!.signal;
      assert(reason instanceof DOMException && reason.name === "TimeoutError", `The reason is ${String(reason)}`);
      const [first, second] = tracer.named("llm.call").map(({ attributes }) => attributes);
      assertEquals([first?.["llm.outcome"], first?.["error.type"], first?.["llm.duration_ms"]], [
        "timeout",
        "timeout",
        300,
      ]);
      assertEquals([first?.["llm.retry.decision"], second?.["llm.outcome"]], ["retry", "ok"]);
      assertEquals(clock.pendingTimers, 0);
    },
  },
  {
    name: "tells the caller's own TimeoutError from the attempt's",
    async run({ callWithRetry, recordingTracer }) {
      const tracer = recordingTracer();
      const controller = new AbortController();
      const call = callWithRetry(untilAborted(), request, {
        tracer,
        signal: controller.signal,
        attemptTimeoutMs: 60_000,
      });
      const reason = new DOMException("The caller's time is up", "TimeoutError");
      controller.abort(reason);
      assertStrictEquals(await assertRejects(() => call), reason);
      assertEquals(tracer.spans[1]?.attributes["llm.outcome"], "cancelled");
    },
  },
  {
    name: "starts no wait that cannot end by the deadline",
    async run({ attemptsOf, callWithRetry, fakeClock }) {
      const clock = fakeClock({ autoAdvance: true });
      const error = httpError(429, { "retry-after": "5" });
      const provider = scriptedProvider(clock, [{ takesMs: 1000, error }]);
      const thrown = await assertRejects(() => callWithRetry(provider, request, { clock, deadlineMs: 5500 }));
      assertStrictEquals(thrown, error);
      assertEquals(attemptsOf(thrown).map((it) => it["llm.retry.decision"]), ["deadline"]);
      assertEquals(clock.now(), 1000);
    },
  },
  {
    name: "ends an attempt at the deadline",
    async run({ callWithRetry, fakeClock, recordingTracer }) {
      const clock = fakeClock({ autoAdvance: true });
      const tracer = recordingTracer({ clock });
      const options = { clock, tracer, deadlineMs: 700 };
      const thrown = await assertRejects(() => callWithRetry(untilAborted(), request, options));
      assert(thrown instanceof DOMException && thrown.name === "TimeoutError", `It threw ${String(thrown)}`);
      const { attributes } = tracer.named("llm.call")[0]!;
      assertEquals([attributes["llm.outcome"], attributes["llm.duration_ms"]], ["timeout", 700]);
      assertEquals([clock.now(), clock.pendingTimers], [700, 0]);
    },
  },
];

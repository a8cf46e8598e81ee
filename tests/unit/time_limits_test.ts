import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  type AttemptRecord,
  attemptsOf,
  type CallOptions,
  callWithRetry,
  type Classification,
  type PastAttempt,
} from "../../mod.ts";
import { fakeClock, recordingTracer } from "../../src/testing.ts";
import { countingSignal, httpError, request, scriptedProvider } from "../support/scripted_provider.ts";

/** What each attempt came to, as `outcome error.type decision duration_ms`. */
function summary(records: readonly PastAttempt[]): string[] {
  return records.map((record) =>
    ["llm.outcome", "error.type", "llm.retry.decision", "llm.duration_ms"]
      .map((name) => record[name as keyof AttemptRecord])
      .join(" ")
  );
}

/** A provider that never answers and does not listen to its signal. */
function deafProvider(): { name: string; chat: () => Promise<never>; calls: () => number } {
  let calls = 0;
  return {
    name: "deaf",
    chat: () => {
      calls++;
      return new Promise(() => {});
    },
    calls: () => calls,
  };
}

Deno.test("attemptTimeoutMs ends an attempt that takes too long, and it is retried with a fresh one", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const records: AttemptRecord[] = [];
  const provider = scriptedProvider(clock, [{ takesMs: 101 }, { takesMs: 500 }, { takesMs: 99 }]);
  const response = await callWithRetry(provider, request, {
    clock,
    attemptTimeoutMs: 100,
    retry: { jitter: "none" },
    onAttempt: (record) => records.push(record),
  });
  assertEquals(response, { text: "Hello" });
  assertEquals(summary(records), ["timeout timeout retry 100", "timeout timeout retry 100", "ok   99"]);
  assertEquals(records[0]?.["llm.error"], "Timed out after 100 ms");
});

Deno.test("attemptTimeoutMs leaves an attempt alone that ends just in time", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const answer = { text: "In time" };
  const provider = scriptedProvider(clock, [{ takesMs: 99.5, answer }]);
  assertStrictEquals(await callWithRetry(provider, request, { clock, attemptTimeoutMs: 100 }), answer);
  assertEquals([clock.now(), clock.pendingTimers], [99.5, 0]);
});

Deno.test("attemptTimeoutMs aborts the attempt's own signal with a TimeoutError, and no other's", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const seenAt: number[] = [];
  const signals: AbortSignal[] = [];
  const provider = {
    name: "demo",
    chat: (_: unknown, { signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      if (signals.length > 1) return "Hello";
      return new Promise<string>((_, reject) =>
        signal.addEventListener("abort", () => {
          seenAt.push(clock.now());
          reject(signal.reason);
        })
      );
    },
  };
  const caller = new AbortController();
  await callWithRetry(provider, {}, { clock, attemptTimeoutMs: 250, signal: caller.signal });
  assertEquals(seenAt, [250]);
  assertEquals(signals.map((signal) => signal.aborted), [true, false]);
  assertEquals((signals[0]?.reason as DOMException).name, "TimeoutError");
  assertEquals(caller.signal.aborted, false);
});

Deno.test("attemptTimeoutMs rejects with its own TimeoutError when no attempt is left", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const provider = deafProvider();
  const tracer = recordingTracer({ clock });
  const options = { clock, tracer, attemptTimeoutMs: 100, retry: { maxRetries: 2, jitter: "none" } } as const;
  const thrown = await assertRejects(() => callWithRetry(provider, request, options), DOMException);
  assertEquals([thrown.name, thrown.message], ["TimeoutError", "Timed out after 100 ms"]);
  assertEquals(summary(attemptsOf(thrown)), [
    "timeout timeout retry 100",
    "timeout timeout retry 100",
    "timeout timeout exhausted 100",
  ]);
  assertEquals([provider.calls(), clock.now(), clock.pendingTimers], [3, 3300, 0]);
});

Deno.test("attemptTimeoutMs is told apart from the caller's own TimeoutError, which is a cancellation", async () => {
  for (const attemptTimeoutMs of [undefined, 5000]) {
    const clock = fakeClock({ autoAdvance: true });
    const tracer = recordingTracer({ clock });
    const { controller, signal, listeners } = countingSignal();
    const reason = new DOMException("The user's own limit", "TimeoutError");
    clock.setTimeout(() => controller.abort(reason), 300);
    const provider = {
      name: "demo",
      chat: (_: unknown, { signal }: { signal: AbortSignal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    };
    const thrown = await assertRejects(() => callWithRetry(provider, {}, { clock, tracer, signal, attemptTimeoutMs }));
    assertStrictEquals(thrown, reason);
    assertEquals(summary(attemptsOf(reason)), ["cancelled cancelled cancelled 300"]);
    assertEquals(tracer.spans.map((span) => span.status), [undefined, undefined]);
    assertEquals([listeners(), clock.pendingTimers], [0, 0]);
  }
});

Deno.test("attemptTimeoutMs takes a provider's late answer or error without a word", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const answer = { text: "Second" };
  const provider = scriptedProvider(clock, [
    { takesMs: 5000, error: new Error("Too late to matter") },
    { takesMs: 5000, answer: { text: "Too late" } },
    { takesMs: 5, answer },
  ]);
  const options = { clock, attemptTimeoutMs: 10, retry: { jitter: "none", baseDelayMs: 1 } } as const;
  assertStrictEquals(await callWithRetry(provider, request, options), answer);
  // What came late would be an unhandled rejection by now.
  await new Promise<void>((resolve) => clock.setTimeout(resolve, 20_000));
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("deadlineMs starts no wait that cannot end in time", async () => {
  // The backoff is 1000 ms: a wait that would end at the deadline leaves no time for an attempt.
  for (const [deadlineMs, attempts] of [[1000, 1], [1030, 1], [1031, 2]] as const) {
    const clock = fakeClock({ autoAdvance: true });
    const tracer = recordingTracer({ clock });
    const errors = [httpError(503), httpError(503)];
    const provider = scriptedProvider(clock, errors.map((error) => ({ takesMs: 30, error })));
    const thrown = await assertRejects(() =>
      callWithRetry(provider, request, { clock, tracer, deadlineMs, retry: { jitter: "none" } })
    );
    if (attempts === 1) {
      assertStrictEquals(thrown, errors[0]);
      assertEquals(summary(attemptsOf(thrown)), ["error server_error deadline 30"]);
      assertEquals(clock.now(), 30);
    }
    assertEquals(provider.contexts.length, attempts, String(deadlineMs));
    assertEquals(tracer.spans[0]?.attributes["llm.retry.decision"], "deadline");
    assertEquals(tracer.spans[0]?.attributes["llm.outcome"], attempts === 1 ? "error" : "timeout");
    assert(clock.now() <= deadlineMs);
  }
});

Deno.test("deadlineMs ends a call whose server asks for a wait beyond it", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const error = httpError(429, { "retry-after": "20" });
  const provider = scriptedProvider(clock, [{ takesMs: 10, error }]);
  const options = { clock, tracer: recordingTracer({ clock }), deadlineMs: 20_000 };
  const thrown = await assertRejects(() => callWithRetry(provider, request, options));
  assertStrictEquals(thrown, error);
  assertEquals(summary(attemptsOf(error)), ["error rate_limited deadline 10"]);
  assertEquals(clock.now(), 10);
});

Deno.test("deadlineMs gives an attempt what is left, and attemptTimeoutMs where that is less", async () => {
  const rows: [attemptTimeoutMs: number | undefined, deadlineMs: number, durations: number[]][] = [
    [100, 1000, [100, 100, 100, 100, 100, 100]],
    [100, 250, [100, 100, 30]],
    [100, 50, [50]],
    [100, 100, [100]],
    [undefined, 400, [400]],
  ];
  for (const [attemptTimeoutMs, deadlineMs, durations] of rows) {
    const clock = fakeClock({ autoAdvance: true });
    const records: AttemptRecord[] = [];
    const options: CallOptions = {
      clock,
      attemptTimeoutMs,
      deadlineMs,
      retry: { jitter: "none", baseDelayMs: 10, maxDelayMs: 10 },
      onAttempt: (record) => records.push(record),
    };
    const thrown = await assertRejects(() => callWithRetry(deafProvider(), request, options), DOMException);
    assertEquals(thrown.name, "TimeoutError");
    assertEquals(records.map((record) => record["llm.duration_ms"]), durations);
    assertEquals(clock.now(), Math.min(deadlineMs, 6 * 100 + 5 * 10));
    assertEquals(clock.pendingTimers, 0);
  }
});

Deno.test("deadlineMs ends an attempt that is still running as `timeout`, decided by the deadline", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const { signal, listeners } = countingSignal();
  const options = { clock, tracer, signal, deadlineMs: 750 };
  const thrown = await assertRejects(() => callWithRetry(deafProvider(), request, options), DOMException);
  assertEquals(summary(attemptsOf(thrown)), ["timeout timeout deadline 750"]);
  assertEquals(tracer.spans.map((span) => [span.name, span.endTime, span.status?.type]), [
    ["chat gpt-5", 750, "timeout"],
    ["llm.call", 750, "timeout"],
  ]);
  assertEquals([listeners(), clock.pendingTimers], [0, 0]);
});

Deno.test("deadlineMs sends nothing more when a timer came so late that it has passed", async () => {
  const clock = fakeClock({ autoAdvance: true });
  let lateMs = 0;
  const suspended = {
    ...clock,
    now: () => clock.now() + lateMs,
    // The machine sleeps through the wait.
    setTimeout: (callback: () => void, ms: number) =>
      clock.setTimeout(() => {
        lateMs = 5000;
        callback();
      }, ms),
  };
  const tracer = recordingTracer({ clock: suspended });
  const error = httpError(503);
  const provider = scriptedProvider(clock, [{ error }, {}]);
  const options: CallOptions = { clock: suspended, tracer, deadlineMs: 2000, retry: { jitter: "none" } };
  assertStrictEquals(await assertRejects(() => callWithRetry(provider, request, options)), error);
  assertEquals(provider.contexts.length, 1);
  assertEquals(tracer.spans[0]?.attributes["llm.retry.decision"], "deadline");
});

Deno.test("deadlineMs sets no timer outside the clock's range when a provider blocks past it", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const { signal, listeners } = countingSignal();
  let blockedMs = 0;
  const asked: number[] = [];
  const blocked = {
    ...clock,
    now: () => clock.now() + blockedMs,
    setTimeout: (callback: () => void, ms: number) => {
      asked.push(ms);
      return clock.setTimeout(callback, ms);
    },
  };
  const provider = {
    name: "demo",
    chat: () => {
      blockedMs += 100;
      return new Promise(() => {});
    },
  };
  const options = { clock: blocked, signal, deadlineMs: 50 };
  const thrown = await assertRejects(() => callWithRetry(provider, request, options));
  assertEquals((thrown as Error).name, "TimeoutError");
  assertEquals(asked.filter((ms) => !(ms >= 0)), []);
  assertEquals([listeners(), clock.pendingTimers], [0, 0]);
});

Deno.test("attemptTimeoutMs and deadlineMs hold past 2^31 ms, and on fractions", async () => {
  for (const ms of [2 ** 30, 2 ** 30 + 1, 2 ** 31, 2 ** 31 + 0.5, 1e10, 0.5, 1.25, Number.MIN_VALUE]) {
    for (const name of ["attemptTimeoutMs", "deadlineMs"] as const) {
      const clock = fakeClock({ autoAdvance: true });
      const options = { clock, [name]: ms, retry: { maxRetries: 0 } };
      const thrown = await assertRejects(() => callWithRetry(deafProvider(), request, options), DOMException);
      assertEquals([thrown.name, clock.now(), clock.pendingTimers], ["TimeoutError", ms, 0], `${name} ${ms}`);
    }
  }
});

Deno.test("attemptTimeoutMs and deadlineMs set no timer where there is no limit, or an infinite one", async () => {
  for (const limits of [{}, { attemptTimeoutMs: Infinity, deadlineMs: Infinity }]) {
    const clock = fakeClock();
    const { controller, signal, listeners } = countingSignal();
    const call = callWithRetry(deafProvider(), request, { clock, signal, ...limits });
    await clock.advance(0);
    assertEquals([clock.pendingTimers, listeners()], [0, 1]);
    controller.abort("enough");
    assertEquals(await assertRejects(() => call), "enough");
    assertEquals(listeners(), 0);
  }
});

Deno.test("attemptTimeoutMs, deadlineMs and signal leave no timer and no listener on any way out", async () => {
  const limits = { attemptTimeoutMs: 100, deadlineMs: 10_000 };
  const ways: [way: string, chat: () => unknown, abortAtMs?: number][] = [
    ["answers", () => Promise.resolve("Hello")],
    ["answers without a promise", () => "Hello"],
    ["answers with a thenable", () => ({ then: (resolve: (value: string) => void) => resolve("Hello") })],
    ["throws", () => {
      throw httpError(400);
    }],
    ["rejects for good", () => Promise.reject(httpError(400))],
    ["rejects until no attempt is left", () => Promise.reject(httpError(503))],
    ["asks for too long a wait", () => Promise.reject(httpError(429, { "retry-after": "3600" }))],
    ["asks for a wait past the deadline", () => Promise.reject(httpError(429, { "retry-after": "30" }))],
    ["times out until no attempt is left", () => new Promise(() => {})],
    ["is aborted in an attempt", () => new Promise(() => {}), 50],
    ["is aborted in a wait", () => Promise.reject(httpError(429, { "retry-after": "5" })), 50],
    ["is aborted just as it times out", () => new Promise(() => {}), 100],
  ];
  for (const [way, chat, abortAtMs] of ways) {
    const clock = fakeClock({ autoAdvance: true });
    const { controller, signal, listeners } = countingSignal();
    const abortion = abortAtMs === undefined ? undefined : clock.setTimeout(() => controller.abort("stop"), abortAtMs);
    const options = { clock, signal, ...limits, retry: { maxRetries: 3, jitter: "none", baseDelayMs: 10 } } as const;
    await callWithRetry({ name: "demo", chat }, request, options).catch(() => {});
    if (abortAtMs !== undefined) assertEquals(clock.now(), abortAtMs, way);
    clock.clearTimeout(abortion);
    assertEquals([clock.pendingTimers, listeners()], [0, 0], way);
  }
});

Deno.test("signal aborted while a call is being prepared keeps the provider from being called", async () => {
  const controller = new AbortController();
  const tracer = recordingTracer();
  const aborting = {
    startSpan: (...args: Parameters<typeof tracer.startSpan>) => {
      controller.abort("stop");
      return tracer.startSpan(...args);
    },
  };
  const provider = scriptedProvider(fakeClock(), [{}]);
  const call = callWithRetry(provider, request, { tracer: aborting, signal: controller.signal });
  assertEquals(await assertRejects(() => call), "stop");
  assertEquals(provider.contexts.length, 0);
  assertEquals(tracer.spans.map((span) => span.endCount), tracer.spans.map(() => 1));
});

Deno.test("signal aborted at the instant at which a wait ends keeps the provider from being called", async () => {
  const { controller, signal, listeners } = countingSignal();
  const timers: (() => void)[] = [];
  const clock = { ...fakeClock(), setTimeout: (callback: () => void) => timers.push(callback), clearTimeout() {} };
  const provider = scriptedProvider(clock, [{ error: httpError(503) }, {}]);
  const call = callWithRetry(provider, request, { clock, signal });
  call.catch(() => {});
  while (timers.length === 0) await Promise.resolve();
  timers[0]!();
  controller.abort("stop");
  assertEquals(await assertRejects(() => call), "stop");
  assertEquals([provider.contexts.length, listeners()], [1, 0]);
});

// --- retry.classify and retry.jitter: the caller's own functions ---

const unknown = (): Error => new Error("The model is having tea");
const tea: Classification = { errorType: "tea", retryable: true, reason: "tea", scope: "model" };

Deno.test("retry.classify comes before the built-in classifier, or behind it, or changes what it says", async () => {
  const rows: [name: string, classify: NonNullable<CallOptions["retry"]>["classify"], error: Error, type: string][] = [
    ["before", () => ({ ...tea, status: 418, requestId: "req_tea" }), unknown(), "tea"],
    [
      "before, for some errors only",
      (error) => /tea/.test((error as Error).message) ? tea : undefined,
      unknown(),
      "tea",
    ],
    ["before, for other errors", () => undefined, httpError(503), "server_error"],
    ["behind", (error, builtIn) => builtIn(error).status ? builtIn(error) : tea, httpError(503), "server_error"],
    ["behind, for what is unknown", (error, builtIn) => builtIn(error).status ? undefined : tea, unknown(), "tea"],
    ["changing it", (error, builtIn) => ({ ...builtIn(error), retryable: true }), httpError(400), "invalid_request"],
  ];
  for (const [name, classify, error, type] of rows) {
    const clock = fakeClock({ autoAdvance: true });
    const records: AttemptRecord[] = [];
    const onAttempt = (record: AttemptRecord) => records.push(record);
    const provider = scriptedProvider(clock, [{ error }]);
    await callWithRetry(provider, request, { clock, retry: { classify }, onAttempt });
    assertEquals(records.map((record) => record["error.type"]), [type, undefined], name);
    if (name === "before") {
      assertEquals([records[0]?.["http.response.status_code"], records[0]?.["llm.request_id"]], [418, "req_tea"]);
    }
  }
});

Deno.test("retry.classify can end a call, and ask for a wait that is not undercut", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const error = httpError(503);
  const never = { ...tea, retryable: false };
  const ended = callWithRetry(scriptedProvider(clock, [{ error }]), request, {
    clock,
    retry: { classify: () => never },
  });
  assertStrictEquals(await assertRejects(() => ended), error);
  assertEquals([attemptsOf(error)[0]?.["error.type"], clock.now()], ["tea", 0]);

  const classify = () => ({ ...tea, retryAfterMs: 7000, retryAfterSource: "menu" });
  const records: AttemptRecord[] = [];
  await callWithRetry(scriptedProvider(clock, [{ error }]), request, {
    clock,
    retry: { classify, jitter: "none" },
    onAttempt: (record) => records.push(record),
  });
  assertEquals([records[0]?.["llm.retry.delay_ms"], records[0]?.["llm.retry.delay_source"]], [7000, "menu"]);
  assertEquals(clock.now(), 7000);
});

Deno.test("retry.classify that throws, or says what is no classification, is passed over", async () => {
  const answers: (() => unknown)[] = [
    () => {
      throw new Error("own bug");
    },
    () => null,
    () => "retry",
    () => ({}),
    () => ({ errorType: 7, retryable: true }),
    () => ({ errorType: "", retryable: true }),
    () => Promise.resolve(tea),
    () => Promise.reject(new Error("own bug")),
    () => ({
      get errorType() {
        throw new Error("own bug");
      },
    }),
  ];
  for (const answer of answers) {
    const clock = fakeClock({ autoAdvance: true });
    const error = httpError(400);
    const classify = answer as () => Classification;
    const call = callWithRetry(scriptedProvider(clock, [{ error }]), request, { clock, retry: { classify } });
    assertStrictEquals(await assertRejects(() => call), error);
    assertEquals(attemptsOf(error)[0]?.["error.type"], "invalid_request", String(answer));
  }
});

Deno.test("retry.classify never fails the call, whatever its numbers are", async () => {
  for (const retryAfterMs of [NaN, -1, -Infinity, 0.5, "7", "x", null, 5n, {}, Symbol("ms")]) {
    const clock = fakeClock({ autoAdvance: true });
    const tracer = recordingTracer({ clock });
    const classify = () => ({ ...tea, retryAfterMs }) as Classification;
    const provider = scriptedProvider(clock, [{ error: unknown() }, {}]);
    await callWithRetry(provider, request, { clock, tracer, retry: { classify } });
    assertEquals(tracer.spans.map((span) => span.endCount), [1, 1, 1], String(retryAfterMs));
    assertEquals(tracer.misuses, []);
    assert(clock.now() <= 1000, String(retryAfterMs));
  }
});

Deno.test("retry.classify puts nothing of the wrong type on a span", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const odd = { ...tea, status: "503", requestId: 7, retryAfterMs: 5000, retryAfterSource: {} };
  const provider = scriptedProvider(clock, [{ error: unknown() }, {}]);
  await callWithRetry(provider, request, {
    clock,
    tracer,
    retry: { classify: () => odd as unknown as Classification },
  });
  const { attributes } = tracer.named("llm.call")[0]!;
  assertEquals(attributes["error.type"], "tea");
  for (const name of ["http.response.status_code", "llm.request_id", "llm.retry.delay_source"]) {
    assertEquals(attributes[name], undefined, name);
  }
});

Deno.test("A server's date is measured against the call's own clock, and times are whole milliseconds", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const headers = { "retry-after": new Date(clock.date() + 20_000).toUTCString() };
  const steps = [{ takesMs: 0.6, error: httpError(503, headers) }, { takesMs: 0.6 }];
  const options = { clock, tracer, retry: { jitter: "none" } } as const;
  await callWithRetry(scriptedProvider(clock, steps), request, options);
  const attempts = tracer.named("llm.call").map(({ attributes }) => attributes);
  assertEquals(attempts[0]?.["llm.retry.delay_ms"], 20_000);
  assertEquals(attempts.map((attributes) => attributes["llm.duration_ms"]), [1, 1]);
});

Deno.test("retry.jitter may be a function of the ceiling and the attempt", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const asked: [number, number][] = [];
  const jitter = (ceilingMs: number, attempt: number) => {
    asked.push([ceilingMs, attempt]);
    return ceilingMs / 4 + attempt;
  };
  const records: AttemptRecord[] = [];
  const provider = scriptedProvider(clock, Array.from({ length: 4 }, () => ({ error: httpError(503) })));
  const retry = { jitter, baseDelayMs: 100, maxDelayMs: 300 };
  await callWithRetry(provider, request, { clock, retry, onAttempt: (record) => records.push(record) });
  assertEquals(asked, [[100, 0], [200, 1], [300, 2], [300, 3]]);
  assertEquals(records.map((record) => record["llm.retry.delay_ms"]), [25, 51, 77, 78, undefined]);
});

Deno.test("retry.jitter does not undercut the server", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const provider = scriptedProvider(clock, [{ error: httpError(429, { "retry-after": "3" }) }]);
  await callWithRetry(provider, request, { clock, random: () => 0, retry: { jitter: () => 0 } });
  assertEquals(clock.now(), 3000);
});

Deno.test("retry.jitter that answers nonsense or throws waits the whole backoff", async () => {
  const answers: (() => unknown)[] = [
    () => NaN,
    () => -1,
    () => Infinity,
    () => -Infinity,
    () => undefined,
    () => 5n,
    () => ({}),
    () => Promise.resolve(5),
    () => {
      throw new Error("own bug");
    },
  ];
  for (const answer of answers) {
    const clock = fakeClock({ autoAdvance: true });
    const tracer = recordingTracer({ clock });
    const provider = scriptedProvider(clock, [{ error: httpError(503) }]);
    const retry = { jitter: answer as () => number, baseDelayMs: 800 };
    await callWithRetry(provider, request, { clock, tracer, retry });
    assertEquals(clock.now(), 800, String(answer));
    assertEquals(tracer.spans.map((span) => span.endCount), [1, 1, 1]);
  }
});

Deno.test("random that answers nonsense or throws is passed over", async () => {
  const answers: (() => unknown)[] = [
    () => NaN,
    () => -0.1,
    () => 1,
    () => "x",
    () => 0n,
    () => {
      throw new Error("own bug");
    },
  ];
  for (const answer of answers) {
    const clock = fakeClock({ autoAdvance: true });
    const provider = scriptedProvider(clock, [{ error: httpError(503) }]);
    await callWithRetry(provider, request, { clock, random: answer as () => number });
    assert(clock.now() <= 1000, String(answer));
  }
});

/** A signal that counts how often listeners were added and taken away. */
function countedSignal(): { signal: AbortSignal; added: () => number; removed: () => number } {
  const { signal } = new AbortController();
  let [added, removed] = [0, 0];
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    added++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    removed++;
    removeEventListener.apply(signal, args);
  };
  return { signal, added: () => added, removed: () => removed };
}

Deno.test("Every listener is taken away once, also of attempts that were ended", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const { signal, added, removed } = countedSignal();
  const provider = scriptedProvider(clock, [{ takesMs: 100 }, { takesMs: 100 }, { takesMs: 10 }]);
  await callWithRetry(provider, request, { clock, signal, attemptTimeoutMs: 50 });
  // Of three attempts and two waits.
  assertEquals([added(), removed()], [5, 5]);
});

Deno.test("An attempt that settles at once needs no listener and no timer", async () => {
  let timers = 0;
  const clock = { ...fakeClock(), setTimeout: () => timers++ };
  const { signal, added, removed } = countedSignal();
  const provider = { name: "demo", chat: () => Promise.resolve({}) };
  await callWithRetry(provider, request, { clock, signal, attemptTimeoutMs: 50 });
  assertEquals([added(), removed(), timers], [0, 0, 0]);
});

import { assert, assertEquals, assertRejects, assertStrictEquals, assertStringIncludes } from "@std/assert";
import {
  type Admission,
  type AttemptRecord,
  attemptsOf,
  callWithRetry,
  type Clock,
  type Gate,
  type GateAttempt,
  type GateResult,
  RefusedError,
} from "../../mod.ts";
import { circuitBreaker } from "../../src/circuit_breaker.ts";
import { retryBudget } from "../../src/retry_budget.ts";
import { fakeClock, recordingTracer } from "../../src/testing.ts";
import { attemptOn, failedWith } from "../support/gate_attempt.ts";
import { countingSignal, httpError, request, scriptedProvider } from "../support/scripted_provider.ts";

/** A gate that remembers what it was asked and told, and answers what it is given. */
function spyGate(answer: (attempt: GateAttempt, asked: number) => Admission | PromiseLike<Admission> = () => {}) {
  const asked: GateAttempt[] = [];
  const told: { attempt: GateAttempt; result: GateResult }[] = [];
  return {
    name: "spy",
    asked,
    told,
    outcomes: () => told.map(({ result }) => result.outcome),
    before(attempt: GateAttempt) {
      asked.push(attempt);
      return answer(attempt, asked.length);
    },
    after(attempt: GateAttempt, result: GateResult) {
      told.push({ attempt, result });
    },
  } satisfies Gate & Record<string, unknown>;
}

/** A gate that answers what no gate may. */
const odd = (gate: { before?: () => unknown; after?: () => unknown }): Gate => ({ name: "odd", ...gate }) as never;

const sleep = (clock: Clock, ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, ms));

Deno.test("Gate is asked before and told after each attempt, of which one object stands for each", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const gate = spyGate();
  const error = httpError(503);
  const provider = scriptedProvider(clock, [{ takesMs: 10, error }, { takesMs: 10 }]);
  await callWithRetry(provider, request, { clock, gates: [gate], retry: { jitter: "none" } });

  const [first, second] = gate.asked;
  assertEquals(gate.asked.length, 2);
  assertEquals([first?.provider, first?.model, first?.attempt], ["openai", "gpt-5", 0]);
  assertEquals([second?.provider, second?.model, second?.attempt], ["openai", "gpt-5", 1]);
  assertEquals(second?.now(), clock.now());
  assertStrictEquals(first?.call, second?.call);
  assertStrictEquals(gate.told[0]?.attempt, first);
  assertStrictEquals(gate.told[1]?.attempt, second);

  const [failed, succeeded] = gate.told.map(({ result }) => result);
  assertEquals([failed?.outcome, failed?.retryInMs, failed?.failure?.errorType], ["error", 1000, "server_error"]);
  assertStrictEquals(failed?.error, error);
  assertEquals([succeeded?.outcome, succeeded?.retryInMs, succeeded?.failure, succeeded?.error], [
    "ok",
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("Gate sees another call object for every call", async () => {
  const gate = spyGate();
  for (let call = 0; call < 2; call++) await callWithRetry({ name: "demo", chat: () => 1 }, request, { gates: [gate] });
  assert(gate.asked[0]?.call !== gate.asked[1]?.call);
});

Deno.test("Gate is told that no retry follows, where none does", async () => {
  const clock = fakeClock({ autoAdvance: true });
  for (const [error, retry] of [[httpError(400), {}], [httpError(500), { maxRetries: 0 }]] as const) {
    const gate = spyGate();
    await assertRejects(() =>
      callWithRetry(scriptedProvider(clock, [{ error }]), request, { clock, gates: [gate], retry })
    );
    assertEquals(gate.told.length, 1);
    assertEquals(gate.told[0]?.result.retryInMs, undefined);
  }
});

Deno.test("Gate is told of a timeout, and of a cancellation, as what it is", async () => {
  const clock = fakeClock();
  const gate = spyGate();
  const { controller, signal, listeners } = countingSignal();
  const provider = scriptedProvider(clock, [{ takesMs: 5000 }, { takesMs: 5000 }]);
  const options = { clock, signal, gates: [gate], attemptTimeoutMs: 1000, retry: { baseDelayMs: 0 } };
  const call = callWithRetry(provider, request, options);
  await clock.advance(1500);
  controller.abort("enough");
  assertEquals(await assertRejects(() => call), "enough");
  assertEquals(gate.outcomes(), ["timeout", "cancelled"]);
  assertEquals(gate.told[0]?.result.failure?.errorType, "timeout");
  assertEquals(gate.told[1]?.result.failure, undefined);
  assertEquals(listeners(), 0);
});

Deno.test("Gate keeps an attempt waiting, and asks it again afterwards", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const records: AttemptRecord[] = [];
  const gate = spyGate((_, asked) => asked < 3 ? { waitMs: 250 } : undefined);
  const provider = scriptedProvider(clock, [{ takesMs: 30 }]);
  const onAttempt = (record: AttemptRecord) => records.push(record);
  await callWithRetry(provider, request, { clock, tracer, gates: [gate], onAttempt });
  const [span] = tracer.named("llm.call");
  assertEquals(span?.startAttributes["llm.queue_ms"], 500);
  assertEquals([span?.startTime, span?.endTime], [500, 530]);
  assertEquals(span?.attributes["llm.duration_ms"], 30);
  assertEquals(records.map((record) => record["llm.queue_ms"]), [500]);
  assertEquals([tracer.spans[0]?.startTime, tracer.spans[0]?.attributes["llm.backoff_ms"]], [0, 0]);
  assertEquals(new Set(gate.asked).size, 1, "the same object all the way");
  assertEquals(gate.outcomes(), ["ok"]);
});

Deno.test("Gate may take its time with an answer", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const gate = spyGate(async (_, asked) => {
    await sleep(clock, 100);
    return asked === 1 ? { waitMs: 50 } : undefined;
  });
  await callWithRetry(scriptedProvider(clock, [{}]), request, { clock, tracer, gates: [gate] });
  assertEquals(tracer.named("llm.call")[0]?.startAttributes["llm.queue_ms"], 250);
  assertEquals(gate.outcomes(), ["ok"]);
});

Deno.test("Gate leaves no trace on a span that did not wait", async () => {
  const clock = fakeClock();
  const tracer = recordingTracer({ clock });
  await callWithRetry(scriptedProvider(clock, [{}]), request, { clock, tracer, gates: [spyGate()] });
  assertEquals("llm.queue_ms" in tracer.named("llm.call")[0]!.attributes, false);
});

Deno.test("Gate refuses a first attempt with a RefusedError, and the provider is not called", async () => {
  const clock = fakeClock();
  const tracer = recordingTracer({ clock });
  const cause = httpError(503);
  for (const answer of [() => ({ refuse: "closed", cause }), () => Promise.resolve({ refuse: "closed", cause })]) {
    tracer.reset();
    const provider = scriptedProvider(clock, []);
    const gate = spyGate(answer);
    const call = callWithRetry(provider, request, { clock, tracer, gates: [gate] });
    const error = await assertRejects(() => call, RefusedError);
    assertEquals([error.name, error.code, error.gate], ["RefusedError", "ERR_REFUSED", "spy"]);
    assertStringIncludes(error.message, "closed");
    assertStrictEquals(error.cause, cause);
    assertEquals(provider.contexts.length, 0);
    assertEquals(gate.told.length, 0, "who refuses is not told");
    assertEquals(attemptsOf(error), []);
    const [operation, ...attempts] = tracer.spans;
    assertEquals(attempts.length, 0);
    assertEquals(operation?.attributes["llm.attempts"], 0);
    assertEquals(operation?.attributes["llm.retry.decision"], "refused");
    assertEquals(operation?.attributes["llm.retry.gate"], "spy");
    assertEquals([operation?.attributes["llm.outcome"], operation?.attributes["error.type"]], ["error", "refused"]);
    assertEquals(operation?.status?.type, "refused");
    assertEquals(operation?.endCount, 1);
  }
});

Deno.test("Gate that refuses a later attempt makes way for the provider's own error", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const error = httpError(503);
  const provider = scriptedProvider(clock, [{ error }]);
  const gate = spyGate(({ attempt }) => attempt > 0 ? { refuse: "closed" } : undefined);
  const call = callWithRetry(provider, request, { clock, tracer, gates: [gate] });
  assertStrictEquals(await assertRejects(() => call), error);
  assertEquals(provider.contexts.length, 1);
  assertEquals(attemptsOf(error)?.length, 1);
  assertEquals(tracer.spans[0]?.attributes["llm.attempts"], 1);
  assertEquals(tracer.spans[0]?.attributes["llm.retry.gate"], "spy");
});

Deno.test("Gate calls a planned retry off, and the failure surfaces at once", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const error = httpError(503);
  const gates: Gate[] = [
    { name: "mild", after: () => {} },
    { name: "strict", after: () => ({ refuse: "no more" }) },
    { name: "stricter", after: () => ({ refuse: "no more" }) },
  ];
  const provider = scriptedProvider(clock, [{ takesMs: 10, error }]);
  assertStrictEquals(await assertRejects(() => callWithRetry(provider, request, { clock, tracer, gates })), error);
  assertEquals(clock.now(), 10);
  const { attributes } = tracer.named("llm.call")[0]!;
  assertEquals([attributes["llm.retry.decision"], attributes["llm.retry.gate"]], ["refused", "strict"]);
  assertEquals([attributes["llm.retry.delay_ms"], attributes["llm.retry.delay_source"]], [undefined, undefined]);
  assertEquals(attributes["error.type"], "server_error");
  assertEquals(attemptsOf(error)?.map((record) => record["llm.retry.gate"]), ["strict"]);
});

Deno.test("Gate whose name is empty calls a planned retry off like any other", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const provider = scriptedProvider(clock, [{ error: httpError(503) }]);
  const gates: Gate[] = [{ name: "", after: () => ({ refuse: "no more" }) }];
  await assertRejects(() => callWithRetry(provider, request, { clock, gates }));
  assertEquals(provider.contexts.length, 1);
});

Deno.test("Gate does not change a decision where no retry was planned", async () => {
  const clock = fakeClock();
  const tracer = recordingTracer({ clock });
  const gates: Gate[] = [{ name: "strict", after: () => ({ refuse: "no more" }) }];
  const provider = scriptedProvider(clock, [{ error: httpError(400) }]);
  await assertRejects(() => callWithRetry(provider, request, { clock, tracer, gates }));
  assertEquals(tracer.named("llm.call")[0]?.attributes["llm.retry.decision"], "not_retryable");
});

Deno.test("Gates are asked in order, and those that let pass before another refused are told once", async () => {
  const clock = fakeClock();
  const order: string[] = [];
  const named = (name: string, answer?: Admission) => {
    const gate = spyGate(() => {
      order.push(name);
      return answer;
    });
    return Object.assign(gate, { name });
  };
  const gates = [named("first"), named("second"), named("third", { refuse: "closed" }), named("fourth")];
  const call = callWithRetry(scriptedProvider(clock, []), request, { clock, gates });
  assertEquals((await assertRejects(() => call, RefusedError)).gate, "third");
  await clock.advance(0);
  assertEquals(order, ["first", "second", "third"]);
  assertEquals(gates.map((gate) => gate.outcomes()), [["cancelled"], ["cancelled"], [], []]);
  assertStrictEquals(gates[0]?.told[0]?.attempt, gates[0]?.asked[0]);
});

Deno.test("Gate that writes into what it is told does so for itself alone", async () => {
  const clock = fakeClock();
  const vandal = odd({ after: (...told: { outcome: string }[]) => told[1]!.outcome = "vandalized" } as never);
  const shut = spyGate(() => ({ refuse: "closed" }));
  const spy = spyGate();
  for (const gate of [vandal, spy]) {
    const call = callWithRetry(scriptedProvider(clock, []), request, { clock, gates: [gate, shut] });
    await assertRejects(() => call, RefusedError);
  }
  assertEquals(spy.outcomes(), ["cancelled"]);
  const error = httpError(400);
  const thief = odd({ after: (...told: { error: unknown }[]) => told[1]!.error = new Error("other") } as never);
  const watching = { clock, gates: [thief, spy] };
  const thrown = await assertRejects(() => callWithRetry(scriptedProvider(clock, [{ error }]), request, watching));
  assertStrictEquals(thrown, error);
  assertStrictEquals(spy.told.at(-1)?.result.error, error);
});

Deno.test("Gate that opens after the deadline ends the call at once", async () => {
  const clock = fakeClock();
  await clock.advance(700);
  const tracer = recordingTracer({ clock });
  const [open, shut] = [spyGate(), spyGate(() => ({ waitMs: 5000 }))];
  const provider = scriptedProvider(clock, []);
  const options = { clock, tracer, gates: [open, shut], deadlineMs: 5000 };
  const error = await assertRejects(() => callWithRetry(provider, request, options), DOMException);
  assertEquals(error.name, "TimeoutError");
  assertEquals([clock.now(), clock.pendingTimers, provider.contexts.length], [700, 0, 0]);
  assertEquals([open.outcomes(), shut.outcomes()], [["cancelled"], []]);
  assertEquals(tracer.spans.length, 1);
  const { attributes, status } = tracer.spans[0]!;
  assertEquals(attributes["llm.retry.decision"], "deadline");
  assertEquals([attributes["llm.outcome"], attributes["error.type"], status?.type], ["timeout", "timeout", "timeout"]);
});

Deno.test("Gate that never opens ends the call without a deadline at once too", async () => {
  const clock = fakeClock();
  const gates = [spyGate(() => ({ waitMs: Infinity }))];
  const call = callWithRetry(scriptedProvider(clock, []), request, { clock, gates });
  await assertRejects(() => call, DOMException);
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("Gate that has not answered at the deadline is told that it let pass too late", async () => {
  const clock = fakeClock();
  await clock.advance(700);
  let letPass = () => {};
  const slow = spyGate(() => new Promise<void>((resolve) => letPass = resolve));
  const open = spyGate();
  const provider = scriptedProvider(clock, []);
  const call = callWithRetry(provider, request, { clock, gates: [open, slow], deadlineMs: 1000 });
  const outcome = assertRejects(() => call, DOMException);
  await clock.advance(1000);
  assertEquals((await outcome).name, "TimeoutError");
  assertEquals([open.outcomes(), slow.outcomes()], [["cancelled"], []]);
  letPass();
  await clock.advance(0);
  assertEquals([open.outcomes(), slow.outcomes()], [["cancelled"], ["cancelled"]]);
  assertStrictEquals(slow.told[0]?.attempt, slow.asked[0]);
  assertEquals([provider.contexts.length, clock.pendingTimers], [0, 0]);
});

Deno.test("Gate that refuses a retry by the deadline makes way for the provider's own error", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const error = httpError(503);
  const gates = [spyGate(({ attempt }) => attempt > 0 ? { waitMs: 60_000 } : undefined)];
  const tracer = recordingTracer({ clock });
  const options = { clock, tracer, gates, deadlineMs: 5000, retry: { jitter: "none" as const } };
  const call = callWithRetry(scriptedProvider(clock, [{ error }]), request, options);
  assertStrictEquals(await assertRejects(() => call), error);
  assertEquals(clock.now(), 1000);
  const { attributes } = tracer.spans[0]!;
  assertEquals([attributes["llm.outcome"], attributes["error.type"]], ["error", "server_error"]);
  assertEquals(attributes["llm.retry.decision"], "deadline");
});

Deno.test("Gate is told that an attempt was cancelled that could not start by the deadline", async () => {
  const clock = fakeClock();
  let lateMs = 0;
  const now = () => clock.now() + lateMs;
  const busy = spyGate(() => {
    lateMs = 5000;
  });
  const provider = scriptedProvider(clock, []);
  const options = { clock: { ...clock, now }, gates: [busy], deadlineMs: 5000 };
  await assertRejects(() => callWithRetry(provider, request, options), DOMException);
  await clock.advance(0);
  assertEquals([busy.outcomes(), provider.contexts.length, clock.pendingTimers], [["cancelled"], 0, 0]);
});

Deno.test("Gate leaves the rest of the deadline to the attempt", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const gates = [spyGate((_, asked) => asked === 1 ? { waitMs: 700 } : undefined)];
  const provider = scriptedProvider(clock, [{ takesMs: 5000 }]);
  const call = callWithRetry(provider, request, { clock, gates, deadlineMs: 1000 });
  const settledAt = call.catch(() => clock.now());
  assertEquals(await settledAt, 1000);
});

Deno.test("Abort ends a wait at a gate at once, with its own reason, and leaves nothing", async () => {
  const reason = { why: "enough" };
  let letPass = () => {};
  const answers: ((attempt: GateAttempt) => Admission | Promise<void>)[] = [
    () => ({ waitMs: 60_000 }),
    () => new Promise<void>((resolve) => letPass = resolve),
  ];
  for (const answer of answers) {
    const clock = fakeClock();
    const tracer = recordingTracer({ clock });
    const { controller, signal, listeners } = countingSignal();
    const [open, shut, behind] = [spyGate(), spyGate(answer), spyGate()];
    const provider = scriptedProvider(clock, []);
    const options = { clock, tracer, signal, gates: [open, shut, behind], deadlineMs: 3_600_000 };
    const call = callWithRetry(provider, request, options);
    const outcome = assertRejects(() => call);
    await clock.advance(1000);
    assertEquals([listeners(), open.told.length], [1, 0]);
    controller.abort(reason);
    assertStrictEquals(await outcome, reason);
    assertEquals([clock.now(), clock.pendingTimers, listeners()], [1000, 0, 0]);
    assertEquals([open.outcomes(), shut.outcomes(), behind.asked.length], [["cancelled"], [], 0]);
    assertEquals(tracer.spans.length, 1);
    assertEquals([tracer.spans[0]?.attributes["llm.outcome"], tracer.spans[0]?.status], ["cancelled", undefined]);
    letPass();
    await clock.advance(0);
    assertEquals(open.outcomes(), ["cancelled"]);
    assertEquals(provider.contexts.length, 0);
  }
});

Deno.test("Abort at any instant leaves no gate that let pass untold, and none told twice", async () => {
  for (let instant = 0; instant < 40; instant++) {
    const clock = fakeClock();
    const controller = new AbortController();
    const { signal } = controller;
    let turns = 0;
    const abortLater = async () => {
      while (turns++ < instant) await undefined;
      controller.abort("enough");
    };
    const gates = [
      spyGate(() => {
        abortLater();
      }),
      spyGate(() => Promise.resolve()),
    ];
    const provider = scriptedProvider(clock, [{ takesMs: 1000 }]);
    const call = callWithRetry(provider, request, { clock, signal, gates });
    assertEquals(await assertRejects(() => call), "enough");
    await clock.advance(0);
    const passed = gates.filter(({ asked }) => asked.length > 0);
    for (const gate of passed) assertEquals(gate.outcomes(), ["cancelled"], `after ${instant} turns`);
  }
});

Deno.test("Gate that refuses, fails or asks to wait after the call is over changes nothing", async () => {
  const late: ((settle: { resolve: (answer: Admission) => void; reject: (error: unknown) => void }) => void)[] = [
    ({ resolve }) => resolve({ refuse: "closed" }),
    ({ resolve }) => resolve({ waitMs: 10 }),
    ({ reject }) => reject(new Error("too late")),
  ];
  for (const settle of late) {
    const clock = fakeClock();
    let answerNow = () => {};
    const gate = spyGate(() => new Promise((resolve, reject) => answerNow = () => settle({ resolve, reject })));
    const controller = new AbortController();
    const { signal } = controller;
    const call = callWithRetry(scriptedProvider(clock, []), request, { clock, signal, gates: [gate] });
    controller.abort("enough");
    assertEquals(await assertRejects(() => call), "enough");
    answerNow();
    await clock.advance(0);
    assertEquals([gate.asked.length, clock.pendingTimers], [1, 0]);
  }
});

for (
  const [what, before] of Object.entries<() => unknown>({
    "throws": () => {
      throw new Error("broken");
    },
    "throws nothing": () => {
      throw undefined;
    },
    "rejects": () => Promise.reject(new Error("broken")),
    "returns a thenable that throws": () => ({
      then() {
        throw new Error("broken");
      },
    }),
    "returns true": () => true,
    "returns false": () => false,
    "returns a number": () => 5,
    "returns a string": () => "no",
    "returns null": () => null,
    "returns an empty object": () => ({}),
    "returns an array": () => [],
    "returns a function": () => () => {},
    "resolves with true": () => Promise.resolve(true),
    "refuses without a word": () => ({ refuse: undefined }),
    "wants to wait 0 ms": () => ({ waitMs: 0 }),
    "wants to wait -1 ms": () => ({ waitMs: -1 }),
    "wants to wait 5n ms": () => ({ waitMs: 5n }),
    "wants to wait NaN ms": () => ({ waitMs: NaN }),
    "wants to wait for ever so long": () => ({ waitMs: "long" }),
    "returns a proxy that throws": () =>
      new Proxy({}, {
        get(_, name) {
          if (name === "then") return undefined;
          throw new Error("trap");
        },
        has() {
          throw new Error("trap");
        },
      }),
  })
) {
  Deno.test(`Gate lets pass when before() ${what}`, async () => {
    const clock = fakeClock();
    const provider = scriptedProvider(clock, [{}]);
    let told = 0;
    const after = () => void told++;
    await callWithRetry(provider, request, { clock, gates: [odd({ before, after })] });
    assertEquals([provider.contexts.length, told, clock.pendingTimers], [1, 1, 0]);
  });
}

for (
  const [what, after] of Object.entries<() => unknown>({
    "throws": () => {
      throw new Error("broken");
    },
    "rejects": () => Promise.reject(new Error("broken")),
    "resolves with nothing": () => Promise.resolve(),
    "returns true": () => true,
    "returns a number": () => 5,
    "returns a string": () => "no",
    "returns null": () => null,
    "returns an empty object": () => ({}),
  })
) {
  Deno.test(`Gate calls no retry off when after() ${what}`, async () => {
    const clock = fakeClock({ autoAdvance: true });
    const provider = scriptedProvider(clock, [{ error: httpError(503) }, {}]);
    const behind = spyGate();
    await callWithRetry(provider, request, { clock, gates: [odd({ after }), behind] });
    assertEquals(provider.contexts.length, 2);
    assertEquals(behind.outcomes(), ["error", "ok"]);
  });
}

Deno.test("Gate without before() and after() does nothing", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const provider = scriptedProvider(clock, [{ error: httpError(503) }, {}]);
  await callWithRetry(provider, request, { clock, gates: [{ name: "idle" }] });
  assertEquals(provider.contexts.length, 2);
});

Deno.test("Gate whose methods are getters that throw does nothing", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const trap = () => {
    throw new Error("trap");
  };
  const gate = Object.defineProperties({ name: "trap" }, { before: { get: trap }, after: { get: trap } }) as Gate;
  const provider = scriptedProvider(clock, [{ error: httpError(503) }, {}]);
  await callWithRetry(provider, request, { clock, gates: [gate] });
  assertEquals(provider.contexts.length, 2);
});

Deno.test("Gates tell each of 1,000 concurrent calls apart, and each is told exactly once", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const gate = spyGate(({ attempt }) => attempt === 1 ? { refuse: "one retry is too many" } : undefined);
  const provider = {
    name: "openai",
    async chat() {
      await sleep(clock, 10);
      throw httpError(503);
    },
  };
  const calls = Array.from({ length: 1000 }, () => callWithRetry(provider, request, { clock, gates: [gate] }));
  for (const { status } of await Promise.allSettled(calls)) assertEquals(status, "rejected");
  assertEquals(gate.asked.length, 2000);
  assertEquals(gate.told.length, 1000);
  assertEquals(new Set(gate.told.map(({ attempt }) => attempt)).size, 1000);
  assertEquals(new Set(gate.asked.map(({ call }) => call)).size, 1000);
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("Gates behind one that calls a retry off are told that none follows", async () => {
  const clock = fakeClock();
  const budget = retryBudget({ capacity: 5, costPerRetry: 5 });
  const last = spyGate();
  const gates = [circuitBreaker({ failures: 1 }), budget, last];
  await assertRejects(() =>
    callWithRetry(scriptedProvider(clock, [{ error: httpError(503) }]), request, { clock, gates })
  );
  assertEquals(budget.after!(attemptOn(clock), failedWith(httpError(503), 1000)), undefined, "nothing was charged");
  const { outcome, failure, retryInMs } = last.told[0]!.result;
  assertEquals([outcome, failure?.status, retryInMs], ["error", 503, undefined]);
});

Deno.test("callWithRetry() ends as its last attempt did when a gate refuses the next one", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const error = httpError(503, {}, "down");
  const once = spyGate((_, asked) => asked > 1 ? { refuse: "one is enough" } : undefined);
  const call = callWithRetry(scriptedProvider(clock, [{ error }]), request, { clock, tracer, gates: [once] });
  assertStrictEquals(await assertRejects(() => call), error);
  const { attributes, status } = tracer.spans[0]!;
  assertEquals(status, { type: "server_error", message: "down" });
  assertEquals(
    ["error.type", "llm.retry.decision", "llm.retry.gate", "llm.attempts"].map((name) => attributes[name]),
    ["server_error", "refused", "spy", 1],
  );
});

import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { callWithRetry, type Gate, type GateAttempt, RefusedError } from "../../mod.ts";
import { circuitBreaker, type CircuitBreakerOptions, type CircuitChange } from "../../src/circuit_breaker.ts";
import { type FakeClock, fakeClock, recordingTracer } from "../../src/testing.ts";
import { attemptOn, failedWith, withKeyCount } from "../support/gate_attempt.ts";
import { httpError, request, scriptedProvider } from "../support/scripted_provider.ts";

const TARGET = { provider: "openai", model: "gpt-5" };
const OK = { outcome: "ok" } as const;
const FAILED = failedWith(httpError(500));

/** Lets an attempt fail. */
function fail(gate: Gate, clock: FakeClock, error: unknown = httpError(500)): void {
  const attempt = attemptOn(clock);
  assertEquals(gate.before!(attempt), undefined);
  gate.after!(attempt, failedWith(error));
}

/** A breaker after a run of failures. */
function opened(clock: FakeClock, options: CircuitBreakerOptions = {}, error: unknown = httpError(500)) {
  const breaker = circuitBreaker({ failures: 3, openMs: 10_000, ...options });
  for (let failure = 0; failure < 3; failure++) fail(breaker, clock, error);
  return breaker;
}

const isRefused = (gate: Gate, attempt: GateAttempt) => gate.before!(attempt) !== undefined;

Deno.test("circuitBreaker() opens after a run of failures, for their target alone", () => {
  const clock = fakeClock();
  const breaker = circuitBreaker({ failures: 3 });
  fail(breaker, clock);
  fail(breaker, clock);
  assertEquals(breaker.state(TARGET), "closed");
  fail(breaker, clock);
  assertEquals(breaker.state(TARGET), "open");
  assertEquals(isRefused(breaker, attemptOn(clock)), true);
  const others = [{ provider: "azure" }, { model: "gpt-5-mini" }, { model: undefined }];
  for (const other of others) {
    assertEquals(breaker.state({ ...TARGET, ...other }), "closed");
    assertEquals(isRefused(breaker, attemptOn(clock, other)), false);
  }
});

Deno.test("circuitBreaker() opens by default after five failures, for half a minute", async () => {
  const clock = fakeClock();
  const breaker = circuitBreaker();
  for (let failure = 0; failure < 4; failure++) fail(breaker, clock);
  assertEquals(breaker.state(TARGET), "closed");
  fail(breaker, clock);
  assertEquals(breaker.state(TARGET), "open");
  await clock.advance(29_999);
  assertEquals(isRefused(breaker, attemptOn(clock)), true);
  await clock.advance(1);
  assertEquals(isRefused(breaker, attemptOn(clock)), false);
});

Deno.test("circuitBreaker() starts to count anew after anything that is no outage", () => {
  const clock = fakeClock();
  for (const result of [OK, failedWith(httpError(429)), failedWith(httpError(400)), failedWith(new Error("bug"))]) {
    const breaker = circuitBreaker({ failures: 3 });
    fail(breaker, clock);
    fail(breaker, clock);
    breaker.after!(attemptOn(clock), result);
    fail(breaker, clock);
    fail(breaker, clock);
    assertEquals(breaker.state(TARGET), "closed");
  }
});

Deno.test("circuitBreaker() counts network failures, timeouts, overload, server errors and cut streams", () => {
  const clock = fakeClock();
  for (const errorType of ["network", "timeout", "overloaded", "server_error", "truncated_stream"]) {
    const breaker = circuitBreaker({ failures: 1 });
    breaker.after!(attemptOn(clock), failedWith(new Error("any"), undefined, { errorType }));
    assertEquals(breaker.state(TARGET), "open", errorType);
  }
  for (const errorType of ["rate_limited", "quota_exhausted", "auth", "invalid_request", "TypeError"]) {
    const breaker = circuitBreaker({ failures: 1 });
    breaker.after!(attemptOn(clock), failedWith(new Error("any"), undefined, { errorType }));
    assertEquals(breaker.state(TARGET), "closed", errorType);
  }
});

Deno.test("circuitBreaker() does not take a cancelled attempt for anything", () => {
  const clock = fakeClock();
  const breaker = circuitBreaker({ failures: 2 });
  fail(breaker, clock);
  breaker.after!(attemptOn(clock), { outcome: "cancelled" });
  fail(breaker, clock);
  assertEquals(breaker.state(TARGET), "open");
});

Deno.test("circuitBreaker() refuses with the last real error while it is open", async () => {
  const clock = fakeClock();
  const error = httpError(503);
  const breaker = opened(clock, {}, error);
  const refusal = breaker.before!(attemptOn(clock)) as { refuse: string; cause: unknown };
  assertEquals(refusal.refuse, "the breaker of openai gpt-5 is open");
  assertStrictEquals(refusal.cause, error);
  await clock.advance(9_999);
  assertEquals(isRefused(breaker, attemptOn(clock)), true);
  await clock.advance(1);
  assertEquals(isRefused(breaker, attemptOn(clock)), false);
});

Deno.test("circuitBreaker() closes when the probe comes through", async () => {
  const clock = fakeClock();
  const breaker = opened(clock);
  await clock.advance(10_000);
  const probe = attemptOn(clock);
  assertEquals(isRefused(breaker, probe), false);
  assertEquals(breaker.state(TARGET), "half_open");
  assertEquals(isRefused(breaker, attemptOn(clock)), true);
  breaker.after!(probe, OK);
  assertEquals(breaker.state(TARGET), "closed");
  assertEquals(isRefused(breaker, attemptOn(clock)), false);
});

Deno.test("circuitBreaker() closes when the probe fails in a way that proves the target is there", async () => {
  const clock = fakeClock();
  const breaker = opened(clock);
  await clock.advance(10_000);
  const probe = attemptOn(clock);
  breaker.before!(probe);
  const isCalledOff = breaker.after!(probe, failedWith(httpError(429), 1000)) !== undefined;
  assertEquals([breaker.state(TARGET), isCalledOff], ["closed", false]);
});

Deno.test("circuitBreaker() opens again when the probe fails", async () => {
  const clock = fakeClock();
  const breaker = opened(clock);
  await clock.advance(10_000);
  fail(breaker, clock);
  assertEquals(breaker.state(TARGET), "open");
  await clock.advance(9_999);
  assertEquals(isRefused(breaker, attemptOn(clock)), true);
  await clock.advance(1);
  assertEquals(isRefused(breaker, attemptOn(clock)), false);
});

Deno.test("circuitBreaker() probes with the next call when the probe was cancelled", async () => {
  const clock = fakeClock();
  const breaker = opened(clock);
  await clock.advance(10_000);
  const probe = attemptOn(clock);
  breaker.before!(probe);
  breaker.after!(probe, { outcome: "cancelled" });
  assertEquals(breaker.state(TARGET), "half_open");
  const next = attemptOn(clock);
  assertEquals(isRefused(breaker, next), false);
  assertEquals(isRefused(breaker, attemptOn(clock)), true);
  breaker.after!(next, { outcome: "error" });
  assertEquals(breaker.state(TARGET), "half_open", "nothing is known of what happened");
});

Deno.test("circuitBreaker() gives up a probe that hangs, for another one", async () => {
  const clock = fakeClock();
  const breaker = opened(clock);
  await clock.advance(10_000);
  const hanging = attemptOn(clock);
  breaker.before!(hanging);
  await clock.advance(9_999);
  assertEquals(isRefused(breaker, attemptOn(clock)), true);
  await clock.advance(1);
  const next = attemptOn(clock);
  assertEquals(isRefused(breaker, next), false);
  breaker.after!(hanging, OK);
  assertEquals(breaker.state(TARGET), "half_open", "it began before the one that counts");
  breaker.after!(next, OK);
  assertEquals(breaker.state(TARGET), "closed");
});

Deno.test("circuitBreaker() is not moved by latecomers from before the outage", async () => {
  const clock = fakeClock();
  const late = Array.from({ length: 4 }, () => attemptOn(clock));
  const breaker = circuitBreaker({ failures: 3, openMs: 10_000 });
  for (const attempt of late) breaker.before!(attempt);
  for (let failure = 0; failure < 3; failure++) fail(breaker, clock);

  await clock.advance(5_000);
  breaker.after!(late[0]!, OK);
  breaker.after!(attemptOn(clock), { outcome: "cancelled" });
  assertEquals([breaker.state(TARGET), isRefused(breaker, attemptOn(clock))], ["open", true]);
  breaker.after!(late[1]!, FAILED);
  await clock.advance(5_000);
  const probe = attemptOn(clock);
  assertEquals(isRefused(breaker, probe), false, "a late failure does not keep it open for longer");
  breaker.after!(late[2]!, FAILED);
  breaker.after!(late[3]!, OK);
  assertEquals(breaker.state(TARGET), "half_open");
  breaker.after!(probe, OK);
  assertEquals(breaker.state(TARGET), "closed");
});

Deno.test("circuitBreaker() calls planned retries off that would be refused anyway", () => {
  const clock = fakeClock();
  const breaker = circuitBreaker({ failures: 2, openMs: 10_000 });
  const refusal = { refuse: "the breaker of openai gpt-5 is open" };
  assertEquals(breaker.after!(attemptOn(clock), failedWith(httpError(500), 1000)), undefined);
  assertEquals(breaker.after!(attemptOn(clock), failedWith(httpError(500), 1000)), refusal);
  assertEquals(breaker.after!(attemptOn(clock), failedWith(httpError(429), 9_999)), refusal);
  assertEquals(breaker.after!(attemptOn(clock), failedWith(httpError(429), 10_000)), undefined);
  assertEquals(breaker.after!(attemptOn(clock), FAILED), undefined, "there is nothing to call off");
});

Deno.test("circuitBreaker() tells about every change once it has been made", async () => {
  const clock = fakeClock();
  const changes: CircuitChange[] = [];
  const states: string[] = [];
  const breaker = circuitBreaker({
    failures: 3,
    openMs: 10_000,
    onChange(change) {
      changes.push(change);
      states.push(breaker.state(TARGET));
    },
  });
  fail(breaker, clock);
  breaker.after!(attemptOn(clock), OK);
  for (let failure = 0; failure < 3; failure++) fail(breaker, clock);
  await clock.advance(10_000);
  fail(breaker, clock);
  await clock.advance(10_000);
  const [cancelled, probe] = [attemptOn(clock), attemptOn(clock)];
  breaker.before!(cancelled);
  breaker.after!(cancelled, { outcome: "cancelled" });
  breaker.before!(probe);
  breaker.after!(probe, OK);
  breaker.after!(attemptOn(clock), OK);
  assertEquals(changes.map(({ from, to }) => `${from} > ${to}`), [
    "closed > open",
    "open > half_open",
    "half_open > open",
    "open > half_open",
    "half_open > closed",
  ]);
  assertEquals(changes[0], { key: "openai gpt-5", from: "closed", to: "open" });
  assertEquals(states, changes.map(({ to }) => to));
});

Deno.test("circuitBreaker() does its work whatever onChange throws", async () => {
  const clock = fakeClock();
  const onChanges = [
    () => {
      throw new Error("observer");
    },
    () => Promise.reject(new Error("observer")),
  ];
  for (const onChange of onChanges) {
    const breaker = circuitBreaker({ failures: 1, openMs: 10_000, onChange });
    assert(breaker.after!(attemptOn(clock), failedWith(httpError(500), 1)));
    await clock.advance(10_000);
    const probe = attemptOn(clock);
    assertEquals(isRefused(breaker, probe), false);
    breaker.after!(probe, OK);
    assertEquals(breaker.state(TARGET), "closed");
  }
});

Deno.test("circuitBreaker() counts what the caller says, and together what the caller's key says", () => {
  const clock = fakeClock();
  const breaker = circuitBreaker({
    failures: 2,
    counts: ({ status }) => status === 401,
    key: ({ provider }) => provider,
  });
  fail(breaker, clock, httpError(401));
  fail(breaker, clock, httpError(401));
  assertEquals(breaker.state({ provider: "openai", model: "any" }), "open");
  for (let failure = 0; failure < 3; failure++) breaker.after!(attemptOn(clock, { provider: "azure" }), FAILED);
  assertEquals(breaker.state({ provider: "azure", model: undefined }), "closed");
});

Deno.test("circuitBreaker() forgets a target that nobody called for ten minutes, and says so", async () => {
  const clock = fakeClock();
  const changes: CircuitChange[] = [];
  const breaker = opened(clock, { onChange: (change) => changes.push(change) });
  const failElsewhere = () => breaker.after!(attemptOn(clock, { model: "gpt-5-mini" }), FAILED);
  await clock.advance(600_000);
  fail(breaker, clock);
  await clock.advance(609_999);
  failElsewhere();
  assertEquals(breaker.state(TARGET), "open");
  await clock.advance(1);
  failElsewhere();
  assertEquals(breaker.state(TARGET), "closed");
  assertEquals(changes.at(-1), { key: "openai gpt-5", from: "open", to: "closed" });
});

Deno.test("circuitBreaker() forgets no target that is being probed, and whoever is idle behind one that is not", async () => {
  const clock = fakeClock();
  const breaker = opened(clock);
  const [busy, idle] = [{ ...TARGET, model: "busy" }, { ...TARGET, model: "idle" }];
  breaker.after!(attemptOn(clock, busy), FAILED);
  const isIdle = circuitBreaker({ failures: 1, openMs: 10_000 });
  for (const target of [busy, idle]) isIdle.after!(attemptOn(clock, target), FAILED);
  await clock.advance(610_000);
  assertEquals(isRefused(breaker, attemptOn(clock)), false);
  breaker.after!(attemptOn(clock, busy), FAILED);
  assertEquals(breaker.state(TARGET), "half_open");
  // The busy one, which came first, is no longer idle and hides the other not.
  isIdle.after!(attemptOn(clock, busy), FAILED);
  assertEquals(isIdle.state(idle), "closed");
});

Deno.test("circuitBreaker() keeps no key that is fine or idle", async () => {
  const clock = fakeClock();
  const [breaker, keyCount] = withKeyCount(() => circuitBreaker());
  const tellOfAll = (result: typeof OK | typeof FAILED) => {
    for (let user = 0; user < 1000; user++) breaker.after!(attemptOn(clock, { model: `user-${user}` }), result);
  };
  tellOfAll(OK);
  assertEquals(keyCount(), 0);
  tellOfAll(FAILED);
  assertEquals(keyCount(), 1000);
  tellOfAll(OK);
  assertEquals(keyCount(), 0);
  tellOfAll(FAILED);
  await clock.advance(630_000);
  fail(breaker, clock);
  assertEquals(keyCount(), 1);
});

Deno.test("circuitBreaker() refuses bad options and names them", () => {
  for (const [value, shown] of [[null, "null"], ["fast", '"fast"'], [5, "5"]] as const) {
    const { message } = assertThrows(() => circuitBreaker(value as never), TypeError);
    assertEquals(message, `Cannot create a gate: 'options' must be an object: current value is ${shown}`);
  }
  for (const name of ["failures", "openMs"]) {
    assertStringIncludes(assertThrows(() => circuitBreaker({ [name]: 0 }), RangeError).message, `'${name}'`);
    assertStringIncludes(assertThrows(() => circuitBreaker({ [name]: "9" }), TypeError).message, `'${name}'`);
  }
  for (const name of ["counts", "key", "onChange"]) {
    const { message } = assertThrows(() => circuitBreaker({ [name]: 5 }), TypeError);
    assertEquals(message, `Cannot create a gate: '${name}' must be a function: current value is 5`);
  }
});

Deno.test("circuitBreaker() fails calls at once while it is open, with the cause", async () => {
  const clock = fakeClock();
  const tracer = recordingTracer({ clock });
  const error = httpError(503);
  const gates = [opened(clock, {}, error)];
  const provider = scriptedProvider(clock, []);
  const refused = await assertRejects(() => callWithRetry(provider, request, { clock, tracer, gates }), RefusedError);
  assertEquals([refused.name, refused.code, refused.gate], ["RefusedError", "ERR_REFUSED", "circuit_breaker"]);
  assertStrictEquals(refused.cause, error);
  assertStringIncludes(refused.message, "the breaker of openai gpt-5 is open");
  assertEquals([provider.contexts.length, clock.now(), clock.pendingTimers], [0, 0, 0]);
  assertEquals(tracer.spans.map(({ name }) => name), ["chat gpt-5"]);
  assertEquals(tracer.spans[0]?.attributes["llm.retry.gate"], "circuit_breaker");
});

Deno.test("circuitBreaker() surfaces the provider's own error where it calls a retry off", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const errors = [httpError(500), httpError(502), httpError(503)];
  const provider = scriptedProvider(clock, errors.map((error) => ({ error })));
  const gates = [circuitBreaker({ failures: 3 })];
  assertStrictEquals(await assertRejects(() => callWithRetry(provider, request, { clock, tracer, gates })), errors[2]);
  const { attributes } = tracer.named("llm.call").at(-1)!;
  assertEquals([attributes["llm.retry.decision"], attributes["llm.retry.gate"]], ["refused", "circuit_breaker"]);
  assertEquals(attributes["llm.retry.delay_ms"], undefined);
});

Deno.test("circuitBreaker() lets exactly one of 1,000 concurrent calls probe", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const gates = [opened(clock)];
  await new Promise<void>((resolve) => clock.setTimeout(resolve, 10_000));
  const provider = scriptedProvider(clock, [{ takesMs: 50 }]);
  const calls = Array.from({ length: 1000 }, () => callWithRetry(provider, request, { clock, gates }));
  const answers = await Promise.allSettled(calls);
  assertEquals(provider.contexts.length, 1);
  assertEquals(answers.filter(({ status }) => status === "fulfilled").length, 1);
  assertEquals(gates[0]?.state(TARGET), "closed");
});

Deno.test("circuitBreaker() lets the next call probe where the probe was aborted, waiting or running", async () => {
  const closedGate: Gate = { name: "closed", before: () => ({ waitMs: 1000 }) };
  for (const behind of [[], [closedGate]]) {
    const clock = fakeClock();
    const breaker = opened(clock);
    await clock.advance(10_000);
    const controller = new AbortController();
    const provider = scriptedProvider(clock, [{ takesMs: 60_000 }]);
    const { signal } = controller;
    const probe = callWithRetry(provider, request, { clock, signal, gates: [breaker, ...behind] });
    await clock.advance(100);
    assertEquals(breaker.state(TARGET), "half_open");
    controller.abort("enough");
    assertEquals(await assertRejects(() => probe), "enough");
    await callWithRetry({ name: "openai", chat: () => "ok" }, request, { clock, gates: [breaker] });
    assertEquals(breaker.state(TARGET), "closed");
  }
});

Deno.test("circuitBreaker() is no gate where its key throws", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const key = () => {
    throw new Error("no key");
  };
  const breaker = circuitBreaker({ failures: 1, key });
  const provider = scriptedProvider(clock, [{ error: httpError(500) }, { error: httpError(500) }, {}]);
  await callWithRetry(provider, request, { clock, gates: [breaker] });
  assertEquals(provider.contexts.length, 3);
});

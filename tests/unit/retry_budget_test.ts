import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type AttemptRecord, attemptsOf, callWithRetry, type Gate, type GateAttempt } from "../../mod.ts";
import { retryBudget } from "../../src/retry_budget.ts";
import { fakeClock, recordingTracer } from "../../src/testing.ts";
import { attemptOn, failedWith, withKeyCount } from "../support/gate_attempt.ts";
import { httpError, request, scriptedProvider } from "../support/scripted_provider.ts";

const RETRY = failedWith(httpError(500), 1000);
const RETRY_AFTER_TIMEOUT = failedWith(httpError(408), 1000);
const OK = { outcome: "ok" } as const;

/** How many retries the gate lets happen before it refuses one. */
function retriesLeft(gate: Gate, attempt: GateAttempt, atMost = 1000): number {
  for (let retries = 0; retries < atMost; retries++) {
    if (gate.after!({ ...attempt, call: {} }, RETRY)) return retries;
  }
  return atMost;
}

Deno.test("retryBudget() refuses retries once its tokens are used up", () => {
  const budget = retryBudget({ capacity: 20, costPerRetry: 5 });
  const attempt = attemptOn(fakeClock());
  for (let retry = 0; retry < 4; retry++) assertEquals(budget.after!(attempt, RETRY), undefined);
  assertEquals(budget.after!(attempt, RETRY), { refuse: "the retry budget is used up" });
});

Deno.test("retryBudget() has by default the figures of the AWS SDKs", () => {
  const budget = retryBudget();
  const attempt = attemptOn(fakeClock());
  assertEquals(retriesLeft(budget, attempt), 100);
  for (let success = 0; success < 4; success++) budget.after!(attemptOn(fakeClock()), OK);
  assertEquals(retriesLeft(budget, attempt), 0);
  budget.after!(attemptOn(fakeClock()), OK);
  assertEquals(retriesLeft(budget, attempt), 1);
});

Deno.test("retryBudget() takes more for a retry after a timeout", () => {
  const clock = fakeClock();
  const attempt = attemptOn(clock);
  const standard = retryBudget({ capacity: 20, costPerRetry: 5 });
  assertEquals(standard.after!(attempt, RETRY_AFTER_TIMEOUT), undefined);
  assertEquals(retriesLeft(standard, attempt), 2);

  const costly = retryBudget({ capacity: 20, costPerRetry: 5, costPerTimeout: 16 });
  assertEquals(costly.after!(attempt, RETRY_AFTER_TIMEOUT), undefined);
  assertEquals(retriesLeft(costly, attempt), 0);
});

Deno.test("retryBudget() lets a cheap retry pass where a costly one is too much", () => {
  const budget = retryBudget({ capacity: 15, costPerRetry: 5 });
  const attempt = attemptOn(fakeClock());
  budget.after!(attempt, RETRY);
  budget.after!(attempt, RETRY);
  assert(budget.after!(attempt, RETRY_AFTER_TIMEOUT));
  assertEquals(budget.after!(attempt, RETRY), undefined);
});

Deno.test("retryBudget() gets back a little with each success", () => {
  const budget = retryBudget({ capacity: 10, costPerRetry: 5, refundPerSuccess: 1 });
  const attempt = attemptOn(fakeClock());
  assertEquals(retriesLeft(budget, attempt), 2);
  for (let call = 0; call < 4; call++) budget.after!(attemptOn(fakeClock()), OK);
  assertEquals(retriesLeft(budget, attempt), 0);
  budget.after!(attemptOn(fakeClock()), OK);
  assertEquals(retriesLeft(budget, attempt), 1);
});

Deno.test("retryBudget() gets back what the last retry took when the call succeeds after it", () => {
  const clock = fakeClock();
  const budget = retryBudget({ capacity: 30, costPerRetry: 5 });
  const call = {};
  budget.after!(attemptOn(clock, { call }), RETRY);
  budget.after!(attemptOn(clock, { call, attempt: 1 }), RETRY_AFTER_TIMEOUT);
  budget.after!(attemptOn(clock, { call, attempt: 2 }), OK);
  assertEquals(retriesLeft(budget, attemptOn(clock)), 5);
});

Deno.test("retryBudget() never holds more than its capacity", () => {
  const clock = fakeClock();
  const budget = retryBudget({ capacity: 10, costPerRetry: 5, refundPerSuccess: 100 });
  budget.after!(attemptOn(clock), RETRY);
  for (let call = 0; call < 10; call++) budget.after!(attemptOn(clock), OK);
  assertEquals(retriesLeft(budget, attemptOn(clock)), 2);
});

Deno.test("retryBudget() takes and gives nothing where no retry is planned", () => {
  const budget = retryBudget({ capacity: 5, costPerRetry: 5 });
  const attempt = attemptOn(fakeClock());
  const failTenTimes = () => {
    for (let call = 0; call < 10; call++) {
      assertEquals(budget.after!(attempt, failedWith(httpError(500))), undefined);
      assertEquals(budget.after!(attempt, { outcome: "cancelled" }), undefined);
    }
  };
  failTenTimes();
  assertEquals(retriesLeft(budget, attempt), 1);
  failTenTimes();
  assertEquals(retriesLeft(budget, attempt), 0);
});

Deno.test("retryBudget() counts each provider and model alone", () => {
  const clock = fakeClock();
  const budget = retryBudget({ capacity: 10, costPerRetry: 5 });
  assertEquals(retriesLeft(budget, attemptOn(clock)), 2);
  assertEquals(retriesLeft(budget, attemptOn(clock, { model: "gpt-5-mini" })), 2);
  assertEquals(retriesLeft(budget, attemptOn(clock, { model: undefined })), 2);
  assertEquals(retriesLeft(budget, attemptOn(clock, { provider: "azure" })), 2);
  assertEquals(retriesLeft(budget, attemptOn(clock)), 0);
});

Deno.test("retryBudget() counts together what the caller's key says", () => {
  const clock = fakeClock();
  const budget = retryBudget({ capacity: 10, costPerRetry: 5, key: ({ provider }) => provider });
  assertEquals(retriesLeft(budget, attemptOn(clock)), 2);
  assertEquals(retriesLeft(budget, attemptOn(clock, { model: "gpt-5-mini" })), 0);
});

Deno.test("retryBudget() forgets a bucket that nobody took from for ten minutes", async () => {
  const clock = fakeClock();
  const budget = retryBudget({ capacity: 10, costPerRetry: 5 });
  const attempt = attemptOn(clock);
  assertEquals(retriesLeft(budget, attempt), 2);
  await clock.advance(599_000);
  assertEquals(retriesLeft(budget, attempt), 0);
  await clock.advance(599_000);
  assertEquals(retriesLeft(budget, attempt), 0, "a refused retry counts as use");
  await clock.advance(600_000);
  assertEquals(retriesLeft(budget, attempt), 2);
});

Deno.test("retryBudget() keeps no key that is full or idle", async () => {
  const clock = fakeClock();
  const [budget, keyCount] = withKeyCount(() => retryBudget());
  for (let user = 0; user < 1000; user++) budget.after!(attemptOn(clock, { model: `user-${user}` }), OK);
  assertEquals(keyCount(), 0);
  for (let user = 0; user < 1000; user++) budget.after!(attemptOn(clock, { model: `user-${user}` }), RETRY);
  assertEquals(keyCount(), 1000);
  await clock.advance(600_000);
  budget.after!(attemptOn(clock), RETRY);
  assertEquals(keyCount(), 1);
});

Deno.test("retryBudget() refuses bad options and names them", () => {
  for (const [value, shown] of [[null, "null"], ["fast", '"fast"'], [5, "5"]] as const) {
    const { message } = assertThrows(() => retryBudget(value as never), TypeError);
    assertEquals(message, `Cannot create a gate: 'options' must be an object: current value is ${shown}`);
  }
  for (const name of ["capacity", "costPerRetry", "costPerTimeout", "refundPerSuccess"]) {
    for (const value of [0, -1, NaN, Infinity]) {
      const { message } = assertThrows(() => retryBudget({ [name]: value }), RangeError);
      assertEquals(message, `Cannot create a gate: '${name}' must be a finite number > 0: current value is ${value}`);
    }
    for (const [value, shown] of [["5", '"5"'], [null, "null"], [5n, "5"], [Object.create(null), "an object"]]) {
      const { message } = assertThrows(() => retryBudget({ [name]: value }), TypeError);
      assertStringIncludes(message, `'${name}' must be a finite number > 0: current value is ${shown}`);
    }
  }
  const { message } = assertThrows(() => retryBudget({ key: "model" as never }), TypeError);
  assertEquals(message, `Cannot create a gate: 'key' must be a function: current value is "model"`);
});

Deno.test("retryBudget() lets failures surface at once through callWithRetry()", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const records: AttemptRecord[] = [];
  const errors = [httpError(500), httpError(503)];
  const provider = scriptedProvider(clock, errors.map((error) => ({ takesMs: 10, error })));
  const gates = [retryBudget({ capacity: 5, costPerRetry: 5 })];
  const onAttempt = (record: AttemptRecord) => records.push(record);
  const options = { clock, tracer, gates, onAttempt, retry: { jitter: "none" as const } };
  assertStrictEquals(await assertRejects(() => callWithRetry(provider, request, options)), errors[1]);

  const [first, second] = tracer.named("llm.call").map(({ attributes }) => attributes);
  assertEquals(first?.["llm.retry.decision"], "retry");
  assertEquals(second?.["llm.retry.decision"], "refused");
  assertEquals(second?.["llm.retry.gate"], "retry_budget");
  assertEquals([second?.["llm.retry.delay_ms"], second?.["llm.retry.delay_source"]], [undefined, undefined]);
  assertEquals(records.map((record) => record["llm.retry.gate"]), [undefined, "retry_budget"]);
  assertEquals(attemptsOf(errors[1]), records);
  assertEquals(clock.now(), 1020, "10 ms, the wait of 1000 ms, 10 ms, and no wait after that");
});

Deno.test("retryBudget() keeps retries under 10 % of a full outage's load", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const gates = [retryBudget()];
  let attempts = 0;
  const provider = {
    name: "openai",
    chat() {
      attempts++;
      throw httpError(503);
    },
  };
  const call = () => callWithRetry(provider, request, { clock, gates }).catch(() => {});
  await Promise.all(Array.from({ length: 2000 }, call));
  assertEquals(attempts, 2100, "all at once: 100 retries, then none");
  for (let round = 0; round < 10; round++) {
    attempts = 0;
    await Promise.all(Array.from({ length: 100 }, call));
    assertEquals(attempts, 100, "empty: no retry any more");
  }
});

Deno.test("retryBudget() keeps retries in proportion to the successes while few calls come through", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const gates = [retryBudget({ capacity: 50 })];
  let attempts = 0;
  let successes = 0;
  const provider = {
    name: "openai",
    chat() {
      // Every tenth attempt comes through, whoever makes it.
      if (++attempts % 10 !== 0) throw httpError(503);
      successes++;
    },
  };
  const calls = 1000;
  for (let call = 0; call < calls; call++) await callWithRetry(provider, request, { clock, gates }).catch(() => {});
  const retries = attempts - calls;
  assert(retries > 0 && retries <= 10 + successes, `${retries} retries, ${successes} successes`);
  assert(retries < calls / 10 + 10, `${retries} retries for ${calls} calls`);
});

Deno.test("retryBudget() is no gate where its key throws", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const key = () => {
    throw new Error("no key");
  };
  const provider = scriptedProvider(clock, [{ error: httpError(500) }, { error: httpError(500) }, {}]);
  await callWithRetry(provider, request, { clock, gates: [retryBudget({ capacity: 1, key })] });
  assertEquals(provider.contexts.length, 3);
});

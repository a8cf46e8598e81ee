import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type AttemptRecord, callWithRetry, type Classification, RefusedError } from "../../mod.ts";
import { sharedCooldown } from "../../src/shared_cooldown.ts";
import { fakeClock, recordingTracer } from "../../src/testing.ts";
import { attemptOn, failedWith, withKeyCount } from "../support/gate_attempt.ts";
import { countingSignal, httpError, request, scriptedProvider } from "../support/scripted_provider.ts";

const told = (seconds: number) => httpError(429, { "retry-after": String(seconds) });
const toldToWait = (retryAfterMs: number, given: Partial<Classification> = {}) =>
  failedWith(httpError(429), undefined, { retryAfterMs, ...given });

Deno.test("sharedCooldown() lets everything pass until a server asks to wait", () => {
  const clock = fakeClock();
  const gate = sharedCooldown();
  gate.after!(attemptOn(clock), { outcome: "ok" });
  gate.after!(attemptOn(clock), { outcome: "cancelled" });
  gate.after!(attemptOn(clock), failedWith(httpError(429)));
  gate.after!(attemptOn(clock), failedWith(httpError(500)));
  assertEquals(gate.before!(attemptOn(clock)), undefined);
});

Deno.test("sharedCooldown() holds attempts back for as long as the server asks", async () => {
  const clock = fakeClock();
  const gate = sharedCooldown();
  gate.after!(attemptOn(clock), toldToWait(2000));
  const attempt = attemptOn(clock);
  assertEquals(gate.before!(attempt), { waitMs: 2000 });
  await clock.advance(1999);
  assertEquals(gate.before!(attempt), { waitMs: 1 });
  await clock.advance(1);
  assertEquals(gate.before!(attempt), undefined);
});

Deno.test("sharedCooldown() holds back the model, or the account, as the failure says", () => {
  const clock = fakeClock();
  const isHeldBack = (scope: Classification["scope"], given: object, status = 409) => {
    const gate = sharedCooldown();
    gate.after!(attemptOn(clock), toldToWait(2000, { scope, status }));
    return gate.before!(attemptOn(clock, given)) !== undefined;
  };
  assertEquals(isHeldBack("request", {}), false);
  assertEquals(isHeldBack("request", {}, 499), false);
  assertEquals(isHeldBack("request", {}, 500), true);
  assertEquals(isHeldBack("request", {}, 503), true);
  assertEquals(isHeldBack("request", { model: "gpt-5-mini" }, 503), false);
  assertEquals(isHeldBack("model", {}), true);
  assertEquals(isHeldBack("model", { model: "gpt-5-mini" }), false);
  assertEquals(isHeldBack("account", { model: "gpt-5-mini" }), true);
  assertEquals(isHeldBack("account", { model: undefined }), true);
  assertEquals(isHeldBack("account", { provider: "azure" }), false);
});

Deno.test("sharedCooldown() goes by whichever ends last, the account's wish or the model's", () => {
  const clock = fakeClock();
  const gate = sharedCooldown();
  const other = { model: "gpt-5-mini" };
  gate.after!(attemptOn(clock), toldToWait(1000, { scope: "account" }));
  gate.after!(attemptOn(clock), toldToWait(3000));
  assertEquals(gate.before!(attemptOn(clock)), { waitMs: 3000 });
  assertEquals(gate.before!(attemptOn(clock, other)), { waitMs: 1000 });
  gate.after!(attemptOn(clock, other), toldToWait(5000, { scope: "account" }));
  assertEquals(gate.before!(attemptOn(clock)), { waitMs: 5000 });
  assertEquals(gate.before!(attemptOn(clock, other)), { waitMs: 5100 });
});

Deno.test("sharedCooldown() gives each attempt a turn of its own", () => {
  const clock = fakeClock();
  const gate = sharedCooldown({ spacingMs: 50 });
  gate.after!(attemptOn(clock), toldToWait(5000));
  const waits = Array.from({ length: 1000 }, () => (gate.before!(attemptOn(clock)) as { waitMs: number }).waitMs);
  assertEquals(waits.slice(0, 100), Array.from({ length: 100 }, (_, turn) => 5000 + 50 * turn));
  assertEquals(new Set(waits).size, 1000);
  const inOrder = waits.toSorted((a, b) => a - b);
  const gaps = inOrder.slice(1).map((wait, index) => wait - inOrder[index]!);
  assert(Math.min(...gaps) > 1, `two are ${Math.min(...gaps)} ms apart`);
  assert(Math.max(...inOrder) <= 5000 + 50 * 100);
});

Deno.test("sharedCooldown() holds nobody back for longer than twice the wish after its end, however short that was", async () => {
  const clock = fakeClock();
  for (const wishMs of [30, 200, 1000]) {
    const gate = sharedCooldown();
    gate.after!(attemptOn(clock), toldToWait(wishMs));
    const waits = Array.from({ length: 500 }, () => (gate.before!(attemptOn(clock)) as { waitMs: number }).waitMs);
    assert(waits.every((wait) => wait >= wishMs && wait < 3 * wishMs + 62), `${wishMs} ms: ${Math.max(...waits)}`);
    assertEquals(new Set(waits).size, 500);
    await clock.advance(3 * wishMs + 62);
    assertEquals(gate.before!(attemptOn(clock)), undefined);
  }
});

Deno.test("sharedCooldown() puts off those that wait when a longer wish comes in, in their order", async () => {
  const clock = fakeClock();
  const gate = sharedCooldown();
  gate.after!(attemptOn(clock), toldToWait(1000));
  const [first, second] = [attemptOn(clock), attemptOn(clock)];
  assertEquals([gate.before!(first), gate.before!(second)], [{ waitMs: 1000 }, { waitMs: 1100 }]);
  await clock.advance(500);
  gate.after!(attemptOn(clock), toldToWait(5000));
  gate.after!(attemptOn(clock), toldToWait(200));
  await clock.advance(500);
  assertEquals(gate.before!(first), { waitMs: 4500 });
  await clock.advance(100);
  assertEquals(gate.before!(second), { waitMs: 4500 });
});

Deno.test("sharedCooldown() is over, and forgotten, after a hundred turns", async () => {
  const clock = fakeClock();
  const gate = sharedCooldown({ spacingMs: 100 });
  gate.after!(attemptOn(clock), toldToWait(1000));
  for (let turn = 0; turn < 250; turn++) gate.before!(attemptOn(clock));
  await clock.advance(11_000);
  for (let turn = 0; turn < 250; turn++) assertEquals(gate.before!(attemptOn(clock)), undefined);
});

Deno.test("sharedCooldown() keeps no key whose cooldown is over", async () => {
  const clock = fakeClock();
  const [gate, keyCount] = withKeyCount(() => sharedCooldown());
  for (let user = 0; user < 1000; user++) gate.after!(attemptOn(clock, { model: `user-${user}` }), toldToWait(1000));
  assertEquals(keyCount(), 1000);
  await clock.advance(11_000);
  gate.after!(attemptOn(clock), toldToWait(1000));
  assertEquals(keyCount(), 1);
});

Deno.test("sharedCooldown() does not listen to a wish that is none", () => {
  const clock = fakeClock();
  for (const wish of [0, -1, NaN, Infinity, -Infinity, "5", null, {}]) {
    const [gate, keyCount] = withKeyCount(() => sharedCooldown());
    gate.after!(attemptOn(clock), toldToWait(wish as number));
    assertEquals([gate.before!(attemptOn(clock)), keyCount()], [undefined, 0], String(wish));
  }
});

Deno.test("sharedCooldown() refuses what would have to wait too long, until the rest is short enough", async () => {
  const clock = fakeClock();
  const gate = sharedCooldown({ maxRetryAfterMs: 10_000 });
  const result = toldToWait(86_400_000);
  gate.after!(attemptOn(clock), result);
  assertEquals(gate.before!(attemptOn(clock)), {
    refuse: "openai asked to wait longer than 10000 ms",
    cause: result.error,
  });
  await clock.advance(86_390_000);
  assertEquals(gate.before!(attemptOn(clock)), { waitMs: 10_000 });
});

Deno.test("sharedCooldown() refuses bad options and names them", () => {
  for (const [value, shown] of [[null, "null"], ["fast", '"fast"'], [5, "5"]] as const) {
    const { message } = assertThrows(() => sharedCooldown(value as never), TypeError);
    assertEquals(message, `Cannot create a gate: 'options' must be an object: current value is ${shown}`);
  }
  for (const name of ["spacingMs", "maxRetryAfterMs"]) {
    assertStringIncludes(assertThrows(() => sharedCooldown({ [name]: 0 }), RangeError).message, `'${name}'`);
    assertStringIncludes(assertThrows(() => sharedCooldown({ [name]: "9" }), TypeError).message, `'${name}'`);
  }
});

Deno.test("sharedCooldown() shows the wait on the span that waited, outside of its duration", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const records: AttemptRecord[] = [];
  const options = {
    clock,
    tracer,
    gates: [sharedCooldown()],
    retry: { jitter: "none" as const },
    onAttempt: (record: AttemptRecord) => records.push(record),
  };
  const limited = scriptedProvider(clock, [{ takesMs: 10, error: told(2) }, { takesMs: 20 }]);
  const other = scriptedProvider(clock, [{ takesMs: 30 }]);
  const first = callWithRetry(limited, request, options);
  await new Promise<void>((resolve) => clock.setTimeout(resolve, 1010));
  await Promise.all([first, callWithRetry(other, request, options)]);

  // The other asked first, so it has the first turn; the retry has its own wait, and then the second turn.
  const [, waited, retried] = tracer.named("llm.call");
  assertEquals(waited?.startAttributes["llm.queue_ms"], 1000);
  assertEquals([waited?.startTime, waited?.endTime], [2010, 2040]);
  assertEquals(waited?.attributes["llm.duration_ms"], 30);
  assertEquals(retried?.startAttributes["llm.queue_ms"], 100);
  assertEquals([retried?.startTime, retried?.endTime], [2110, 2130]);
  assertEquals(records.map((record) => record["llm.queue_ms"]), [undefined, 1000, 100]);
  assertEquals(tracer.spans[0]?.attributes["llm.backoff_ms"], 2000);
});

Deno.test("sharedCooldown() lets 1,000 calls go one after another, and none before its time", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const gates = [sharedCooldown()];
  const starts: number[] = [];
  let isLimited = true;
  const provider = {
    name: "openai",
    chat() {
      starts.push(clock.now());
      if (!isLimited) return "ok";
      isLimited = false;
      throw told(5);
    },
  };
  const first = callWithRetry(provider, request, { clock, gates, retry: { jitter: "none" } });
  await new Promise<void>((resolve) => clock.setTimeout(resolve, 1000));
  await Promise.all([first, ...Array.from({ length: 1000 }, () => callWithRetry(provider, request, { clock, gates }))]);

  const [, ...others] = starts;
  assertEquals(others.length, 1001);
  assertEquals(others[0], 5000);
  assertEquals(new Set(others).size, 1001, "no two at the same time");
  assert(others.at(-1)! <= 15_000);
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("sharedCooldown() lets calls that were all told to wait come back one after another", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const gates = [sharedCooldown()];
  const starts: number[] = [];
  const provider = {
    name: "openai",
    chat() {
      if (clock.now() < 5000) throw told(5);
      starts.push(clock.now());
    },
  };
  const call = () => callWithRetry(provider, request, { clock, gates, retry: { jitter: "none" } });
  await Promise.all(Array.from({ length: 100 }, call));
  assertEquals(starts, Array.from({ length: 100 }, (_, turn) => 5000 + 100 * turn));
});

Deno.test("sharedCooldown() is over in time however many calls come in and give up", async () => {
  const clock = fakeClock();
  const gates = [sharedCooldown()];
  let isLimited = true;
  const provider = {
    name: "openai",
    chat() {
      if (isLimited) throw told(1);
    },
  };
  const call = () => callWithRetry(provider, request, { clock, gates, deadlineMs: 1500, retry: { maxRetries: 0 } });
  const isOk = () => call().then(() => true, () => false);
  assertEquals(await isOk(), false);
  isLimited = false;
  // 100 calls a second, ten times what the spacing allows.
  const answers: Promise<boolean>[] = [];
  for (let ms = 0; ms < 11_000; ms += 10) {
    answers.push(isOk());
    await clock.advance(10);
  }
  const late = await Promise.all(Array.from({ length: 100 }, isOk));
  assertEquals(late.filter((ok) => ok).length, 100);
  const ok = (await Promise.all(answers)).filter((ok) => ok).length;
  assert(ok > 100 && ok < 1100, `${ok} of 1100 came through`);
  await clock.runAll();
});

Deno.test("sharedCooldown() fails a call at once whose deadline comes first", async () => {
  const clock = fakeClock();
  const gates = [sharedCooldown()];
  gates[0]!.after!(attemptOn(clock), toldToWait(5000));
  const provider = scriptedProvider(clock, []);
  const call = callWithRetry(provider, request, { clock, gates, deadlineMs: 5000 });
  assertEquals((await assertRejects(() => call, DOMException)).name, "TimeoutError");
  assertEquals([clock.now(), clock.pendingTimers, provider.contexts.length], [0, 0, 0]);
});

Deno.test("sharedCooldown() fails a call with the cause where the wish is too long", async () => {
  const clock = fakeClock();
  const gates = [sharedCooldown()];
  const error = told(3600);
  const limited = scriptedProvider(clock, [{ error }]);
  assertStrictEquals(await assertRejects(() => callWithRetry(limited, request, { clock, gates })), error);
  const other = scriptedProvider(clock, []);
  const refused = await assertRejects(() => callWithRetry(other, request, { clock, gates }), RefusedError);
  assertEquals([refused.code, refused.gate], ["ERR_REFUSED", "shared_cooldown"]);
  assertStrictEquals(refused.cause, error);
  assertEquals(other.contexts.length, 0);
});

Deno.test("sharedCooldown() lets an abort end the wait at once", async () => {
  const clock = fakeClock();
  const gates = [sharedCooldown()];
  gates[0]!.after!(attemptOn(clock), toldToWait(60_000));
  const { controller, signal, listeners } = countingSignal();
  const provider = scriptedProvider(clock, []);
  const call = callWithRetry(provider, request, { clock, gates, signal });
  await clock.advance(30_000);
  controller.abort("enough");
  assertEquals(await assertRejects(() => call), "enough");
  assertEquals([clock.now(), clock.pendingTimers, listeners(), provider.contexts.length], [30_000, 0, 0, 0]);
});

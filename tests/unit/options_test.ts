import { assertEquals, assertInstanceOf, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { type CallOptions, callWithRetry, createCaller, systemClock } from "../../mod.ts";
import { sharedCooldown } from "../../src/shared_cooldown.ts";
import { fakeClock, recordingTracer } from "../../src/testing.ts";
import { httpError, request, scriptedProvider } from "../support/scripted_provider.ts";

type Row = readonly [options: unknown, type: typeof RangeError | typeof TypeError, ...parts: string[]];

const rows: Row[] = [
  [null, TypeError, "'options' must be of type object", "null"],
  [7, TypeError, "'options'", "7"],
  [{ tracer: {} }, TypeError, "'tracer'", "of type object"],
  [{ tracer: null }, TypeError, "'tracer'", "null"],
  [{ taskId: Symbol("task") }, TypeError, "'taskId' must be of type string", "Symbol(task)"],
  [{ taskId: 7 }, TypeError, "'taskId' must be of type string", "7"],
  [{ signal: new AbortController() }, TypeError, "'signal' must be an AbortSignal"],
  [{ signal: null }, TypeError, "'signal' must be an AbortSignal", "null"],
  [{ signal: { addEventListener: 1, removeEventListener() {} } }, TypeError, "'signal' must be an AbortSignal"],
  [{ signal: { addEventListener() {}, removeEventListener: 1 } }, TypeError, "'signal' must be an AbortSignal"],
  [{ signal: { addEventListener() {} } }, TypeError, "'signal' must be an AbortSignal", "of type object"],
  [{ signal: { removeEventListener() {} } }, TypeError, "'signal' must be an AbortSignal", "of type object"],
  [{ attributes: "team=search" }, TypeError, "'attributes'", '"team=search"'],
  [{ attributes: { team: undefined } }, TypeError, `'attributes["team"]' must be an AttributeValue`, "undefined"],
  [{ attributes: { team: { name: "x" } } }, TypeError, `'attributes["team"]'`, "of type object"],
  [{ attributes: { team: ["a", 1] } }, TypeError, `'attributes["team"]'`, "of type object"],
  [{ operationSpan: "no" }, TypeError, "'operationSpan' must be of type boolean", '"no"'],
  [{ recordErrorMessage: 0 }, TypeError, "'recordErrorMessage'", "0"],
  [{ conventions: "1.40" }, RangeError, "'conventions' must be latest or 1.41", '"1.40"'],
  [{ onAttempt: true }, TypeError, "'onAttempt' must be of type function", "true"],
  [{ tracer: { startSpan: 1 } }, TypeError, "'tracer' must be an object with startSpan()"],
  [{ attributes: { team: NaN } }, TypeError, `'attributes["team"]'`, "NaN"],
  [{ attributes: { team: [1, Infinity] } }, TypeError, `'attributes["team"]'`, "of type object"],
  [{ gates: {} }, TypeError, "'gates' must be an array of Gates"],
  [{ gates: [null] }, TypeError, "'gates' must be an array of Gates"],
  [{ gates: [{}] }, TypeError, "'gates' must be an array of Gates"],
  // Forgotten to be called: a function has a name, too.
  [{ gates: [sharedCooldown] }, TypeError, "'gates' must be an array of Gates"],
  [{ clock: null }, TypeError, "'clock' must be a Clock", "null"],
  [{ clock: {} }, TypeError, "'clock' must be a Clock", "of type object"],
  [{ clock: { now() {}, setTimeout() {} } }, TypeError, "'clock' must be a Clock", "of type object"],
  [{ random: 0.5 }, TypeError, "'random' must be of type function", "0.5"],
  [{ retry: 3 }, TypeError, "'retry' must be of type object", "3"],
  [{ retry: { maxRetries: -1 } }, RangeError, "'retry.maxRetries' must be an integer >= 0", "-1"],
  [{ retry: { maxRetries: 1.5 } }, RangeError, "'retry.maxRetries'", "1.5"],
  [{ retry: { maxRetries: NaN } }, RangeError, "'retry.maxRetries'", "NaN"],
  [{ retry: { maxRetries: Infinity } }, RangeError, "'retry.maxRetries'", "Infinity"],
  [{ retry: { maxRetries: "3" } }, TypeError, "'retry.maxRetries'", '"3"'],
  [{ retry: { baseDelayMs: -1 } }, RangeError, "'retry.baseDelayMs' must be a finite number >= 0", "-1"],
  [{ retry: { baseDelayMs: Infinity } }, RangeError, "'retry.baseDelayMs'", "Infinity"],
  [{ retry: { maxDelayMs: NaN } }, RangeError, "'retry.maxDelayMs'", "NaN"],
  [{ retry: { maxDelayMs: null } }, TypeError, "'retry.maxDelayMs'", "null"],
  [{ retry: { maxRetryAfterMs: -5 } }, RangeError, "'retry.maxRetryAfterMs'", "-5"],
  [{ retry: { jitter: "some" } }, RangeError, "'retry.jitter' must be full, equal, none or a function", '"some"'],
  [{ retry: { jitter: false } }, TypeError, "'retry.jitter'", "false"],
  [{ retry: { classify: "mine" } }, TypeError, "'retry.classify' must be of type function", '"mine"'],
];

for (const name of ["now", "date", "setTimeout", "clearTimeout"]) {
  rows.push([{ clock: { ...systemClock, [name]: undefined } }, TypeError, "'clock' must be a Clock"]);
}

for (const [options, type, ...parts] of rows) {
  const shown = JSON.stringify(
    options,
    (_, value) => typeof value === "function" ? value.name : /number|symbol/.test(typeof value) ? String(value) : value,
  );
  Deno.test(`callWithRetry() refuses ${shown} before anything is sent`, async () => {
    let sent = 0;
    const provider = { name: "demo", chat: () => sent++ };
    const error = await assertRejects(() => callWithRetry(provider, request, options as CallOptions));
    assertInstanceOf(error, type);
    assertEquals(error.constructor, type);
    for (const part of parts) assertStringIncludes(error.message, part);
    assertEquals(sent, 0);
    assertThrows(() => createCaller(options as CallOptions), type, parts[0]);
  });
}

Deno.test("callWithRetry() refuses what is no provider", async () => {
  const call = callWithRetry as (provider: unknown, request: unknown) => Promise<unknown>;
  await assertRejects(
    () => call(undefined, {}),
    TypeError,
    "'provider' must be of type object: current value is undefined",
  );
  await assertRejects(() => call({ chat() {} }, {}), TypeError, "'provider.name'");
  await assertRejects(() => call({ name: "", chat() {} }, {}), TypeError, "'provider.name'");
  await assertRejects(() => call({ name: 7, chat() {} }, {}), TypeError, "'provider.name' must be of type string");
  await assertRejects(() => call({ name: "demo" }, {}), TypeError, "'provider.chat' must be of type function");
});

Deno.test("callWithRetry() shows no content of an object in its messages", async () => {
  const options = { taskId: { prompt: "secret" } } as unknown as CallOptions;
  const error = await assertRejects(() => callWithRetry({ name: "demo", chat: () => 1 }, {}, options), TypeError);
  assertEquals(error.message.includes("secret"), false);
});

Deno.test("callWithRetry() has the defaults that its options tell", async () => {
  const delays = async (retry: CallOptions["retry"], headers?: Record<string, string>) => {
    const clock = fakeClock({ autoAdvance: true });
    const tracer = recordingTracer({ clock });
    const provider = scriptedProvider(clock, Array.from({ length: 9 }, () => ({ error: httpError(503, headers) })));
    await callWithRetry(provider, request, { clock, tracer, random: () => 0.5, retry }).catch(() => {});
    return tracer.named("llm.call").map(({ attributes }) => attributes["llm.retry.delay_ms"]);
  };
  assertEquals(await delays(undefined), [500, 1000, 2000, 4000, 8000, undefined]);
  assertEquals(await delays({ jitter: "none", maxRetries: 7 }), [
    ...[1000, 2000, 4000, 8000, 16_000, 32_000, 60_000],
    undefined,
  ]);
  const wish = { jitter: "none", maxRetries: 1 } as const;
  assertEquals(await delays(wish, { "retry-after-ms": "60000" }), [60_000, undefined]);
  assertEquals(await delays(wish, { "retry-after-ms": "60001" }), [undefined]);
});

Deno.test("callWithRetry() takes every value that an option may have, also where its caller has another default", async () => {
  const base = createCaller({ conventions: "1.41", retry: { jitter: "none" }, attributes: { isBatch: true } });
  const tracer = recordingTracer();
  const provider = { name: "demo", chat: () => ({ usage: { cacheCreationTokens: 8 } }) };
  for (const jitter of ["full", "equal", "none", () => 0] as const) {
    await base(provider, request, {
      tracer,
      conventions: "latest",
      retry: { jitter },
      attributes: { flags: [true, false] },
    });
  }
  for (const { attributes } of tracer.named("chat gpt-5")) {
    assertEquals(attributes["gen_ai.usage.cache_write.input_tokens"], 8);
    assertEquals([attributes.isBatch, attributes.flags], [true, [true, false]]);
  }
});

import { assertEquals, assertInstanceOf, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { type CallOptions, callWithRetry, createCaller } from "../../mod.ts";
import { request } from "../support/scripted_provider.ts";
import { sharedCooldown } from "../../src/shared_cooldown.ts";

type Row = readonly [options: unknown, type: typeof RangeError | typeof TypeError, ...parts: string[]];

const rows: Row[] = [
  [null, TypeError, "'options' must be of type object", "null"],
  [7, TypeError, "'options'", "7"],
  [{ tracer: {} }, TypeError, "'tracer'", "of type object"],
  [{ tracer: null }, TypeError, "'tracer'", "null"],
  [{ taskId: 7 }, TypeError, "'taskId' must be of type string", "7"],
  [{ signal: new AbortController() }, TypeError, "'signal' must be an AbortSignal"],
  [{ signal: { addEventListener() {} } }, TypeError, "'signal' must be an AbortSignal", "of type object"],
  [{ attributes: "team=search" }, TypeError, "'attributes'", '"team=search"'],
  [{ attributes: { team: undefined } }, TypeError, `'attributes["team"]'`, "undefined"],
  [{ attributes: { team: { name: "x" } } }, TypeError, `'attributes["team"]'`, "of type object"],
  [{ attributes: { team: ["a", 1] } }, TypeError, `'attributes["team"]'`, "of type object"],
  [{ operationSpan: "no" }, TypeError, "'operationSpan' must be of type boolean", '"no"'],
  [{ recordErrorMessage: 0 }, TypeError, "'recordErrorMessage'", "0"],
  [{ conventions: "1.40" }, RangeError, "'conventions'", '"1.40"'],
  [{ onAttempt: true }, TypeError, "'onAttempt' must be of type function", "true"],
  [{ tracer: { startSpan: 1 } }, TypeError, "'tracer' must be an object with startSpan()"],
  [{ attributes: { team: NaN } }, TypeError, `'attributes["team"]'`, "NaN"],
  [{ attributes: { team: [1, Infinity] } }, TypeError, `'attributes["team"]'`, "of type object"],
  [{ gates: {} }, TypeError, "'gates' must be an array of Gates"],
  [{ gates: [null] }, TypeError, "'gates' must be an array of Gates"],
  [{ gates: [{}] }, TypeError, "'gates' must be an array of Gates"],
  // Forgotten to be called: a function has a name, too.
  [{ gates: [sharedCooldown] }, TypeError, "'gates' must be an array of Gates"],
  [{ clock: {} }, TypeError, "'clock' must be a Clock", "of type object"],
  [{ clock: { now() {}, setTimeout() {} } }, TypeError, "'clock' must be a Clock", "of type object"],
  [{ random: 0.5 }, TypeError, "'random' must be of type function", "0.5"],
  [{ retry: 3 }, TypeError, "'retry' must be of type object", "3"],
  [{ retry: { maxRetries: -1 } }, RangeError, "'retry.maxRetries' must be an integer >= 0", "-1"],
  [{ retry: { maxRetries: 1.5 } }, RangeError, "'retry.maxRetries'", "1.5"],
  [{ retry: { maxRetries: NaN } }, RangeError, "'retry.maxRetries'", "NaN"],
  [{ retry: { maxRetries: Infinity } }, RangeError, "'retry.maxRetries'", "Infinity"],
  [{ retry: { maxRetries: "3" } }, TypeError, "'retry.maxRetries'", '"3"'],
  [{ retry: { baseDelayMs: -1 } }, RangeError, "'retry.baseDelayMs'", "-1"],
  [{ retry: { baseDelayMs: Infinity } }, RangeError, "'retry.baseDelayMs'", "Infinity"],
  [{ retry: { maxDelayMs: NaN } }, RangeError, "'retry.maxDelayMs'", "NaN"],
  [{ retry: { maxDelayMs: null } }, TypeError, "'retry.maxDelayMs'", "null"],
  [{ retry: { maxRetryAfterMs: -5 } }, RangeError, "'retry.maxRetryAfterMs'", "-5"],
  [{ retry: { jitter: "some" } }, RangeError, "'retry.jitter'", '"some"'],
  [{ retry: { jitter: false } }, TypeError, "'retry.jitter'", "false"],
];

for (const [options, type, ...parts] of rows) {
  const shown = JSON.stringify(options, (_, value) => typeof value === "number" ? String(value) : value);
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
  await assertRejects(() => call({ name: "demo" }, {}), TypeError, "'provider.chat' must be of type function");
});

Deno.test("callWithRetry() shows no content of an object in its messages", async () => {
  const options = { taskId: { prompt: "secret" } } as unknown as CallOptions;
  const error = await assertRejects(() => callWithRetry({ name: "demo", chat: () => 1 }, {}, options), TypeError);
  assertEquals(error.message.includes("secret"), false);
});

import type { CallOptions, Provider } from "../../../mod.ts";
import { request } from "../../support/scripted_provider.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../asserts.ts";
import type { ConformanceCase } from "../conformance_case.ts";

const BAD: readonly (readonly [object, typeof RangeError | typeof TypeError, string])[] = [
  [{ retry: { maxRetries: -1 } }, RangeError, "'retry.maxRetries' must be an integer >= 0: current value is -1"],
  [
    { retry: { baseDelayMs: NaN } },
    RangeError,
    "'retry.baseDelayMs' must be a finite number >= 0: current value is NaN",
  ],
  [{ retry: { jitter: "some" } }, RangeError, "'retry.jitter' must be full, equal, none or a function"],
  [{ retry: 3 }, TypeError, "'retry' must be of type object: current value is 3"],
  [{ attemptTimeoutMs: 0 }, RangeError, "'attemptTimeoutMs' must be a number > 0: current value is 0"],
  [{ deadlineMs: "1000" }, TypeError, "'deadlineMs' must be a number > 0"],
  [{ signal: {} }, TypeError, "'signal' must be an AbortSignal"],
  [{ tracer: {} }, TypeError, "'tracer' must be an object with startSpan()"],
  [{ gates: [1] }, TypeError, "'gates' must be an array of Gates"],
];

/** What is refused before anything is sent. */
export const options: readonly ConformanceCase[] = [
  {
    name: "refuses a bad option before anything is sent, naming it and its value",
    async run({ callWithRetry, createCaller }) {
      let calls = 0;
      const provider = { name: "demo", chat: () => ++calls };
      for (const [bad, type, message] of BAD) {
        const errors = [
          await assertRejects(() => callWithRetry(provider, request, bad as CallOptions)),
          assertThrows(() => createCaller(bad as CallOptions)),
        ];
        for (const error of errors) {
          assert(error instanceof type, `${message}: ${String(error)}`);
          assert(error.message.startsWith(`Cannot call the provider: ${message}`), error.message);
        }
      }
      assertEquals(calls, 0);
    },
  },
  {
    name: "refuses what is no provider",
    async run({ callWithRetry }) {
      for (const bad of [undefined, null, {}, { name: "demo" }, { name: "", chat() {} }, { chat() {} }]) {
        const error = await assertRejects(() => callWithRetry(bad as unknown as Provider, request));
        assert(error instanceof TypeError || error instanceof RangeError, String(error));
        assert(error.message.startsWith("Cannot call the provider: 'provider"), error.message);
      }
    },
  },
  {
    name: "takes the platform's own AbortSignal, and a tracer of any class",
    async run({ callWithRetry, noopTracer }) {
      class OwnTracer {
        startSpan = noopTracer.startSpan;
      }
      const { signal } = new AbortController();
      const call = callWithRetry({ name: "demo", chat: () => "ok" }, request, { signal, tracer: new OwnTracer() });
      assertEquals(await call, "ok");
    },
  },
];

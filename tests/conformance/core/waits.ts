import type { AttemptRecord } from "../../../mod.ts";
import { httpError, request, scriptedProvider } from "../../support/scripted_provider.ts";
import { assert, assertEquals, assertRejects } from "../asserts.ts";
import type { ConformanceCase } from "../conformance_case.ts";
import type { Library } from "../library.ts";

/** Makes one call of a provider that fails with `error` first, and tells how that was taken. */
async function afterOne(
  { callWithRetry, fakeClock }: Library,
  error: unknown,
  options: { readonly chance?: number; readonly maxRetryAfterMs?: number } = {},
) {
  const clock = fakeClock({ autoAdvance: true });
  const records: AttemptRecord[] = [];
  const { chance = 0, maxRetryAfterMs } = options;
  await callWithRetry(scriptedProvider(clock, [{ error }]), request, {
    clock,
    random: () => chance,
    retry: { maxRetryAfterMs },
    onAttempt: (record) => records.push(record),
  }).catch(() => {});
  const { "llm.retry.decision": decision, "llm.retry.delay_source": source } = records[0]!;
  return { decision, source, waitedMs: clock.now() };
}

/** How long is waited, and on whose wish. */
export const waits: readonly ConformanceCase[] = [
  {
    name: "doubles the backoff up to its cap",
    async run({ callWithRetry, fakeClock }) {
      const clock = fakeClock({ autoAdvance: true });
      const delays: unknown[] = [];
      const provider = scriptedProvider(clock, Array.from({ length: 9 }, () => ({ error: httpError(500) })));
      await assertRejects(() =>
        callWithRetry(provider, request, {
          clock,
          retry: { jitter: "none", baseDelayMs: 100, maxDelayMs: 450, maxRetries: 4 },
          onAttempt: (record) => delays.push(record["llm.retry.delay_ms"]),
        })
      );
      assertEquals(delays, [100, 200, 400, 450, undefined]);
      assertEquals(clock.now(), 1150);
    },
  },
  {
    name: "draws the whole backoff by default",
    async run(library) {
      assertEquals((await afterOne(library, httpError(500), { chance: 0 })).waitedMs, 0);
      assertEquals((await afterOne(library, httpError(500), { chance: 0.5 })).waitedMs, 500);
    },
  },
  {
    name: "draws from the platform's chance where none is given",
    async run({ callWithRetry, fakeClock }) {
      const clock = fakeClock({ autoAdvance: true });
      const delays: number[] = [];
      const provider = scriptedProvider(clock, Array.from({ length: 20 }, () => ({ error: httpError(500) })));
      await callWithRetry(provider, request, {
        clock,
        retry: { maxRetries: 20, baseDelayMs: 60_000 },
        onAttempt: (record) => delays.push(record["llm.retry.delay_ms"] ?? 0),
      });
      assert(delays.every((ms) => ms >= 0 && ms <= 60_000), "A delay lies outside of the backoff");
      assert(new Set(delays).size > 2, "The delays do not vary");
    },
  },
  {
    name: "follows Retry-After, in seconds and in milliseconds, and never undercuts it",
    async run(library) {
      const cases = [
        ["retry-after", "3", 3000],
        ["retry-after", "0.5", 500],
        ["retry-after-ms", "250", 250],
        ["x-ms-retry-after-ms", "40", 40],
        ["retry-after", "0", 0],
      ] as const;
      for (const [header, value, ms] of cases) {
        const told = await afterOne(library, httpError(429, { [header]: value }));
        assertEquals(told, { decision: "retry", source: header, waitedMs: ms }, `${header}: ${value}`);
      }
      const { waitedMs } = await afterOne(library, httpError(429, { "retry-after": "10" }), { chance: 0.999 });
      assert(waitedMs >= 10_000 && waitedMs <= 11_000, `It waited ${waitedMs} ms`);
    },
  },
  {
    name: "measures an HTTP date against the response's own Date",
    async run(library) {
      const headers = { "date": "Sun, 06 Nov 1994 08:49:37 GMT", "retry-after": "Sun, 06 Nov 1994 08:49:42 GMT" };
      assertEquals((await afterOne(library, httpError(503, headers))).waitedMs, 5000);
    },
  },
  {
    name: "measures an HTTP date against the clock where there is no Date",
    async run(library) {
      // The fake clock starts at midnight.
      const headers = { "retry-after": "Thu, 01 Jan 2026 00:00:20 GMT" };
      assertEquals((await afterOne(library, httpError(503, headers))).waitedMs, 20_000);
    },
  },
  {
    name: "reads the platform's own Headers and Response",
    async run(library) {
      const headers = new Headers({ "Retry-After": "4" });
      for (const error of [{ status: 429, headers }, new Response(null, { status: 429, headers })]) {
        assertEquals(await afterOne(library, error), { decision: "retry", source: "retry-after", waitedMs: 4000 });
      }
    },
  },
  {
    name: "reads what the body says",
    async run(library) {
      const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34.4s" }];
      const said = [
        [{ status: 429, error: { code: 429, status: "RESOURCE_EXHAUSTED", details } }, 34_400],
        [httpError(429, {}, "Rate limit reached. Please try again in 9.816s."), 9816],
      ] as const;
      for (const [error, ms] of said) {
        assertEquals(await afterOne(library, error), { decision: "retry", source: "body", waitedMs: ms });
      }
    },
  },
  {
    name: "gives up at once when the server asks for too long a wait",
    async run(library) {
      const error = httpError(429, { "retry-after": "61" });
      assertEquals((await afterOne(library, error)).decision, "retry_after_too_long");
      assertEquals((await afterOne(library, error, { maxRetryAfterMs: 61_000 })).decision, "retry");
    },
  },
  {
    name: "waits past 2^31 ms without a timer that overflows",
    async run(library) {
      const seconds = 3_000_000;
      const error = httpError(429, { "retry-after": String(seconds) });
      const { waitedMs } = await afterOne(library, error, { maxRetryAfterMs: 2 ** 40 });
      assertEquals(waitedMs, seconds * 1000);
    },
  },
];

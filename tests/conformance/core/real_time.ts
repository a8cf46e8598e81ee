import type { AttemptRecord, Clock } from "../../../mod.ts";
import { httpError, request } from "../../support/scripted_provider.ts";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "../asserts.ts";
import type { ConformanceCase } from "../conformance_case.ts";
import type { Library } from "../library.ts";

/** Every number of milliseconds that spans tell, of a call that is retried once and has every limit there is. */
async function durations({ callWithRetry, recordingTracer }: Library, clock: Clock): Promise<unknown[]> {
  const tracer = recordingTracer({ clock });
  let calls = 0;
  let asked = 0;
  await callWithRetry(
    {
      name: "demo",
      async chat() {
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (calls++ === 0) throw httpError(503);
      },
    },
    request,
    {
      clock,
      tracer,
      attemptTimeoutMs: 5000,
      deadlineMs: 5000,
      retry: { baseDelayMs: 5, jitter: "none" },
      gates: [{ name: "slow", before: () => asked++ === 0 ? { waitMs: 2 } : undefined }],
    },
  );
  const found = tracer.spans.flatMap(({ attributes }) =>
    Object.entries(attributes).filter(([name]) => name.endsWith("_ms")).map(([, value]) => value)
  );
  assert(found.length >= 4, `There are ${found.length} durations`);
  return found;
}

function assertSensible(durations: readonly unknown[]): void {
  assert(durations.every((ms) => Number.isInteger(ms) && Number(ms) >= 0 && Number(ms) < 5000), durations.join());
}

/** What the platform's own timers and clocks come to. On Workers the clock stands still between I/O. */
export const realTime: readonly ConformanceCase[] = [
  {
    name: "waits in real time, no shorter than told",
    async run({ callWithRetry, systemClock }) {
      let calls = 0;
      const seen: number[] = [];
      const chat = () => {
        seen.push(systemClock.now());
        if (calls++ === 0) throw httpError(429, { "retry-after-ms": "20" });
        return "ok";
      };
      assertEquals(await callWithRetry({ name: "demo", chat }, request), "ok");
      const waitedMs = seen[1]! - seen[0]!;
      assert(waitedMs >= 19 && waitedMs < 5000, `It waited ${waitedMs} ms`);
    },
  },
  {
    name: "ends an attempt and a wait in real time",
    async run({ callWithRetry }) {
      const never = { name: "demo", chat: () => new Promise(() => {}) };
      const options = { attemptTimeoutMs: 10, retry: { maxRetries: 0 } };
      const timeout = await assertRejects(() => callWithRetry(never, request, options));
      assertStrictEquals((timeout as Error).name, "TimeoutError");

      const controller = new AbortController();
      const failing = { name: "demo", chat: () => Promise.reject(httpError(429, { "retry-after": "60" })) };
      const call = callWithRetry(failing, request, { signal: controller.signal });
      setTimeout(() => controller.abort("left"), 10);
      assertStrictEquals(await assertRejects(() => call), "left");
    },
  },
  {
    name: "tells sensible durations by the platform's clock",
    run: async (library) => assertSensible(await durations(library, library.systemClock)),
  },
  {
    name: "tells durations of 0 by a clock that stands still",
    async run(library) {
      const clock = { ...library.systemClock, now: () => 5, date: () => 1_767_225_600_000 };
      const found = await durations(library, clock);
      assertSensible(found);
      // The backoff is what was decided on, not what was measured.
      assertEquals(found.filter((ms) => ms !== 0), [5]);
    },
  },
  {
    name: "tells durations of 0 by a clock that goes backwards",
    async run(library) {
      let time = 1e12;
      assertSensible(await durations(library, { ...library.systemClock, now: () => time -= 1000 }));
    },
  },
  {
    name: "keeps many calls apart",
    async run({ callWithRetry }) {
      const records: AttemptRecord[][] = [];
      const call = async (index: number) => {
        const own: AttemptRecord[] = records[index] = [];
        const chat = async (given: { model: string }, { attempt }: { attempt: number }) => {
          await Promise.resolve();
          if (attempt < index % 3) throw httpError(503);
          return given.model;
        };
        const onAttempt = (record: AttemptRecord) => own.push(record);
        return await callWithRetry({ name: "demo", chat }, { model: `m-${index}` }, {
          retry: { baseDelayMs: 1 },
          onAttempt,
        });
      };
      const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => call(index)));
      assertEquals(answers, Array.from({ length: 50 }, (_, index) => `m-${index}`));
      assertEquals(records.map((it) => it.length), Array.from({ length: 50 }, (_, index) => index % 3 + 1));
    },
  },
];

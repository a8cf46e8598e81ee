import fc from "fast-check";
import { assertEquals } from "@std/assert";
import { isViolation } from "../support/call_invariants.ts";
import { type PlannedStep, type PlannedStream, playStream, type StreamPlan } from "../support/played_stream.ts";
import { STREAM_INVARIANTS } from "../support/stream_invariants.ts";
import { virtualClock } from "../support/virtual_clock.ts";

/** Streams that all properties are tried on together; a failing one is made small and shown with the seed that repeats it. */
const RUNS = 3000;

const maybe = <T>(it: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(it, { nil: undefined });
// Few different ones, so that things happen at the same time.
const ms = fc.constantFrom(0, 1, 10, 20, 50, 100, 200);

const step: fc.Arbitrary<PlannedStep> = fc.record({
  afterMs: maybe(ms),
  kind: fc.oneof(
    { weight: 3, arbitrary: fc.constant("preliminary" as const) },
    { weight: 6, arbitrary: fc.constant("content" as const) },
    { weight: 2, arbitrary: fc.constant("terminal" as const) },
    { weight: 3, arbitrary: fc.constantFrom("report" as const, "break" as const, "hang" as const) },
  ),
});

const attempt: fc.Arbitrary<PlannedStream> = fc.record({
  headersMs: maybe(ms),
  status: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, fc.constantFrom(400, 429, 503, 529)),
  shape: fc.constantFrom("iterable" as const, "generator" as const, "ReadableStream" as const),
  onAbort: fc.constantFrom("throw" as const, "end" as const, "ignore" as const),
  steps: fc.array(step, { maxLength: 6 }),
});

const limit = maybe(fc.constantFrom(1, 10, 20, 50, 100, 300, 1000));

const plan: fc.Arbitrary<StreamPlan> = fc.record({
  attempts: fc.array(attempt, { minLength: 1, maxLength: 4 }),
  attemptTimeoutMs: limit,
  idleTimeoutMs: limit,
  deadlineMs: maybe(fc.constantFrom(50, 100, 300, 1000, 5000)),
  maxRetries: fc.nat(4),
  abort: maybe(fc.record({ atMs: fc.oneof(ms, fc.nat(600)), hops: fc.nat(20) })),
  consumer: fc.record({
    reads: fc.constantFrom("iterator" as const, "reader" as const, "pairs" as const),
    pausesMs: fc.array(fc.constantFrom(0, 0, 10, 50, 500), { minLength: 1, maxLength: 3 }),
    leavesAfter: maybe(fc.nat(6)),
  }),
});

Deno.test("streamWithRetry() keeps every promise, whatever happens", async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (plan) => {
      const clock = virtualClock();
      const played = await clock.run(() => playStream(plan, clock));
      for (const [name, invariant] of Object.entries(STREAM_INVARIANTS)) {
        const found = invariant(plan, played);
        assertEquals(isViolation(found) ? found : undefined, undefined, `It ${name}: ${JSON.stringify(found)}`);
      }
    }),
    { numRuns: RUNS },
  );
});

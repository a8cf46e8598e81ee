import fc from "fast-check";
import { assertEquals } from "@std/assert";
import type { Jitter } from "../../mod.ts";
import { INVARIANTS, isViolation } from "../support/call_invariants.ts";
import { FAILURES, PASSING_FAILURES, type PlannedFailure } from "../support/planned_failures.ts";
import { type Plan, type PlannedAbort, type PlannedAttempt, play } from "../support/played_call.ts";
import { virtualClock } from "../support/virtual_clock.ts";

/** Calls that each property is tried on; a failing one is made small and shown with the seed that repeats it. */
const RUNS = 1000;

const ms = (max: number): fc.Arbitrary<number> => fc.oneof(fc.nat(max), fc.nat(Math.min(max, 20)));
const takesMs = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  { weight: 4, arbitrary: ms(3000) },
  // Hangs, as far as anybody can tell.
  { weight: 1, arbitrary: fc.constant(1e9) },
);

// Named, so that a failure shows which it was.
const failure = (from: readonly PlannedFailure[]): fc.Arbitrary<PlannedFailure> =>
  fc.nat(from.length - 1).map((index) => ({ index, ...from[index]! }));

const attempt = (blocksMs: fc.Arbitrary<number>): fc.Arbitrary<PlannedAttempt> =>
  fc.record({
    takesMs,
    failure: fc.oneof(
      { weight: 6, arbitrary: failure(PASSING_FAILURES) },
      { weight: 3, arbitrary: failure(FAILURES) },
      { weight: 1, arbitrary: fc.constant({}) },
    ),
    throwsAtOnce: fc.boolean(),
    listens: fc.boolean(),
    blocksMs,
  }).map(({ failure, ...attempt }) => ({ ...attempt, ...failure }));

const abort: fc.Arbitrary<PlannedAbort> = fc.oneof(
  fc.record({ atMs: ms(8000), hops: fc.nat(20) }),
  fc.record({ inCallout: fc.nat(120) }),
);

const maybe = <T>(it: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(it, { nil: undefined });

const plan = (blocksMs: fc.Arbitrary<number>): fc.Arbitrary<Plan> =>
  fc.record({
    attempts: fc.array(attempt(blocksMs), { maxLength: 8 }),
    abort: maybe(abort),
    attemptTimeoutMs: maybe(ms(2000).map((it) => it + 1)),
    deadlineMs: maybe(fc.oneof(ms(20_000), fc.constant(2 ** 33)).map((it) => it + 1)),
    maxRetries: fc.nat(7),
    baseDelayMs: ms(2000),
    maxDelayMs: ms(5000),
    maxRetryAfterMs: fc.constantFrom(0, 1000, 60_000),
    jitter: fc.constantFrom<Jitter[]>("full", "equal", "none", (ceilingMs) => Math.floor(ceilingMs / 3)),
    chances: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1, maxLength: 4 }),
  });

const STEADY = plan(fc.constant(0));
/** Calls whose provider blocks the thread at times, so that timers come late. */
const BLOCKED = plan(fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: ms(3000) }));

for (const [name, invariant] of Object.entries(INVARIANTS)) {
  Deno.test(`callWithRetry() ${name}, whatever happens`, async () => {
    for (const plans of [STEADY, BLOCKED]) {
      await fc.assert(
        fc.asyncProperty(plans, async (plan) => {
          const clock = virtualClock();
          const found = invariant(plan, await clock.run(() => play(plan, clock)));
          assertEquals(isViolation(found) ? found : undefined, undefined);
          assertEquals(clock.openTimers, 0);
        }),
        { numRuns: RUNS / 2 },
      );
    }
  });
}

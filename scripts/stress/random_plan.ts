import { FAILURES, PASSING_FAILURES } from "../../tests/support/planned_failures.ts";
import type { Plan, PlannedAttempt } from "../../tests/support/played_call.ts";

/** Chance in [0, 1) that is the same again for the same seed: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}

const JITTERS = ["full", "equal", "none", (ceilingMs: number) => Math.floor(ceilingMs / 3)] as const;

/** A call with faults of every kind: about three attempts in four succeed. */
export function randomPlan(random: () => number): Plan {
  const below = (limit: number) => Math.floor(random() * limit);
  const oneOf = <T>(values: readonly T[]) => values[below(values.length)]!;
  const maxRetries = below(7);

  function attempt(): PlannedAttempt {
    const kind = random();
    const failure = kind < 0.75 ? {} : oneOf(kind < 0.95 ? PASSING_FAILURES : FAILURES);
    const pace = random();
    // One in twenty hangs, as far as anybody can tell.
    const takesMs = pace < 0.1 ? undefined : pace < 0.95 ? below(500) : 1e7;
    return { ...failure, takesMs, throwsAtOnce: random() < 0.1, listens: random() < 0.5 };
  }

  const fate = random();
  return {
    attempts: Array.from({ length: maxRetries + 1 }, attempt),
    abort: fate < 0.2 ? { atMs: below(4000), hops: below(20) } : fate < 0.3 ? { inCallout: below(120) } : undefined,
    attemptTimeoutMs: random() < 0.7 ? 300 + below(600) : undefined,
    deadlineMs: random() < 0.5 ? 1 + below(10_000) : undefined,
    maxRetries,
    baseDelayMs: below(500),
    maxDelayMs: below(2000),
    maxRetryAfterMs: oneOf([0, 1000, 60_000]),
    jitter: oneOf(JITTERS),
    chances: [random(), random(), random()],
  };
}

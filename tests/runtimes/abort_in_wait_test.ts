import { assert, assertEquals } from "@std/assert";
import type { Aborted } from "./abort_in_wait.ts";
import { RUN_IN } from "./run_in.ts";

const JOB = { module: "tests/runtimes/abort_in_wait.ts", name: "abortInWait" };
const TIMES = 15;

for (const [runtime, run] of Object.entries(RUN_IN)) {
  Deno.test(`callWithRetry() ends a wait of 60 s in under 5 ms when aborted, in ${runtime}`, async () => {
    const aborted = await run(JOB, { times: TIMES }) as Aborted[];
    assertEquals(
      aborted.map(({ waitMs, cameFirst, hasReason, openTimers }) => ({ waitMs, cameFirst, hasReason, openTimers })),
      Array.from({ length: TIMES }, () => ({ waitMs: 60_000, cameFirst: true, hasReason: true, openTimers: 0 })),
    );
    const [median = NaN] = aborted.map(({ settledMs }) => settledMs).sort((a, b) => a - b).slice(TIMES >> 1);
    // The median: whatever else runs on the machine may take the processor away for longer than that.
    assert(median < 5, `The median is ${median} ms`);
  });
}

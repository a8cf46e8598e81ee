// deno-lint-ignore-file no-console
/** Makes calls with random faults: `run_calls.ts <calls> <seed>`. Prints a line of JSON for every tenth of them. */
import { violations } from "../../tests/support/call_invariants.ts";
import { play } from "../../tests/support/played_call.ts";
import { virtualClock } from "../../tests/support/virtual_clock.ts";
import { randomPlan, seeded } from "./random_plan.ts";

/** What the calls came to up to now. */
export interface Tally {
  readonly calls: number;
  readonly attempts: number;
  readonly outcomes: Readonly<Record<string, number>>;
  /** Those that were open when their call had settled, and timers that are open now. */
  readonly openTimers: number;
  readonly openListeners: number;
  readonly violationCount: number;
  /** The first few, with the calls. */
  readonly violations: readonly string[];
  /** After a collection, if the collector is exposed. */
  readonly heapBytes: number;
}

/** Calls that run at the same time: few enough for what they leave behind to be collected young. */
const BATCH = 100;

async function runCalls(total: number, seed: number, tell: (tally: Tally) => void): Promise<void> {
  const random = seeded(seed);
  const clock = virtualClock();
  const outcomes: Record<string, number> = {};
  const found: string[] = [];
  let [attempts, openTimers, openListeners, violationCount] = [0, 0, 0, 0];

  async function oneCall(): Promise<void> {
    const plan = randomPlan(random);
    const played = await play(plan, clock);
    const { settled, records, abortedIn } = played;
    const outcome = "answer" in settled
      ? "ok"
      : abortedIn !== undefined && settled.error === played.reason
      ? "cancelled"
      : records.at(-1)?.["llm.retry.decision"] ?? "?";
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    attempts += played.attempts.length;
    openTimers += played.openTimers;
    openListeners += played.openListeners;
    for (const violation of violations(plan, played)) {
      if (++violationCount <= 3) found.push(`${violation}\n  ${JSON.stringify(plan)}`);
    }
  }

  const { gc } = globalThis as { gc?: () => void };
  for (let calls = 0, told = 0; calls < total;) {
    const size = Math.min(BATCH, Math.ceil(total / 10), total - calls);
    await clock.run(() => Promise.all(Array.from({ length: size }, oneCall)));
    calls += size;
    if (Math.floor(calls * 10 / total) === told) continue;
    told = Math.floor(calls * 10 / total);
    gc?.();
    const heapBytes = Deno.memoryUsage().heapUsed;
    const open = openTimers + clock.openTimers;
    tell({ calls, attempts, outcomes, openTimers: open, openListeners, violationCount, violations: found, heapBytes });
  }
}

if (import.meta.main) {
  // Stacks of errors that nobody looks at would take most of the time.
  Error.stackTraceLimit = 0;
  await runCalls(Number(Deno.args[0]), Number(Deno.args[1]), (tally) => console.log(JSON.stringify(tally)));
}

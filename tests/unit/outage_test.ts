import { assert, assertEquals } from "@std/assert";
import { chart, table } from "../../scripts/outage/chart.ts";
import { type Outage, requestsOf, simulate } from "../../scripts/outage/simulate.ts";
import { seeded } from "../../scripts/stress/random_plan.ts";
import { retryBudget } from "../../src/retry_budget.ts";
import { sharedCooldown } from "../../src/shared_cooldown.ts";

// A tenth of what `deno task outage` shows: the same figures, divided by ten.

const ENDLESS: Outage = { calls: 1000, arrivalMs: 0, downMs: Infinity, status: 503, capacityPerS: 0 };
const LIMITED: Outage = {
  calls: 1000,
  arrivalMs: 60_000,
  downMs: 20_000,
  status: 429,
  retryAfterS: 20,
  capacityPerS: 20,
};

/** The most of `instants` that lie within `ms` milliseconds. */
function mostWithin(ms: number, instants: readonly number[]): number {
  return Math.max(...instants.map((from) => instants.filter((at) => at >= from && at < from + ms).length));
}

Deno.test("callWithRetry() makes six requests of each call in a full outage, without gates", async () => {
  const load = await simulate(ENDLESS, [], seeded(1));
  assertEquals([requestsOf(load), load.succeeded, load.failed], [6000, 0, 1000]);
});

Deno.test("retryBudget() keeps the extra load of a full outage under 10 %, and at nothing once it is empty", async () => {
  const load = await simulate({ ...ENDLESS, arrivalMs: 60_000 }, [retryBudget({ capacity: 50 })], seeded(1));
  // 50 tokens are 10 retries, and nothing refills them.
  assertEquals([requestsOf(load), load.retriedAt.length, load.failed], [1010, 10, 1000]);
  assertEquals(load.retriesPerSecond.slice(10).filter((retries) => retries > 0), []);
});

Deno.test("sharedCooldown() lets calls go one after another when it is over", async () => {
  const load = await simulate(LIMITED, [sharedCooldown({ spacingMs: 100 })], seeded(1));
  assertEquals([load.succeeded, load.failed], [1000, 0]);
  const without = await simulate(LIMITED, [], seeded(1));
  // The few that were under way when the first answer came walk into the wall, and no other before it is gone.
  assert(load.perSecond.slice(1, 20).every((requests) => requests <= 2), String(load.perSecond));
  assert(mostWithin(1000, load.retriedAt) < mostWithin(1000, without.retriedAt) / 2);
  assert(requestsOf(load) - 1000 < (requestsOf(without) - 1000) / 5);
});

Deno.test("sharedCooldown() spreads out what was under way when the wall came up", async () => {
  const herd = { ...LIMITED, calls: 200, arrivalMs: 0, downMs: 5000, retryAfterS: 5, capacityPerS: 1000 };
  const load = await simulate(herd, [sharedCooldown({ spacingMs: 100 })], seeded(1));
  assertEquals([load.succeeded, load.retriedAt.length], [200, 200]);
  assert(load.retriedAt.every((at) => at >= 5000));
  const without = await simulate(herd, [], seeded(1));
  assertEquals(mostWithin(1000, without.retriedAt), 200);
  assert(mostWithin(1000, load.retriedAt) <= 25, String(mostWithin(1000, load.retriedAt)));
  assert(mostWithin(100, load.retriedAt) <= 5, String(mostWithin(100, load.retriedAt)));
});

Deno.test("chart() and table() stay within 80 columns", async () => {
  const load = await simulate({ ...LIMITED, calls: 300 }, [], seeded(1));
  const texts = [chart(load.perSecond, 500, 100), chart([1], 1, 1), table(new Map([["sharedCooldown", load]]))];
  for (const line of texts.join("\n").split("\n")) assert(line.length <= 80, line);
});

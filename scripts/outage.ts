// deno-lint-ignore-file no-console
/**
 * Shows what retries do to a provider in an outage, without gates, with a budget, with a shared cooldown and with both:
 * 10,000 calls on a virtual clock.
 */
import { retryBudget } from "../src/retry_budget.ts";
import { sharedCooldown } from "../src/shared_cooldown.ts";
import { chart, table } from "./outage/chart.ts";
import { type Load, type Outage, simulate } from "./outage/simulate.ts";
import { seeded } from "./stress/random_plan.ts";
import { readArguments } from "./support/arguments.ts";

readArguments("Usage: deno task outage", {});

const GATES = {
  "no gates": () => [],
  "retryBudget": () => [retryBudget()],
  "sharedCooldown": () => [sharedCooldown({ spacingMs: 10 })],
  "both": () => [retryBudget(), sharedCooldown({ spacingMs: 10 })],
};

const OUTAGES: Readonly<Record<string, Outage>> = {
  "Down for good: 10,000 calls at once, 503 and no end": {
    calls: 10_000,
    arrivalMs: 0,
    downMs: Infinity,
    status: 503,
    capacityPerS: 0,
  },
  "Down for 60 s: 10,000 calls in 120 s, 503, then 200 requests/s": {
    calls: 10_000,
    arrivalMs: 120_000,
    downMs: 60_000,
    status: 503,
    capacityPerS: 200,
  },
  "Limited for 20 s: 10,000 calls in 60 s, 429 with Retry-After, then 200/s": {
    calls: 10_000,
    arrivalMs: 60_000,
    downMs: 20_000,
    status: 429,
    retryAfterS: 20,
    capacityPerS: 200,
  },
};

const SEED = 7;

for (const [title, outage] of Object.entries(OUTAGES)) {
  const loads = new Map<string, Load>();
  for (const [name, gates] of Object.entries(GATES)) loads.set(name, await simulate(outage, gates(), seeded(SEED)));
  const all = [...loads.values()];
  const seconds = Math.max(...all.map(({ perSecond }) => perSecond.length));
  const peak = Math.max(...all.flatMap(({ perSecond }) => perSecond));
  console.log(`${title}\n${"=".repeat(title.length)}`);
  for (const [name, { perSecond }] of loads) {
    console.log(`\nrequests per second, ${name}\n${chart(perSecond, seconds, peak)}`);
  }
  console.log(`\n${table(loads)}\n\n`);
}

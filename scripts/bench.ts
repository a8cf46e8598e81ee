// deno-lint-ignore-file no-console
/** Compares the cost of a call with other retry libraries and with hand-written spans. `--help` lists the options. */
import { allMet, goals, tables } from "./bench/report.ts";
import { RUNTIMES } from "./bench/runtimes.ts";
import { misused, readArguments } from "./support/arguments.ts";

const USAGE = `Usage: deno task bench [--runtime deno|node|both] [--check]

  --runtime  where to measure; both by default
  --check    exit with 1 unless every goal is met`;

const { values: { runtime = "both", check } } = readArguments(USAGE, {
  options: { runtime: { type: "string" }, check: { type: "boolean" } },
});
const chosen = (["deno", "node"] as const).filter((name) => runtime === "both" || runtime === name);
if (chosen.length === 0) misused(USAGE);

for (const name of chosen) {
  const results = await RUNTIMES[name].measure();
  console.log(`${await RUNTIMES[name].version()}: per call, the fastest of many interleaved rounds\n`);
  console.log(`${tables(results)}\n\n${goals(results)}\n`);
  if (check && !allMet(results)) Deno.exitCode = 1;
}

// deno-lint-ignore-file no-console
/** Compares the cost of a call with other retry libraries and with hand-written spans. `--help` lists the options. */
import { allMet, goals, tables } from "./bench/report.ts";
import { RUNTIMES } from "./bench/runtimes.ts";

const HELP = `Usage: deno task bench [--runtime deno|node|both] [--check]

  --runtime  where to measure; both by default
  --check    exit with 1 unless every goal is met`;

const args = Deno.args.join(" ").replaceAll("=", " ");
if (args.includes("--help")) {
  console.log(HELP);
  Deno.exit(0);
}
const [, runtime = "both"] = /^(?:--check ?)?(?:--runtime (deno|node|both))?(?: ?--check)?$/.exec(args) ?? [, "?"];
if (runtime === "?") {
  console.error(HELP);
  Deno.exit(2);
}

const chosen = runtime === "both" ? ["deno", "node"] as const : [runtime as "deno" | "node"];
for (const name of chosen) {
  const results = await RUNTIMES[name].measure();
  console.log(`${await RUNTIMES[name].version()}: per call, the fastest of many interleaved rounds\n`);
  console.log(`${tables(results)}\n\n${goals(results)}\n`);
  if (Deno.args.includes("--check") && !allMet(results)) Deno.exitCode = 1;
}

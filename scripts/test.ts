// deno-lint-ignore-file no-console
/** Runs every check and every test, in Deno and in Node, and prints a summary. `--help` lists the parts. */
import { CHECKS } from "./parts/checks.ts";
import { CONFORMANCE } from "./parts/conformance.ts";
import { DENO_TESTS, IN_OTHER_RUNTIMES, TIMED_IN_DENO } from "./parts/deno_tests.ts";
import { MORE_OF_PACKAGE, NPM_PACKAGE, TIMED_IN_NODE } from "./parts/npm_package.ts";
import { misused, readArguments } from "./support/arguments.ts";
import { jsrAnswers } from "./support/jsr.ts";
import type { Part } from "./support/part.ts";
import { runParts } from "./support/run_parts.ts";

const QUICK = [...NPM_PACKAGE, ...DENO_TESTS, ...MORE_OF_PACKAGE, ...CONFORMANCE, ...CHECKS];
// These measure real time, if with much room: no more of them at once than even a small machine has processors.
const TIMED = [...TIMED_IN_DENO, ...TIMED_IN_NODE, IN_OTHER_RUNTIMES];

const USAGE = `Usage: deno task test [NAME...]

  NAME  runs only the parts whose names contain one of these words, of:
        ${[...QUICK, ...TIMED].map(({ name }) => name).join("\n        ")}`;

const { positionals: wanted } = readArguments(USAGE, { allowPositionals: true });
const [quickParts, timedParts] = [QUICK, TIMED].map((parts) => parts.filter(isWanted));
if (quickParts!.length + timedParts!.length === 0) misused(USAGE);

await jsrAnswers();
const quick = await runParts(quickParts!, 3);
const timed = await runParts(timedParts!, 2);

const passed = quick.passed + timed.passed;
const failed = quick.failed + timed.failed;
console.log(`\n${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) Deno.exit(1);

function isWanted({ name }: Part): boolean {
  return wanted.length === 0 || wanted.some((it) => name.includes(it));
}

// deno-lint-ignore-file no-console
/**
 * Runs every check and every test, in Deno and in Node, and prints a summary. With arguments, only the parts whose names
 * contain one of them: `deno task test lint package`.
 */
import { CHECKS } from "./parts/checks.ts";
import { CONFORMANCE } from "./parts/conformance.ts";
import { DENO_TESTS, IN_OTHER_RUNTIMES, TIMED_IN_DENO } from "./parts/deno_tests.ts";
import { MORE_OF_PACKAGE, NPM_PACKAGE, TIMED_IN_NODE } from "./parts/npm_package.ts";
import { jsrAnswers } from "./support/jsr.ts";
import type { Part } from "./support/part.ts";
import { runParts } from "./support/run_parts.ts";

function isWanted({ name }: Part): boolean {
  return Deno.args.length === 0 || Deno.args.some((it) => name.includes(it));
}

await jsrAnswers();
const QUICK = [...NPM_PACKAGE, ...DENO_TESTS, ...MORE_OF_PACKAGE, ...CONFORMANCE, ...CHECKS];
const quick = await runParts(QUICK.filter(isWanted), 3);
// These measure real time, if with much room: no more of them at once than even a small machine has processors.
const timed = await runParts([...TIMED_IN_DENO, ...TIMED_IN_NODE, IN_OTHER_RUNTIMES].filter(isWanted), 2);

const passed = quick.passed + timed.passed;
const failed = quick.failed + timed.failed;
console.log(`\n${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) Deno.exit(1);

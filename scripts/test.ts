// deno-lint-ignore-file no-console
/**
 * Runs every check and every test, in Deno and in Node, and prints a summary. With arguments, only the parts whose names
 * contain one of them: `deno task test lint package`.
 */
import { CHECKS } from "./parts/checks.ts";
import { DENO_TESTS } from "./parts/deno_tests.ts";
import { NPM_PACKAGE } from "./parts/npm_package.ts";
import { jsrAnswers } from "./support/jsr.ts";
import { runParts } from "./support/run_parts.ts";

const parts = [...NPM_PACKAGE, ...DENO_TESTS, ...CHECKS];
const wanted = parts.filter(({ name }) => Deno.args.length === 0 || Deno.args.some((it) => name.includes(it)));

await jsrAnswers();
const { passed, failed } = await runParts(wanted, 2);
console.log(`\n${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) Deno.exit(1);

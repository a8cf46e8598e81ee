// deno-lint-ignore-file no-console
/**
 * Runs the conformance suites, on the npm package or on the sources, in every runtime that can be had on this machine, and
 * prints what passed where. `--help` lists the options.
 */
import { SUITES } from "../tests/conformance/suites.ts";
import { RUNTIMES } from "../tests/runtimes/runtimes.ts";
import type { Runtime } from "../tests/runtimes/runtime.ts";
import { type Conformance, conformance } from "./runtimes/conformance.ts";
import { markdownTable, textTable } from "./runtimes/table.ts";
import { misused, readArguments } from "./support/arguments.ts";
import { jsrAnswers } from "./support/jsr.ts";
import { messageOf } from "./support/message_of.ts";
import { deno, mustSucceed } from "./support/run.ts";

/** How it came out in one runtime; without a version, why it was left out. */
interface Row {
  readonly runtime: Runtime;
  readonly version?: string;
  readonly leftOut?: string;
  readonly result: Conformance;
  readonly seconds: number;
}

const LIBRARY = { source: "sources", package: "npm package", bundle: "npm package, bundled" };
const NOTHING: Conformance = { passed: 0, failed: 0, output: "", passedIn: {} };

const USAGE = `Usage: deno task test:runtimes [NAME...] [--markdown]

  NAME        runs only the runtimes whose names contain one of these words, of:
              ${[...new Set(RUNTIMES.map(({ name }) => name))].join("\n              ")}
  --markdown  prints the table of the README`;

const { values: { markdown = false }, positionals: wanted } = readArguments(USAGE, {
  options: { markdown: { type: "boolean" } },
  allowPositionals: true,
});
const runtimes = RUNTIMES.filter(({ name }) => wanted.length === 0 || wanted.some((it) => name.includes(it)));
if (runtimes.length === 0) misused(USAGE);

await jsrAnswers();
await mustSucceed(deno(["run", "--allow-all", "scripts/build_npm.ts"]));
const rows = await inParallel(runtimes, navigator.hardwareConcurrency, test);

const ran = rows.filter(({ version }) => version !== undefined);
const suites = Object.keys(SUITES);
const cells = ran.map(({ runtime, version, result, seconds }) => [
  runtime.name,
  version!,
  LIBRARY[runtime.library],
  ...suites.map((suite) => String(result.passedIn[suite] ?? 0)),
  ...markdown ? [] : [result.failed ? `${result.failed} failed` : "ok", `${seconds.toFixed(1)} s`],
]);
const head = ["runtime", "version", "tested as", ...suites, ...markdown ? [] : ["", ""]];
console.log((markdown ? markdownTable : textTable)(head, cells));
for (const { runtime, leftOut } of rows) {
  if (leftOut !== undefined) console.log(`\nleft out: ${runtime.name}: ${leftOut}`);
}
for (const { runtime, version, result } of ran) {
  if (result.failed > 0) console.log(`\n---- ${runtime.name} ${version} ----\n${result.output}`);
}
const passed = ran.reduce((sum, { result }) => sum + result.passed, 0);
const failed = ran.reduce((sum, { result }) => sum + result.failed, 0);
if (!markdown || failed > 0) console.log(`\n${passed} passed, ${failed} failed, in ${ran.length} runtimes`);
if (failed > 0 || passed === 0) Deno.exitCode = 1;

async function test(runtime: Runtime): Promise<Row> {
  let version: string;
  try {
    version = await runtime.version();
  } catch (error) {
    return { runtime, leftOut: messageOf(error), result: NOTHING, seconds: 0 };
  }
  const started = performance.now();
  const result = await conformance(runtime).catch((error) => ({ ...NOTHING, failed: 1, output: messageOf(error) }));
  return { runtime, version, result, seconds: (performance.now() - started) / 1000 };
}

/** Does the work, so many at a time, and keeps the order. */
async function inParallel<In, Out>(
  items: readonly In[],
  width: number,
  work: (item: In) => Promise<Out>,
): Promise<Out[]> {
  const results: Out[] = [];
  const waiting = items.entries();
  await Promise.all(Array.from({ length: width }, async () => {
    for (const [index, item] of waiting) results[index] = await work(item);
  }));
  return results;
}

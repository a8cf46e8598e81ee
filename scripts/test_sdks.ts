// deno-lint-ignore-file no-console
/**
 * Runs the matrix of SDKs, ways and runtimes against the fault server, on the npm package (in Deno on the sources), and
 * prints how many cases passed in each cell. `--help` lists the options.
 */
import { bun } from "../tests/runtimes/bun.ts";
import { denoOnSources } from "../tests/runtimes/deno.ts";
import { edgeRuntimeAtVercel } from "../tests/runtimes/edge_runtime.ts";
import { node } from "../tests/runtimes/node.ts";
import type { Job, Runtime } from "../tests/runtimes/runtime.ts";
import { workerd } from "../tests/runtimes/workerd.ts";
import type { MatrixResult } from "../tests/sdks/run_matrix.ts";
import { markdownTable, textTable } from "./runtimes/table.ts";
import { cellOf, gapsOf, linesOf } from "./sdks/report.ts";
import { serveFaults } from "./sdks/serve_faults.ts";
import { readArguments } from "./support/arguments.ts";
import { jsrAnswers } from "./support/jsr.ts";
import { messageOf } from "./support/message_of.ts";
import { deno, mustSucceed } from "./support/run.ts";

const ALL: Job = { module: "tests/sdks/all_sdks.ts", name: "runAllSdks" };
const EDGE: Job = { module: "tests/sdks/edge_sdks.ts", name: "runEdgeSdks" };

const MATRIX: readonly (readonly [runtime: Runtime, job: Job])[] = [
  [denoOnSources, ALL],
  [node("20.20.2"), ALL],
  [node("24.21.0"), ALL],
  [bun, EDGE],
  [workerd(), EDGE],
  [edgeRuntimeAtVercel, EDGE],
];

const USAGE = `Usage: deno task test:sdks [NAME...] [--markdown]

  NAME        runs only in the runtimes whose names contain one of these words, of:
              ${[...new Set(MATRIX.map(([{ name }]) => name))].join("\n              ")}
  --markdown  prints the table of the README`;

const { values: { markdown = false }, positionals: wanted } = readArguments(USAGE, {
  options: { markdown: { type: "boolean" } },
  allowPositionals: true,
});

await jsrAnswers();
await mustSucceed(deno(["run", "--allow-all", "scripts/build_npm.ts"]));

const results = new Map<string, readonly MatrixResult[]>();
const leftOut: string[] = [];
const problems: string[] = [];
await serveFaults(async (faults) => {
  for (const [runtime, job] of MATRIX) {
    let name: string;
    try {
      name = `${runtime.name} ${await runtime.version()}`;
    } catch (error) {
      leftOut.push(`${runtime.name}: ${messageOf(error)}`);
      continue;
    }
    if (wanted.length > 0 && !wanted.some((it) => name.includes(it))) continue;
    try {
      const found = await runtime.run(job, { faults }) as MatrixResult[];
      if (found.length === 0) problems.push(`${name}: no case has run`);
      results.set(name, found);
    } catch (error) {
      problems.push(`${name}: ${messageOf(error)}`);
    }
  }
});

const runtimes = [...results.keys()];
const lines = linesOf(results);
const cells = lines.map((line) => [line.title, ...runtimes.map((runtime) => cellOf(line, runtime))]);
console.log((markdown ? markdownTable : textTable)(["SDK", ...runtimes], cells));

for (const [runtime, all] of results) {
  for (const { package: name, version, way, name: title, failure } of all) {
    if (failure !== undefined) problems.push(`${runtime}: ${name} ${version}, ${way}: ${title}\n    ${failure}`);
  }
}
problems.push(...gapsOf(lines));
for (const runtime of leftOut) console.log(`\nleft out: ${runtime}`);
for (const problem of problems) console.log(`\n${problem}`);
const count = [...results.values()].flat().length;
if (!markdown || problems.length > 0) console.log(`\n${count} cases have run, ${problems.length} problems`);
if (problems.length > 0 || count === 0) Deno.exitCode = 1;

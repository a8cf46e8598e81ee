// deno-lint-ignore-file no-console
/**
 * Runs what has to hold for every SDK in several runtimes, and prints a table in Markdown. With an argument, the way that
 * is named so in tests/support/sdk_ways.ts.
 */
import { bun } from "../tests/runtimes/bun.ts";
import { node } from "../tests/runtimes/node.ts";
import type { Job, Runtime } from "../tests/runtimes/runtime.ts";
import type { CellReport } from "../tests/support/run_sdk_matrix.ts";
import { MATRIX_COLUMNS } from "../tests/support/sdk_matrix.ts";
import type { SdkUnderTest } from "../tests/support/sdk_under_test.ts";
import { SDKS } from "../tests/support/sdks_under_test.ts";
import { markdownTable } from "./runtimes/table.ts";
import { importMapFlags, jsrAnswers } from "./support/jsr.ts";
import { deno, mustSucceed } from "./support/run.ts";

const JOB: Job = { module: "tests/support/run_sdk_matrix.ts", name: "runSdkMatrix" };

const denoOnSources: Pick<Runtime, "name" | "version" | "run"> = {
  name: "Deno",
  version: () => Promise.resolve(Deno.version.deno),
  async run({ module, name }, input) {
    const code = `import { ${name} as job } from "./${module}";
      console.log(JSON.stringify(await job(${JSON.stringify(input)})));
      Deno.exit(0);`;
    const flags = ["--allow-all", "--no-check", "--ext=ts", ...await importMapFlags()];
    const file = await Deno.makeTempFile({ dir: ".", suffix: ".ts" });
    try {
      await Deno.writeTextFile(file, code);
      const output = await mustSucceed(deno(["run", ...flags, file]));
      return JSON.parse(output.split("\n").find((line) => line.startsWith("["))!);
    } finally {
      await Deno.remove(file);
    }
  },
};

interface Ran {
  readonly runtime: string;
  readonly cells: readonly CellReport[];
}

const way = Deno.args[0] ?? "binding";
await jsrAnswers();
await mustSucceed(deno(["run", "--allow-all", "scripts/build_npm.ts"]));
const ran: Ran[] = [];
for (const runtime of [denoOnSources, node("20.20.2"), node("24.21.0"), bun]) {
  const name = `${runtime.name} ${await runtime.version()}`;
  ran.push({ runtime: name, cells: await runtime.run(JOB, { way }) as CellReport[] });
}

const titles = [...new Set(MATRIX_COLUMNS.map((column) => column.replace(/ \(\w+\)$/, "")))];
const notes: string[] = [];
const rows = SDKS.map((sdk, index) => [
  `\`${sdk.package}\` ${sdk.version}`,
  sdk.name,
  ...titles.map((title) =>
    ["json", "stream"].flatMap((kind) => cell(sdk, index, `${title} (${kind})`)).join(" ") || "–"
  ),
]);
console.log(`In ${ran.map(({ runtime }) => runtime).join(", ")}: at once and as a stream.\n`);
console.log(markdownTable(["SDK", "used as", ...titles], rows));
notes.forEach((note, index) => console.log(`\n${index + 1}. ${note}`));
const all = ran.flatMap(({ cells }) => cells);
const failed = all.filter(({ failure }) => failure !== undefined);
for (const { sdk, name, failure } of failed) console.error(`\n---- ${SDKS[sdk]!.package}: ${name} ----\n${failure}`);
console.log(`\n${all.length - failed.length} passed, ${failed.length} failed`);
if (failed.length > 0 || all.length === 0) Deno.exitCode = 1;

/** A tick if it holds everywhere, else where it does not; nothing where it does not apply. */
function cell(sdk: SdkUnderTest, index: number, column: string): string[] {
  const defect = sdk.defects?.[column];
  if (defect !== undefined) {
    notes.push(`\`${sdk.package}\` ${sdk.version} cannot: ${defect}.`);
    return [`[${notes.length}]`];
  }
  const found = ran.map(({ runtime, cells }) => {
    return { runtime, report: cells.find(({ sdk, name }) => sdk === index && name === column) };
  });
  if (found.every(({ report }) => report === undefined)) return [];
  const broken = found.filter(({ report }) => report === undefined || report.failure !== undefined);
  return [broken.length === 0 ? "✓" : `✗ ${broken.map(({ runtime }) => runtime).join(", ")}`];
}

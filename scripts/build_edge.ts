// deno-lint-ignore-file no-console
/**
 * Bundles each entry point in edge/ as one minified file that needs no package manager. Fails, and writes nothing, when a
 * bundle outgrows its budget or holds what it must not.
 */
import { bundleForEdge } from "./edge/bundle.ts";
import budgets from "./edge/budgets.json" with { type: "json" };
import { type Budgets, problemsOf, sizeOf } from "./edge/problems.ts";
import { readArguments } from "./support/arguments.ts";
import { path } from "./support/paths.ts";

readArguments("Usage: deno task build:edge", {});
const bundles = await bundleForEdge();
for (const bundle of bundles) {
  const { bytes, gzipped } = sizeOf(bundle);
  const budget = (budgets as Budgets)[bundle.entryPoint] ?? "none";
  console.log(`edge/${bundle.file.padEnd(20)} ${bytes} bytes, ${gzipped} gzipped, budget ${budget}`);
}

const problems = problemsOf(bundles, budgets, "scripts/edge/budgets.json");
if (problems.length > 0) {
  for (const problem of problems) console.error(`Cannot build edge/: ${problem}`);
  Deno.exit(1);
}

await Deno.remove(path("edge"), { recursive: true }).catch(() => {});
await Deno.mkdir(path("edge"));
for (const { file, code, sourceMap } of bundles) {
  await Deno.writeTextFile(path(`edge/${file}`), code);
  await Deno.writeTextFile(path(`edge/${file}.map`), sourceMap);
}

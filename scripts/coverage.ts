/** Shows the line coverage of mod.ts and src/ by the unit tests. `--help` lists the options. */
import { coverage } from "./parts/deno_tests.ts";
import { readArguments } from "./support/arguments.ts";

const USAGE = `Usage: deno task coverage [--detailed]

  --detailed  shows the lines that are missed`;

const { values: { detailed } } = readArguments(USAGE, { options: { detailed: { type: "boolean" } } });
const { ok, output } = await coverage(...detailed ? ["--detailed"] : []);
await Deno.stdout.write(new TextEncoder().encode(output));
if (!ok) Deno.exit(1);

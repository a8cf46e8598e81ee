/** Shows the line coverage of mod.ts and src/ by the unit tests; `--detailed` shows the lines that are missed. */
import { coverage } from "./parts/deno_tests.ts";

const { ok, output } = await coverage(...Deno.args);
await Deno.stdout.write(new TextEncoder().encode(output));
if (!ok) Deno.exit(1);

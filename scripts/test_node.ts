/** Runs the unit and integration tests in Node alone, on the npm package as it was built last. */
import { runTestsInNode } from "./node/run_tests.ts";

const { ok, output } = await runTestsInNode();
await Deno.stdout.write(new TextEncoder().encode(output));
if (!ok) Deno.exit(1);

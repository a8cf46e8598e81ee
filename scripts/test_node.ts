/** Runs the tests in Node, on the npm package as it was built last. */
import { runTestsInNode } from "./node/run_tests.ts";

for (const directory of ["unit", "integration", "otel"] as const) {
  const { ok, output } = await runTestsInNode(directory);
  await Deno.stdout.write(new TextEncoder().encode(output));
  if (!ok) Deno.exitCode = 1;
}

// deno-lint-ignore-file no-console
/** Runs the tests in Node, on the npm package as it was built last. */
import { runTestsInNode } from "./node/run_tests.ts";
import { readArguments } from "./support/arguments.ts";
import { countNodeTests, tests } from "./support/part.ts";

readArguments("Usage: deno task test:node", {});
for (const directory of ["unit", "sdks", "integration", "otel"] as const) {
  const { failed, output } = await tests(directory, () => runTestsInNode(directory), countNodeTests).run();
  console.log(output);
  if (failed > 0) Deno.exitCode = 1;
}

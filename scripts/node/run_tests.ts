import { path } from "../support/paths.ts";
import { type Finished, run } from "../support/run.ts";
import { bundleTests } from "./bundle_tests.ts";
import { installedPackage, nodeProject } from "./node_project.ts";

/** Runs the unit and integration tests in Node, on the installed npm package. */
export async function runTestsInNode(): Promise<Finished> {
  const files = [...await testFiles("tests/unit/"), ...await testFiles("tests/integration/")];
  const bundles = await bundleTests(files, await installedPackage(), `${await nodeProject()}/tests`);
  const args = ["--enable-source-maps", "--test", "--test-reporter=tap", "--test-timeout=60000", ...bundles];
  return await run("node", args);
}

async function testFiles(directory: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(path(directory)), ({ name }) => name);
  return names.filter((name) => name.endsWith("_test.ts")).sort().map((name) => path(directory + name));
}

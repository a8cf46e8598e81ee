import { path } from "../support/paths.ts";
import { type Finished, run } from "../support/run.ts";
import { bundleTests } from "./bundle_tests.ts";
import { installedPackage, nodeProject } from "./node_project.ts";

/** Runs the tests of a directory below tests/ in Node, on the installed npm package. */
export async function runTestsInNode(directory: "unit" | "sdks" | "integration" | "otel"): Promise<Finished> {
  const names = await Array.fromAsync(Deno.readDir(path(`tests/${directory}/`)), ({ name }) => name);
  // The matrices of all SDKs take their turn in Node in `deno task test:sdks`.
  const files = names.filter((name) => /(?<!matrix)_test\.ts$/.test(name)).sort().map((name) =>
    `tests/${directory}/${name}`
  );
  const outfile = `${await nodeProject()}/tests/${directory}.mjs`;
  await bundleTests(files, await installedPackage(), outfile);
  return await run("node", ["--enable-source-maps", "--test-reporter=spec", outfile]);
}

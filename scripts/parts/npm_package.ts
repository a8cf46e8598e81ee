import { runTestsInNode } from "../node/run_tests.ts";
import { importMapFlags } from "../support/jsr.ts";
import { once } from "../support/once.ts";
import { check, countDenoTests, countNodeTests, type Part, tests } from "../support/part.ts";
import { deno, type Finished } from "../support/run.ts";

const build = once(() => deno(["run", "--allow-all", "scripts/build_npm.ts"]));

/** Does work that needs npm/; where it could not be built, there is nothing to work on. */
async function onBuilt(work: () => Promise<Finished>): Promise<Finished> {
  if ((await build()).ok) return await work();
  return { ok: false, output: "npm/ could not be built" };
}

async function packageTests(): Promise<Finished> {
  return await deno(["test", "--allow-all", ...await importMapFlags(), "tests/package/"]);
}

/** The npm package: its build, its shape, and the same tests on it in Node. */
export const NPM_PACKAGE: readonly Part[] = [
  check("npm package", build),
  tests("npm package's shape", () => onBuilt(packageTests), countDenoTests),
  tests("unit and integration tests in Node", () => onBuilt(runTestsInNode), countNodeTests),
];

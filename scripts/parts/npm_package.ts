import { runTestsInNode } from "../node/run_tests.ts";
import { importMapFlags } from "../support/jsr.ts";
import { once } from "../support/once.ts";
import { check, countDenoTests, countNodeTests, type Part, tests } from "../support/part.ts";
import { deno, type Finished, mustSucceed } from "../support/run.ts";

const build = once(() => deno(["run", "--allow-all", "scripts/build_npm.ts"]));

/** Does work that needs npm/; where it could not be built, that is the failure. */
export async function onBuilt<T>(work: () => Promise<T>): Promise<T> {
  await mustSucceed(build());
  return await work();
}

async function packageTests(): Promise<Finished> {
  return await deno(["test", "--allow-all", "--no-check", ...await importMapFlags(), "tests/package/"]);
}

/** The npm package: its build and the longest tests on it. The first to need it installs what else Node needs. */
export const NPM_PACKAGE: readonly Part[] = [
  check("npm package", build),
  tests("unit tests in Node", () => onBuilt(() => runTestsInNode("unit")), countNodeTests),
];

/** What else there is to test of it, later on: so that they do not all wait for what is installed. */
export const MORE_OF_PACKAGE: readonly Part[] = [
  tests("npm package's shape", () => onBuilt(packageTests), countDenoTests),
  tests("SDK tests in Node", () => onBuilt(() => runTestsInNode("sdks")), countNodeTests),
];

/** The tests on it in Node that talk to servers and measure real time. */
export const TIMED_IN_NODE: readonly Part[] = (["integration", "otel"] as const).map((directory) =>
  tests(`${directory} tests in Node`, () => onBuilt(() => runTestsInNode(directory)), countNodeTests)
);

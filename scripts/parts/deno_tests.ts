import { importMapFlags } from "../support/jsr.ts";
import { once } from "../support/once.ts";
import { check, countDenoTests, type Part, tests } from "../support/part.ts";
import { deno, type Finished } from "../support/run.ts";
import { onBuilt } from "./npm_package.ts";

const COVERAGE = ".cache/coverage";
const DOCUMENTED = ["mod.ts", "src/", "README.md"];

async function denoTest(...args: string[]): Promise<Finished> {
  return await deno(["test", "--no-prompt", ...await importMapFlags(), ...args]);
}

/** The unit tests, which may do nothing but compute. */
const unitTests = once(() =>
  denoTest("--permission-set=unit", `--coverage=${COVERAGE}`, "--coverage-raw-data-only", "--clean", "tests/unit/")
);

/** The line coverage of the library by its unit tests; not ok under deno.json's threshold. */
export async function coverage(...flags: string[]): Promise<Finished> {
  const finished = await unitTests();
  if (!finished.ok) return finished;
  return await deno(["coverage", "--include=/(mod\\.ts|src/.*)$", ...flags, COVERAGE]);
}

/** The tests that run in Deno. */
export const DENO_TESTS: readonly Part[] = [
  tests("unit tests in Deno", unitTests, countDenoTests),
  check("coverage over 95 %", coverage),
  tests("examples in the docs", () => denoTest("--permission-set=unit", "--doc", ...DOCUMENTED), countDenoTests),
  tests("SDK tests in Deno", () => denoTest("--permission-set=integration", "tests/sdks/"), countDenoTests),
  tests("structure and size", () => denoTest("--allow-all", "tests/project/"), countDenoTests),
];

/**
 * The tests in Deno that talk to servers and measure real time. Those of OpenTelemetry are a run of their own: Deno gives
 * every SDK in one run the newest version of the API.
 */
export const TIMED_IN_DENO: readonly Part[] = ["integration", "otel"].map((directory) =>
  tests(
    `${directory} tests in Deno`,
    () => denoTest("--permission-set=integration", `tests/${directory}/`),
    countDenoTests,
  )
);

/** The tests that start other runtimes: Node, Bun, workerd and edge-runtime. */
export const IN_OTHER_RUNTIMES: Part = tests(
  "tests in other runtimes",
  () => onBuilt(() => denoTest("--allow-all", "tests/runtimes/")),
  countDenoTests,
);

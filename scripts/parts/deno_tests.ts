import { importMapFlags } from "../support/jsr.ts";
import { countDenoTests, type Part, tests } from "../support/part.ts";
import { deno, type Finished } from "../support/run.ts";
import { onBuilt } from "./npm_package.ts";

/** These need real time, but measure none: they can run beside others. */
const EXITS = "tests/otel/stream_exits_test.ts";
const PROCESSES = "tests/runtimes/stream_process_test.ts";
const COVERAGE = ".cache/coverage";
const DOCUMENTED = ["mod.ts", "src/", "README.md"];

async function denoTest(...args: string[]): Promise<Finished> {
  // The part "types" checks all files once; but not what stands in comments.
  const flags = args.includes("--doc") ? [] : ["--no-check"];
  return await deno(["test", "--no-prompt", ...flags, ...await importMapFlags(), ...args]);
}

/** The unit tests, which may do nothing but compute. */
const unitTests = () => denoTest("--permission-set=unit", "tests/unit/");

/** The line coverage of the library by its unit tests; not ok under deno.json's threshold. */
export async function coverage(...flags: string[]): Promise<Finished> {
  const finished = await denoTest(
    "--permission-set=unit",
    `--coverage=${COVERAGE}`,
    "--coverage-raw-data-only",
    "--clean",
    "tests/unit/",
  );
  if (!finished.ok) return finished;
  return await deno(["coverage", "--include=/(mod\\.ts|src/.*)$", ...flags, COVERAGE]);
}

/** The tests that run in Deno, the longest first: what runs beside others then ends with them. */
export const DENO_TESTS: readonly Part[] = [
  tests("unit tests in Deno", unitTests, countDenoTests),
  tests("SDK tests in Deno", () => denoTest("--permission-set=integration", "tests/sdks/"), countDenoTests),
  tests("examples in the docs", () => denoTest("--permission-set=unit", "--doc", ...DOCUMENTED), countDenoTests),
  tests("stream exits with OpenTelemetry", () => denoTest("--permission-set=integration", EXITS), countDenoTests),
  tests("streams in processes", () => onBuilt(() => denoTest("--allow-all", PROCESSES)), countDenoTests),
  tests("structure and size", () => denoTest("--allow-all", "tests/project/"), countDenoTests),
];

/**
 * The tests in Deno that talk to servers and measure real time. Those of OpenTelemetry are a run of their own: Deno gives
 * every SDK in one run the newest version of the API.
 */
export const TIMED_IN_DENO: readonly Part[] = ["integration", "otel"].map((directory) =>
  tests(
    `${directory} tests in Deno`,
    () => denoTest("--permission-set=integration", `--ignore=${EXITS}`, `tests/${directory}/`),
    countDenoTests,
  )
);

/** The tests that start other runtimes: Node, Bun, workerd, edge-runtime, and Chromium where there is one. */
export const IN_OTHER_RUNTIMES: Part = tests(
  "tests in other runtimes",
  () => onBuilt(() => denoTest("--allow-all", `--ignore=${PROCESSES}`, "tests/runtimes/")),
  countDenoTests,
);

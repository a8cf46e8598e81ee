import type { SuiteReport } from "../../tests/conformance/run_suites.ts";
import { SUITES } from "../../tests/conformance/suites.ts";
import type { Job, Runtime } from "../../tests/runtimes/runtime.ts";
import type { Outcome } from "../support/part.ts";

const JOB: Job = { module: "tests/conformance/run_suites.ts", name: "runSuites" };

/** How the conformance suites came out in one runtime. */
export interface Conformance extends Outcome {
  /** How many cases passed, by suite. */
  readonly passedIn: Readonly<Record<string, number>>;
}

/** Runs every suite in a runtime. A suite of which fewer cases have run than there are is a failure. */
export async function conformance(runtime: Runtime): Promise<Conformance> {
  const reports = await runtime.run(JOB, {}) as SuiteReport[];
  const passedIn: Record<string, number> = {};
  const problems: string[] = [];
  for (const [suite, { length }] of Object.entries(SUITES)) {
    const { passed = 0, failures = [] } = reports.find((it) => it.suite === suite) ?? {};
    passedIn[suite] = passed;
    problems.push(...failures.map(({ name, message }) => `${suite}: ${name}\n    ${message}`));
    const ran = passed + failures.length;
    if (ran !== length || ran === 0) problems.push(`${suite}: ${ran} of ${length} cases have run`);
  }
  const passed = Object.values(passedIn).reduce((sum, it) => sum + it, 0);
  return { passed, failed: problems.length, output: problems.join("\n"), passedIn };
}

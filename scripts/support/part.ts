import type { Finished } from "./run.ts";

/** How one part of the whole test run came out. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Shown when anything failed. */
  readonly output: string;
}

/** One part of the whole test run. */
export interface Part {
  readonly name: string;
  readonly run: () => Promise<Outcome>;
}

/** A part that holds or does not, and counts as one. */
export function check(name: string, work: () => Promise<Finished>): Part {
  return {
    name,
    run: async () => {
      const { ok, output } = await work();
      return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, output };
    },
  };
}

/** A part of many tests. `count` reads their number from the output; none at all is a failure. */
export function tests(name: string, work: () => Promise<Finished>, count: CountTests): Part {
  return {
    name,
    run: async () => {
      const { ok, output } = await work();
      const { passed, failed } = count(output);
      if (passed + failed === 0) return { passed, failed: 1, output: `${output}\nNo test has run` };
      return { passed, failed: ok ? failed : Math.max(failed, 1), output };
    },
  };
}

/** Reads from a test runner's output how many tests passed and failed. */
export type CountTests = (output: string) => { passed: number; failed: number };

/** Reads the last line of `deno test`. */
export const countDenoTests: CountTests = (output) => {
  const [, passed, failed] = /\| (\d+) passed.*? \| (\d+) failed/.exec(output) ?? [];
  return { passed: Number(passed ?? 0), failed: Number(failed ?? 0) };
};

/** Reads the last lines of `node --test --test-reporter=spec`. */
export const countNodeTests: CountTests = (output) => ({
  passed: Number(/^ℹ pass (\d+)/m.exec(output)?.[1] ?? 0),
  failed: Number(/^ℹ fail (\d+)/m.exec(output)?.[1] ?? 0),
});

import type { MatrixResult } from "../../tests/sdks/run_matrix.ts";

/** The ways, in the order of the table. */
export const WAYS = ["binding", "fetch", "middleware"] as const;

/** A line of the table: a package, and what passed of it by runtime and way. */
export interface Line {
  readonly title: string;
  /** The results by runtime. */
  readonly results: Map<string, MatrixResult[]>;
}

/** Sorts the results of all runtimes into lines, in the order in which the packages first come. */
export function linesOf(results: ReadonlyMap<string, readonly MatrixResult[]>): Line[] {
  const lines = new Map<string, Line>();
  for (const [runtime, all] of results) {
    for (const result of all) {
      const title = `${result.package} ${result.version}`;
      const line = lines.get(title) ?? { title, results: new Map() };
      lines.set(title, line);
      line.results.set(runtime, [...line.results.get(runtime) ?? [], result]);
    }
  }
  return [...lines.values()].sort((a, b) => a.title < b.title ? -1 : 1);
}

/**
 * A cell: how many cases passed, by way, as `13 + 12`, or what failed. Empty where the SDK is not meant for the runtime or
 * has no such way.
 */
export function cellOf({ results }: Line, runtime: string): string {
  const all = results.get(runtime) ?? [];
  const parts = WAYS.flatMap((way) => {
    const cases = all.filter((result) => result.way === way);
    const failed = cases.filter(({ failure }) => failure !== undefined).length;
    return cases.length === 0 ? [] : [`${way} ${failed ? `${failed} of ${cases.length} FAILED` : cases.length}`];
  });
  return parts.join(", ");
}

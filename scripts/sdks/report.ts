import type { MatrixResult } from "../../tests/sdks/run_matrix.ts";

/** The ways, in the order of the table. */
export const WAYS = ["binding", "fetch", "middleware"] as const;

/** A line of the table: a package, and what passed of it by runtime and way. */
export interface Line {
  readonly title: string;
  /** The results by runtime. */
  readonly results: Map<string, MatrixResult[]>;
}

/** Cells of which fewer cases have run than in another runtime, or none. */
export function gapsOf(lines: readonly Line[]): string[] {
  return lines.flatMap(({ title, results }) =>
    WAYS.flatMap((way) => {
      const counts = Array.from(results, ([runtime, all]) => {
        return { runtime, count: all.filter((it) => it.way === way).length };
      });
      const most = Math.max(...counts.map(({ count }) => count));
      return counts.filter(({ count }) => count < most).map(({ runtime, count }) => {
        return `${runtime}: ${title}, ${way}: ${count} of ${most} cases have run`;
      });
    })
  );
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

/** A cell: `binding 13, fetch 12`, or how many failed. Empty where the SDK is not meant for the runtime. */
export function cellOf({ results }: Line, runtime: string): string {
  const all = results.get(runtime) ?? [];
  const parts = WAYS.flatMap((way) => {
    const cases = all.filter((result) => result.way === way);
    const failed = cases.filter(({ failure }) => failure !== undefined).length;
    return cases.length === 0 ? [] : [`${way} ${failed ? `${failed} of ${cases.length} FAILED` : cases.length}`];
  });
  return parts.join(", ");
}

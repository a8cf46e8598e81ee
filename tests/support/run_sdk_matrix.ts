import { matrixCases } from "./sdk_matrix.ts";
import { SDK_WAYS } from "./sdk_ways.ts";
import { SDKS } from "./sdks_under_test.ts";

/** How one cell of the table came out. */
export interface CellReport {
  /** The position of the SDK in `SDKS`. */
  readonly sdk: number;
  /** The column. */
  readonly name: string;
  /** What was wrong. */
  readonly failure?: string;
}

/** Runs the whole table in the runtime at hand, one cell after the other. */
export async function runSdkMatrix({ way }: { readonly way: string }): Promise<CellReport[]> {
  const reports: CellReport[] = [];
  for (const { sdk, name, run } of matrixCases(SDK_WAYS[way]!, SDKS)) {
    const cell = { sdk: SDKS.indexOf(sdk), name };
    try {
      await run();
      reports.push(cell);
    } catch (error) {
      reports.push({ ...cell, failure: String(error instanceof Error ? error.stack : error) });
    }
  }
  return reports;
}

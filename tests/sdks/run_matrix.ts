import { remoteServers } from "../support/matrix_server.ts";
import { matrixCases } from "../support/sdk_matrix.ts";
import type { SdkUnderTest, Way } from "../support/sdk_under_test.ts";

/** What a job is given. */
export interface MatrixInput {
  /** Where `serveFaults` answers. */
  readonly faults: string;
}

/** One case, as JSON can carry it. */
export interface MatrixResult {
  readonly package: string;
  readonly version: string;
  readonly way: string;
  readonly name: string;
  /** Unset if it passed. */
  readonly failure?: string;
}

/** A case that takes longer hangs. */
const LIMIT_MS = 30_000;

/** So many run at the same time: most of it is waiting. */
const WIDTH = 4;

/** Runs all cases in the runtime it is called in. */
export async function runMatrix(
  { faults }: MatrixInput,
  ways: readonly Way[],
  sdks: readonly SdkUnderTest[],
): Promise<MatrixResult[]> {
  const results: MatrixResult[] = [];
  const withServer = remoteServers(faults);
  const cases = ways.flatMap((way) =>
    sdks.filter((sdk) => way.isFor(sdk)).flatMap((sdk) => {
      const found = matrixCases(way, [sdk], withServer).map((it) => ({ ...it, way }));
      if (found.length === 0) throw new Error(`${sdk.package} ${sdk.version}, ${way.name}: there are no cases`);
      return found;
    })
  );
  const waiting = cases.values();
  await Promise.all(Array.from({ length: WIDTH }, async () => {
    for (const { sdk, way, name, run } of waiting) {
      const failure = await failureOf(run);
      const title = { package: sdk.package, version: sdk.version, way: way.name, name: `${sdk.name}: ${name}` };
      results.push({ ...title, ...(failure !== undefined && { failure }) });
    }
  }));
  return results;
}

async function failureOf(run: () => Promise<unknown>): Promise<string | undefined> {
  let timer: unknown;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Still running after ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    await Promise.race([run(), limit]);
  } catch (error) {
    return error instanceof Error ? error.stack ?? error.message : String(error);
  } finally {
    clearTimeout(timer as number);
  }
}

import { type Library, library } from "./library.ts";
import { SUITES } from "./suites.ts";
import type { ConformanceCase } from "./conformance_case.ts";

/** What one suite came to, as JSON can carry it. */
export interface SuiteReport {
  readonly suite: string;
  readonly passed: number;
  readonly failures: readonly { readonly name: string; readonly message: string }[];
}

/** A case that takes longer hangs. None waits for more than milliseconds of real time. */
const LIMIT_MS = 10_000;

/** So many run at the same time: where fake clocks have to make do with the platform's timers, most of it is waiting. */
const WIDTH = 20;

/** Runs every suite in the runtime it is called in. */
export async function runSuites(): Promise<SuiteReport[]> {
  const reports: SuiteReport[] = [];
  for (const [suite, cases] of Object.entries(SUITES)) {
    const failures: SuiteReport["failures"][number][] = [];
    const waiting = cases.values();
    await Promise.all(Array.from({ length: WIDTH }, async () => {
      for (const item of waiting) {
        const message = await failureOf(item, library);
        if (message !== undefined) failures.push({ name: item.name, message });
      }
    }));
    reports.push({ suite, passed: cases.length - failures.length, failures });
  }
  return reports;
}

async function failureOf({ run }: ConformanceCase, library: Library): Promise<string | undefined> {
  let timer: unknown;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Still running after ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    await Promise.race([(async () => await run(library))(), limit]);
  } catch (error) {
    return describe(error);
  } finally {
    clearTimeout(timer as number);
  }
}

/** Whatever was thrown: a case may fail with an error that throws when it is looked at. */
function describe(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return "An error that cannot be looked at";
  }
}

import { AI_SDKS } from "../support/ai_sdk_under_test.ts";
import { bindingWay } from "../support/binding_way.ts";
import { fetchWay } from "../support/fetch_way.ts";
import { LANGCHAINS } from "../support/langchain_under_test.ts";
import { middlewareWay } from "../support/middleware_way.ts";
import { SDKS } from "../support/sdks_under_test.ts";
import { type MatrixInput, type MatrixResult, runMatrix } from "./run_matrix.ts";

/** Every SDK in every way, for runtimes that take them all. */
export function runAllSdks(input: MatrixInput): Promise<MatrixResult[]> {
  return runMatrix(input, [bindingWay, fetchWay, middlewareWay], [...SDKS, ...AI_SDKS, ...LANGCHAINS]);
}

import { AI_SDKS } from "../support/ai_sdk_under_test.ts";
import { ANTHROPICS } from "../support/anthropic_under_test.ts";
import { bindingWay } from "../support/binding_way.ts";
import { fetchWay } from "../support/fetch_way.ts";
import { middlewareWay } from "../support/middleware_way.ts";
import { OPENAIS } from "../support/openai_under_test.ts";
import { type MatrixInput, type MatrixResult, runMatrix } from "./run_matrix.ts";

/** The SDKs that edge runtimes are used with, in every way. */
export function runEdgeSdks(input: MatrixInput): Promise<MatrixResult[]> {
  return runMatrix(input, [bindingWay, fetchWay, middlewareWay], [...OPENAIS, ...ANTHROPICS, ...AI_SDKS]);
}

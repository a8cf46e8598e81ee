import { classifyError } from "../../mod.ts";
import { type ErrorShape, type FaultAddresses, NETWORK_CASES, type NetworkCase, shapeOf } from "./network_cases.ts";

/** What one case came to in the runtime this ran in. */
export interface Probed {
  readonly shape: ErrorShape;
  readonly errorType: string;
  readonly retryable: boolean;
}

/** Fails in every way there is. Uses nothing but `fetch`, so it runs in any runtime. */
export async function probeNetwork(addresses: FaultAddresses): Promise<Record<NetworkCase, Probed>> {
  const probed: Partial<Record<NetworkCase, Probed>> = {};
  for (const [name, call] of Object.entries(NETWORK_CASES)) {
    const error = await call(addresses).then(() => new Error("It did not fail"), (error: unknown) => error);
    const { errorType, retryable } = classifyError(error);
    probed[name as NetworkCase] = { shape: shapeOf(error), errorType, retryable };
  }
  return probed as Record<NetworkCase, Probed>;
}

/**
 * A budget for retries that calls share: in an outage it runs dry, and failures surface at once instead of multiplying
 * the load.
 *
 * @example
 * ```ts
 * import { callWithRetry } from "@tryspan/tryspan";
 * import { retryBudget } from "@tryspan/tryspan/retry-budget";
 *
 * const gates = [retryBudget()]; // one for all calls
 * const provider = { name: "demo", chat: () => ({ text: "Hello" }) };
 * await callWithRetry(provider, { model: "m-1" }, { gates });
 * ```
 *
 * @module
 */

import { checkPositive } from "./_gate_options.ts";
import { byModel, type Gate, type GateKey } from "./gate.ts";

export type { Gate, GateKey } from "./gate.ts";

/** Options of {@linkcode retryBudget}. The defaults are those of the AWS SDKs' standard mode. */
export interface RetryBudgetOptions {
  /** Tokens at the start, and at most: a number > 0. @default {500} */
  readonly capacity?: number;
  /** Tokens that a retry takes: a number > 0. @default {5} */
  readonly costPerRetry?: number;
  /** Tokens that a retry after a timeout takes; the provider may still be busy with the attempt. @default {10} */
  readonly costPerTimeout?: number;
  /** Tokens that a success gives back, > 0; after a retry, what that retry took if it is more. @default {1} */
  readonly refundPerSuccess?: number;
  /** What shares a budget. @default by provider and model */
  readonly key?: GateKey;
}

/**
 * Creates a token bucket for retries, in the manner of the AWS SDKs and gRPC: each retry takes tokens, each success gives
 * some back, and when too few are left a failure surfaces at once, with the decision `refused`. First attempts are free.
 *
 * @throws {RangeError} For an option out of range.
 */
export function retryBudget(
  { capacity = 500, costPerRetry = 5, costPerTimeout = 10, refundPerSuccess = 1, key = byModel }: RetryBudgetOptions =
    {},
): Gate {
  checkPositive({ capacity, costPerRetry, costPerTimeout, refundPerSuccess });
  /** Tokens that are missing from a full bucket; one that is full needs no entry. */
  const missing = new Map<string, number>();
  /** What the last retry of a call took, to be given back if it succeeds. */
  const paid = new WeakMap<object, number>();
  return {
    name: "retry_budget",
    after({ provider, model, call }, { outcome, retryInMs }) {
      const bucket = key({ provider, model });
      const lack = missing.get(bucket) ?? 0;
      if (outcome === "ok") {
        const left = lack - Math.max(refundPerSuccess, paid.get(call) ?? 0);
        if (left > 0) missing.set(bucket, left);
        else missing.delete(bucket);
      } else if (retryInMs !== undefined) {
        const cost = outcome === "timeout" ? costPerTimeout : costPerRetry;
        if (lack + cost > capacity) return { refuse: "the retry budget is used up" };
        missing.set(bucket, lack + cost);
        paid.set(call, cost);
      }
    },
  };
}

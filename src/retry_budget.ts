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

import { checkOptions } from "./_gate_options.ts";
import { byModel, type Gate, type GateKey } from "./gate.ts";

export type { Gate, GateKey } from "./gate.ts";

/** Options of {@linkcode retryBudget}. The defaults are the figures of the AWS SDKs' standard mode. */
export interface RetryBudgetOptions {
  /** Tokens at the start, and at most: a finite number > 0. @default {500} */
  readonly capacity?: number;
  /** Tokens that a retry takes: a finite number > 0. @default {5} */
  readonly costPerRetry?: number;
  /**
   * Tokens that a retry after a timeout takes, a finite number > 0: the provider may still be busy with the attempt
   * before. @default twice `costPerRetry`
   */
  readonly costPerTimeout?: number;
  /** Tokens that a success gives back, a finite number > 0; after a retry what that took, if it is more. @default {1} */
  readonly refundPerSuccess?: number;
  /** What shares a budget. Where it throws, retries are free. @default by provider and model */
  readonly key?: GateKey;
}

/** A bucket that is not full. */
interface Bucket {
  /** Tokens that were taken and not given back. */
  missing: number;
  usedAt: number;
}

/** A bucket that nobody took from for so long is full again, so that keys do not pile up. */
const IDLE_MS = 600_000;

/**
 * Creates a token bucket for retries, in the manner of the AWS SDKs and gRPC: each retry takes tokens, each success gives
 * some back, and when too few are left a failure surfaces at once, with the decision `refused`. First attempts are free.
 *
 * Put it behind other gates, so that it is not charged for a retry that another one calls off.
 *
 * @throws {RangeError | TypeError} For a bad option.
 */
export function retryBudget(options: RetryBudgetOptions = {}): Gate {
  checkOptions(options, ["capacity", "costPerRetry", "costPerTimeout", "refundPerSuccess"], ["key"]);
  const { capacity = 500, costPerRetry = 5, costPerTimeout, refundPerSuccess = 1, key = byModel } = options;
  /** Those that are not full, the one used last at the end. */
  const buckets = new Map<string, Bucket>();
  /** What the last retry of a call took, to be given back if it succeeds. */
  const paid = new WeakMap<object, number>();
  return {
    name: "retry_budget",
    after(attempt, { outcome, retryInMs }) {
      const isRetry = retryInMs !== undefined;
      if (!isRetry && outcome !== "ok") return;
      const usedAt = attempt.now();
      for (const [name, bucket] of buckets) {
        if (usedAt - bucket.usedAt < IDLE_MS) break;
        buckets.delete(name);
      }
      const name = key(attempt);
      const missing = buckets.get(name)?.missing ?? 0;
      const refund = Math.max(refundPerSuccess, paid.get(attempt.call) ?? 0);
      const cost = !isRetry ? -refund : outcome === "timeout" ? costPerTimeout ?? 2 * costPerRetry : costPerRetry;
      const isTooMuch = isRetry && missing + cost > capacity;
      const left = isTooMuch ? missing : missing + cost;
      buckets.delete(name);
      if (left > 0) buckets.set(name, { missing: left, usedAt });
      if (isTooMuch) return { refuse: "the retry budget is used up" };
      if (isRetry) paid.set(attempt.call, cost);
    },
  };
}

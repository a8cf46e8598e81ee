import type { Outcome } from "./attempt_record.ts";
import type { Classification } from "./classify.ts";

/** The attempt a gate is asked and told about. The same object stands for one attempt from the first question on. */
export interface GateAttempt {
  /** The provider's name. */
  readonly provider: string;
  /** The requested model. */
  readonly model: string | undefined;
  /** Stands for the call the attempt belongs to; the same object for all its attempts. */
  readonly call: object;
  /** 0 for the first try. */
  readonly attempt: number;
  /** The call's clock, in milliseconds that only go forward; the same for all calls that share a gate. */
  readonly now: () => number;
}

/** How an attempt went. */
export interface GateResult {
  /** How it came out. `cancelled` also stands for an attempt that was let pass and never started. */
  readonly outcome: Outcome;
  /** What is known of the failure; unset on success and when cancelled. */
  readonly failure?: Classification | undefined;
  /** What was thrown; unset on success. */
  readonly error?: unknown;
  /** In how many milliseconds another attempt is planned; unset if none is. */
  readonly retryInMs?: number | undefined;
}

/** Says no. */
export interface Refusal {
  /** Why, for people. */
  readonly refuse: string;
  /** What brought the gate to it: the last real error, for instance. */
  readonly cause?: unknown;
}

/** What a gate answers: nothing to let the attempt pass, how long to wait before it is asked again, or a refusal. */
export type Admission = void | { readonly waitMs: number } | Refusal;

/**
 * What must hold between calls: limits, budgets, breakers. Asked before each attempt, told after each attempt; the loop
 * knows nothing of what it does. A gate that throws, or answers nonsense, is as good as none.
 */
export interface Gate {
  /** Stands on the span as `llm.retry.gate` when the gate refuses. */
  readonly name: string;
  /**
   * Asked before each attempt. A promise may stay open for as long as the attempt has to wait; waits count on the span
   * as `llm.queue_ms`. Whatever is let pass is told about in `after`, exactly once.
   */
  before?(attempt: GateAttempt): Admission | PromiseLike<Admission>;
  /** Told after each attempt. A refusal here calls a planned retry off: the failure surfaces at once. */
  after?(attempt: GateAttempt, result: GateResult): void | Refusal | PromiseLike<void>;
}

/** What a gate counts together. */
export type GateKey = (target: Pick<GateAttempt, "provider" | "model">) => string;

/** By provider and model: the default of every gate. */
export function byModel({ provider, model }: Pick<GateAttempt, "provider" | "model">): string {
  return `${provider} ${model}`;
}

/**
 * A cooldown that calls share: when one call is told to wait, the others do not walk into the same wall.
 *
 * @example
 * ```ts
 * import { callWithRetry } from "@tryspan/tryspan";
 * import { sharedCooldown } from "@tryspan/tryspan/shared-cooldown";
 *
 * const gates = [sharedCooldown()]; // one for all calls
 * const provider = { name: "demo", chat: () => ({ text: "Hello" }) };
 * await callWithRetry(provider, { model: "m-1" }, { gates, deadlineMs: 30_000 });
 * ```
 *
 * @module
 */

import { checkOptions } from "./_gate_options.ts";
import { byModel, type Gate, type GateAttempt } from "./gate.ts";

export type { Gate } from "./gate.ts";

/** Options of {@linkcode sharedCooldown}. */
export interface SharedCooldownOptions {
  /**
   * Milliseconds between one attempt and the next when the cooldown is over: a finite number > 0. More than a hundred
   * attempts are let go closer together, so that none waits longer than a hundred times this. @default {100}
   */
  readonly spacingMs?: number;
  /**
   * While a server's wish has more milliseconds than this to go, attempts are refused instead of kept waiting: a finite
   * number > 0. @default {60000}
   */
  readonly maxRetryAfterMs?: number;
}

/** A server's wish to wait. */
interface Cooldown {
  /** When it ends, in the clock's milliseconds. */
  readonly until: number;
  /** What it came with. */
  readonly error: unknown;
  /** How many attempts were given a turn after its end. */
  turns: number;
}

/** Turns until they start anew. Not a whole number: each round falls into the gaps of those before. */
const TURNS_IN_A_ROUND = 99.618;

/**
 * Creates a gate that holds attempts back while a server's wish to wait is in force for their model, or for their whole
 * account (everything of the same provider's name), and lets them go one after another when it is over. A call whose
 * deadline comes first fails at once.
 *
 * Give each account of a provider a gate of its own.
 *
 * @throws {RangeError | TypeError} For a bad option.
 */
export function sharedCooldown(options: SharedCooldownOptions = {}): Gate {
  checkOptions(options, ["spacingMs", "maxRetryAfterMs"]);
  const { spacingMs = 100, maxRetryAfterMs = 60_000 } = options;
  const cooldowns = new Map<string, Cooldown>();
  const roundMs = spacingMs * TURNS_IN_A_ROUND;
  /** The turns of attempts, and the cooldown for which they were given. */
  const turns = new WeakMap<GateAttempt, readonly [Cooldown, number]>();
  return {
    name: "shared_cooldown",
    before(attempt) {
      const now = attempt.now();
      const ofAccount = cooldowns.get(attempt.provider);
      const ofModel = cooldowns.get(byModel(attempt));
      const cooldown = ofAccount && !(ofModel && ofModel.until > ofAccount.until) ? ofAccount : ofModel;
      if (!cooldown || cooldown.until + roundMs <= now) return;
      if (cooldown.until - now > maxRetryAfterMs) {
        return { refuse: `${attempt.provider} asked to wait longer than ${maxRetryAfterMs} ms`, cause: cooldown.error };
      }
      let [given, turn] = turns.get(attempt) ?? [];
      // A wish that came since then puts off whoever still waits.
      if (given !== cooldown || turn === undefined) {
        turn = cooldown.until + cooldown.turns++ * spacingMs % roundMs;
        turns.set(attempt, [cooldown, turn]);
      }
      if (turn > now) return { waitMs: turn - now };
    },
    after(attempt, { failure, error }) {
      const { retryAfterMs = 0, scope, status = 0 } = failure ?? {};
      if (!Number.isFinite(retryAfterMs) || retryAfterMs <= 0) return;
      // A server that is unavailable is so for others, too.
      if (scope === "request" && status < 500) return;
      const now = attempt.now();
      for (const [key, { until }] of cooldowns) if (until + roundMs <= now) cooldowns.delete(key);
      const key = scope === "account" ? attempt.provider : byModel(attempt);
      const until = now + retryAfterMs;
      const known = cooldowns.get(key);
      if (!known || known.until < until) cooldowns.set(key, { until, error, turns: 0 });
    },
  };
}

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
   * Milliseconds between one attempt and the next when the cooldown is over: a finite number > 0. When there are many
   * they are let go closer together, so that none waits longer for its turn than twice the server's wish, or a hundred
   * times this. @default {100}
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
  /** For how long attempts get turns after that, in milliseconds. */
  readonly roundMs: number;
  /** What it came with. */
  readonly error: unknown;
  /** How many attempts were given a turn after its end. */
  turns: number;
}

/** No more turns than this until they start anew. */
const MOST_TURNS = 99;

/** What makes a round no whole number of turns: each falls into the gaps of those before. */
const PART_OF_A_TURN = 0.618;

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
  /** Until when attempts wait for their turn, and the cooldown for which it was given. */
  const turns = new WeakMap<GateAttempt, { readonly cooldown: Cooldown; readonly until: number }>();
  return {
    name: "shared_cooldown",
    before(attempt) {
      const now = attempt.now();
      const ofAccount = cooldowns.get(attempt.provider);
      const ofModel = cooldowns.get(byModel(attempt));
      const cooldown = ofAccount && !(ofModel && ofModel.until > ofAccount.until) ? ofAccount : ofModel;
      if (!cooldown || isOver(cooldown, now)) return;
      if (cooldown.until - now > maxRetryAfterMs) {
        return { refuse: `${attempt.provider} asked to wait longer than ${maxRetryAfterMs} ms`, cause: cooldown.error };
      }
      let turn = turns.get(attempt);
      // A wish that came since then puts off whoever still waits.
      if (turn?.cooldown !== cooldown) {
        turn = { cooldown, until: cooldown.until + cooldown.turns++ * spacingMs % cooldown.roundMs };
        turns.set(attempt, turn);
      }
      if (turn.until > now) return { waitMs: turn.until - now };
    },
    after(attempt, { failure, error }) {
      const { retryAfterMs = 0, scope, status = 0 } = failure ?? {};
      if (!Number.isFinite(retryAfterMs) || retryAfterMs <= 0) return;
      // A server that is unavailable is so for others, too.
      if (scope === "request" && status < 500) return;
      const now = attempt.now();
      for (const [key, cooldown] of cooldowns) if (isOver(cooldown, now)) cooldowns.delete(key);
      const key = scope === "account" ? attempt.provider : byModel(attempt);
      const until = now + retryAfterMs;
      if ((cooldowns.get(key)?.until ?? now) >= until) return;
      // Twice as long as the wish: those held back and those who come meanwhile are let go at 1.5 times the usual rate.
      const turnsInARound = Math.min(MOST_TURNS, Math.floor(2 * retryAfterMs / spacingMs)) + PART_OF_A_TURN;
      cooldowns.set(key, { until, roundMs: turnsInARound * spacingMs, error, turns: 0 });
    },
  };
}

function isOver({ until, roundMs }: Cooldown, now: number): boolean {
  return until + roundMs <= now;
}

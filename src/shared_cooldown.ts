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

import { checkPositive } from "./_gate_options.ts";
import { byModel, type Gate, type GateAttempt } from "./gate.ts";

export type { Gate } from "./gate.ts";

/** Options of {@linkcode sharedCooldown}. */
export interface SharedCooldownOptions {
  /** Milliseconds between one call and the next when the cooldown is over. @default {100} */
  readonly spacingMs?: number;
}

/** When the next attempt at a target may start, in the clock's milliseconds. */
interface Cooldown {
  /** When the server's wish ends. */
  until: number;
  /** The next free turn after that. */
  turn: number;
}

/**
 * Creates a gate that holds attempts back while a server's wish to wait is in force for their model, or for their whole
 * account (everything of the same provider's name), and lets them go one after another when it is over. A call whose
 * deadline comes first fails at once.
 *
 * @throws {RangeError} For an option out of range.
 */
export function sharedCooldown({ spacingMs = 100 }: SharedCooldownOptions = {}): Gate {
  checkPositive({ spacingMs });
  const cooldowns = new Map<string, Cooldown>();
  /** The turns of attempts that wait for theirs. */
  const turns = new WeakMap<GateAttempt, number>();
  return {
    name: "shared_cooldown",
    before(attempt) {
      const now = attempt.now();
      for (const [key, { until, turn }] of cooldowns) if (Math.max(until, turn) <= now) cooldowns.delete(key);
      const ours = [attempt.provider, byModel(attempt)].flatMap((key) => cooldowns.get(key) ?? []);
      const until = Math.max(0, ...ours.map((cooldown) => cooldown.until));
      let turn = turns.get(attempt);
      if (turn === undefined || turn < until) {
        turn = Math.max(now, until, ...ours.map((cooldown) => cooldown.turn));
        turns.set(attempt, turn);
        for (const cooldown of ours) cooldown.turn = turn + spacingMs;
      }
      if (turn > now) return { waitMs: turn - now };
    },
    after(attempt, { failure }) {
      if (failure?.retryAfterMs === undefined || failure.scope === "request") return;
      const key = failure.scope === "account" ? attempt.provider : byModel(attempt);
      const until = attempt.now() + failure.retryAfterMs;
      const known = cooldowns.get(key);
      if (known === undefined) cooldowns.set(key, { until, turn: until });
      else known.until = Math.max(known.until, until);
    },
  };
}

import type { Admission, Gate, GateAttempt, GateResult } from "./gate.ts";
import type { Settings } from "./options.ts";
import { RefusedError } from "./refused_error.ts";
import { quietly } from "./_safe_span.ts";
import { timeoutError, within } from "./_within.ts";

/** One call's way through its gates. */
export interface GateKeeper {
  /**
   * Waits until every gate has let attempt number `attempt` pass. Whoever let it pass before another refused, or before
   * time was up, is told that it was cancelled.
   *
   * @throws {RefusedError} If a gate refuses; else a `TimeoutError` at the deadline, or the signal's reason.
   */
  enter(attempt: number): Promise<void>;
  /** Tells every gate how the attempt went. The first of them that calls a planned retry off is the answer. */
  leave(result: GateResult): string | undefined;
}

/** Keeps the gates of one call, of which `leftMs()` are left. */
export function keepGates(
  gates: readonly Gate[],
  settings: Settings,
  target: Pick<GateAttempt, "provider" | "model">,
  leftMs: () => number,
): GateKeeper {
  const call = {};
  const now = () => settings.clock.now();
  const passed: Gate[] = [];
  let current: GateAttempt;

  async function pass(gate: Gate): Promise<void> {
    for (;;) {
      let answer: Promise<Admission> = Promise.resolve();
      // A gate that throws or rejects is as good as none.
      quietly(() => answer = Promise.resolve(gate.before?.(current)).catch(() => {}));
      const attempt = current;
      const admission = await within(settings, leftMs(), answer).catch((error) => {
        // Too late for this call: what the gate still lets pass has to be given back.
        answer.then((late) => late || quietly(() => gate.after?.(attempt, { outcome: "cancelled" })));
        throw error;
      });
      if (!admission) break;
      if ("refuse" in admission) throw new RefusedError(gate.name, admission);
      if (!(admission.waitMs > 0)) break;
      if (admission.waitMs >= leftMs()) throw timeoutError(`Gate '${gate.name}' opens after the deadline`);
      await within(settings, admission.waitMs);
    }
    passed.push(gate);
  }

  function leave(result: GateResult): string | undefined {
    let refusedBy: string | undefined;
    for (const gate of passed.splice(0)) {
      quietly(() => {
        if (gate.after?.(current, result)) refusedBy ??= gate.name;
      });
    }
    return refusedBy;
  }

  return {
    leave,
    async enter(attempt) {
      current = { ...target, call, attempt, now };
      try {
        for (const gate of gates) await pass(gate);
      } catch (error) {
        leave({ outcome: "cancelled" });
        throw error;
      }
    },
  };
}

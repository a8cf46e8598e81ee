import { calledOff, CANCELLED, type Ending } from "./_call_trace.ts";
import type { Gate, GateAttempt, Refusal } from "./gate.ts";
import { hush, quietly } from "./_quietly.ts";
import type { Settings } from "./options.ts";
import { RefusedError } from "./refused_error.ts";
import { timeoutError, within } from "./_within.ts";

/** A copy of what a gate said, so that no getter throws later; one of the two counts. */
type Answer = Refusal & { readonly waitMs: number };

/** One call's way through its gates. */
export interface GateKeeper {
  /**
   * Waits until every gate has let attempt number `attempt` pass, and tells since when. If it throws, those that had let
   * it pass before that are still to be told, by `leave`.
   *
   * @throws {RefusedError} If a gate refuses; else a `TimeoutError` at the deadline, or the signal's reason.
   */
  enter(attempt: number): Promise<number>;
  /** Tells every gate how the attempt went, and gives how it went on: any of them may call a planned retry off. */
  leave(ending: Ending): Ending;
}

/** Keeps the gates of one call that has to end at `endsAt`. */
export function keepGates(
  settings: Settings,
  target: Pick<GateAttempt, "provider" | "model">,
  endsAt: number,
): GateKeeper {
  const call = {};
  const now = () => settings.clock.now();
  const passed: Gate[] = [];
  let current: GateAttempt;
  let admission: Promise<Answer | undefined>;

  /** Asks one gate. One that throws, or answers nonsense, is as good as none. */
  async function ask(gate: Gate): Promise<Answer | undefined> {
    try {
      const answer = { ...await gate.before?.(current) } as Answer;
      if (typeof answer.refuse === "string" || typeof answer.waitMs === "number" && answer.waitMs > 0) return answer;
    } catch { /* as good as no gate */ }
    passed.push(gate);
  }

  function leave(ending: Ending): Ending {
    for (const gate of passed.splice(0)) {
      // A copy, as it may write into it.
      const said = quietly(() => (hush(gate.after?.(current, { ...ending })) as Refusal | undefined)?.refuse);
      // Those behind it are not charged for a retry that will not be.
      if (typeof said === "string" && ending.retryInMs !== undefined) ending = calledOff(ending, "refused", gate.name);
    }
    return ending;
  }

  return {
    leave,
    async enter(attempt) {
      const since = now();
      current = { ...target, call, attempt, now };
      try {
        for (const gate of settings.gates) {
          for (
            let answer;
            (answer = await within(settings.clock, settings.signal, endsAt - now(), admission = ask(gate)));
          ) {
            if (typeof answer.refuse === "string") throw new RefusedError(gate.name, answer);
            if (answer.waitMs >= endsAt - now()) throw timeoutError(settings.deadlineMs);
            await within(settings.clock, settings.signal, answer.waitMs);
          }
        }
        return since;
      } catch (error) {
        // Who answers when it is over is told as well.
        admission.then(() => leave(CANCELLED));
        throw error;
      }
    },
  };
}

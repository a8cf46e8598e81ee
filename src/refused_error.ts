import type { Refusal } from "./gate.ts";

/** What a call rejects with when a gate refused its first attempt. Later attempts give way to the provider's own error. */
export class RefusedError extends Error {
  /** Tells this error from others. */
  readonly code = "ERR_REFUSED";
  /** The gate's name. */
  readonly gate: string;
  /** The class's name. */
  override name = "RefusedError";

  /** Takes the gate's name, its reason, and, as `cause`, what brought it to that: the last real error, for instance. */
  constructor(gate: string, refusal: Refusal) {
    super(`Cannot call the provider: gate '${gate}' refused: ${refusal.refuse}`, refusal);
    this.gate = gate;
  }
}

/**
 * A breaker that calls share: after a run of failures a target is left alone for a while, then probed with single calls.
 *
 * @example
 * ```ts
 * import { callWithRetry } from "@tryspan/tryspan";
 * import { circuitBreaker } from "@tryspan/tryspan/circuit-breaker";
 *
 * const breaker = circuitBreaker({ onChange: ({ key, to }) => console.warn(`${key} is ${to}`) });
 * const provider = { name: "demo", chat: () => ({ text: "Hello" }) };
 * await callWithRetry(provider, { model: "m-1" }, { gates: [breaker] });
 * breaker.state({ provider: "demo", model: "m-1" }); // closed
 * ```
 *
 * @module
 */

import type { Classification } from "./classify.ts";
import { checkPositive } from "./_gate_options.ts";
import { byModel, type Gate, type GateAttempt, type GateKey } from "./gate.ts";

export type { Gate, GateKey } from "./gate.ts";

/** Whether calls go through: all, none, or a single probe. */
export type CircuitState = "closed" | "open" | "half_open";

/** A change of a breaker's state. */
export interface CircuitChange {
  /** The target's key. */
  readonly key: string;
  /** The state before. */
  readonly from: CircuitState;
  /** The state now. */
  readonly to: CircuitState;
}

/** Options of {@linkcode circuitBreaker}. */
export interface CircuitBreakerOptions {
  /** Failures in a row that open the breaker: a number > 0. @default {5} */
  readonly failures?: number;
  /** Milliseconds for which it stays open before it lets a probe through: a number > 0. @default {30000} */
  readonly openMs?: number;
  /** Whether a failure counts. @default network failures, timeouts, overload and server errors */
  readonly counts?: (failure: Classification) => boolean;
  /** What shares a breaker. @default by provider and model */
  readonly key?: GateKey;
  /** Told about every change. What it throws is ignored. */
  readonly onChange?: (change: CircuitChange) => void;
}

/** A gate whose state can be read. */
export interface CircuitBreaker extends Gate {
  /** The state of a target's breaker. `half_open` from the first probe on until it has come back. */
  state(target: Pick<GateAttempt, "provider" | "model">): CircuitState;
}

interface Circuit {
  state: CircuitState;
  failures: number;
  openUntil: number;
  probe: GateAttempt | undefined;
  lastError: unknown;
}

const isOutage = ({ errorType }: Classification): boolean =>
  ["network", "timeout", "overloaded", "server_error", "truncated_stream"].includes(errorType);

/**
 * Creates a circuit breaker. While it is open, a call is refused at once, with the last real error as `cause`; a planned
 * retry is called off and the failure surfaces.
 *
 * @throws {RangeError} For an option out of range.
 */
export function circuitBreaker(
  { failures = 5, openMs = 30_000, counts = isOutage, key = byModel, onChange }: CircuitBreakerOptions = {},
): CircuitBreaker {
  checkPositive({ failures, openMs });
  /** Targets that failed last; all others are closed. */
  const circuits = new Map<string, Circuit>();

  function change(name: string, circuit: Circuit, to: CircuitState): void {
    const from = circuit.state;
    circuit.state = to;
    if (to === "closed") circuits.delete(name);
    if (from !== to) onChange?.({ key: name, from, to });
  }

  return {
    name: "circuit_breaker",
    state: (target) => circuits.get(key(target))?.state ?? "closed",
    before(attempt) {
      const name = key(attempt);
      const circuit = circuits.get(name);
      if (circuit === undefined || circuit.state === "closed") return;
      if (attempt.now() < circuit.openUntil || circuit.probe !== undefined) {
        return { refuse: `the breaker of ${name} is ${circuit.state}`, cause: circuit.lastError };
      }
      circuit.probe = attempt;
      change(name, circuit, "half_open");
    },
    after(attempt, { outcome, failure, error, retryInMs = 0 }) {
      const name = key(attempt);
      const circuit = circuits.get(name) ??
        { state: "closed", failures: 0, openUntil: 0, probe: undefined, lastError: undefined };
      const isProbe = circuit.probe === attempt;
      if (isProbe) circuit.probe = undefined;
      if (outcome === "cancelled") return;
      const isFailure = failure !== undefined && counts(failure);
      // Whatever else came back proves that the target is there; latecomers from before the outage prove nothing.
      if (!isFailure) {
        if (isProbe || circuit.state === "closed") change(name, circuit, "closed");
        return;
      }
      circuits.set(name, circuit);
      circuit.lastError = error;
      if (isProbe || ++circuit.failures >= failures && circuit.state === "closed") {
        circuit.openUntil = attempt.now() + openMs;
        change(name, circuit, "open");
      }
      if (circuit.state !== "closed" && attempt.now() + retryInMs < circuit.openUntil) {
        return { refuse: `the breaker of ${name} is ${circuit.state}` };
      }
    },
  };
}

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
import { checkOptions } from "./_gate_options.ts";
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
  /** Failures in a row that open the breaker: a finite number > 0. @default {5} */
  readonly failures?: number;
  /** Milliseconds for which it stays open before it lets a probe through: a finite number > 0. @default {30000} */
  readonly openMs?: number;
  /** Whether a failure counts. @default network failures, timeouts, overload, server errors and cut streams */
  readonly counts?: (failure: Classification) => boolean;
  /** What shares a breaker. Where it throws, there is none. @default by provider and model */
  readonly key?: GateKey;
  /** Told about every change, once it has been made. What it throws is ignored. */
  readonly onChange?: (change: CircuitChange) => void;
}

/** A gate whose state can be read. */
export interface CircuitBreaker extends Gate {
  /**
   * The state of a target's breaker: `open` until a call probes the target, `half_open` until the probe has come back.
   *
   * @throws What the option `key` throws.
   */
  state(target: Pick<GateAttempt, "provider" | "model">): CircuitState;
}

/** The breaker of a target that failed last. */
interface Circuit {
  state: CircuitState;
  /** How many failures in a row. */
  failures: number;
  /** Whoever asks before that is refused. */
  refusesUntil: number;
  usedAt: number;
  probe?: GateAttempt;
  lastError?: unknown;
}

/** A target that nobody called for so long, and for as long as its breaker was open, is closed: keys must not pile up. */
const IDLE_MS = 600_000;

const OUTAGE = ["network", "timeout", "overloaded", "server_error", "truncated_stream"];

/**
 * Creates a circuit breaker. After a run of failures it opens: calls are refused at once, with the last real error as
 * `cause`, and planned retries are called off. After `openMs` a single call at a time probes the target, and what comes
 * of it closes or opens the breaker. A probe that takes longer than `openMs` is given up for another one.
 *
 * @throws {RangeError | TypeError} For a bad option.
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  checkOptions(options, ["failures", "openMs"], ["counts", "key", "onChange"]);
  const { failures = 5, openMs = 30_000, counts, key = byModel, onChange } = options;
  /** Targets that failed last, the one used last at the end; all others are closed. */
  const circuits = new Map<string, Circuit>();

  function change(name: string, circuit: Circuit, to: CircuitState): void {
    const from = circuit.state;
    circuit.state = to;
    if (to === "closed") circuits.delete(name);
    // Not even a promise of its own that rejects does harm.
    if (from !== to) new Promise((resolve) => resolve(onChange?.({ key: name, from, to }))).catch(() => {});
  }

  function use(name: string, circuit: Circuit, now: number): void {
    circuit.usedAt = now;
    circuits.delete(name);
    circuits.set(name, circuit);
    for (const [other, idle] of circuits) {
      if (now - idle.usedAt < openMs + IDLE_MS) break;
      change(other, idle, "closed");
    }
  }

  return {
    name: "circuit_breaker",
    state: (target) => circuits.get(key(target))?.state ?? "closed",
    before(attempt) {
      const now = attempt.now();
      const name = key(attempt);
      const circuit = circuits.get(name);
      if (!circuit || circuit.state === "closed") return;
      if (now < circuit.refusesUntil) {
        return { refuse: `the breaker of ${name} is ${circuit.state}`, cause: circuit.lastError };
      }
      circuit.probe = attempt;
      circuit.refusesUntil = now + openMs;
      use(name, circuit, now);
      change(name, circuit, "half_open");
    },
    after(attempt, { outcome, failure, error, retryInMs = Infinity }) {
      const now = attempt.now();
      const name = key(attempt);
      let circuit = circuits.get(name);
      const isProbe = circuit?.probe === attempt;
      if (!failure && outcome !== "ok") {
        // Cancelled proves nothing: the next call is the probe.
        if (isProbe) circuit!.refusesUntil = now;
        return;
      }
      if (failure && (counts ? counts(failure) : OUTAGE.includes(failure.errorType))) {
        circuit ??= { state: "closed", failures: 0, refusesUntil: 0, usedAt: now };
        circuit.lastError = error;
        use(name, circuit, now);
        if (++circuit.failures >= failures && circuit.state === "closed" || isProbe) {
          circuit.refusesUntil = now + openMs;
          change(name, circuit, "open");
        }
      } else if (isProbe || circuit?.state === "closed") {
        // Whatever else came back proves that the target is there; latecomers from before the outage prove nothing.
        change(name, circuit!, "closed");
      }
      if (circuit && circuit.state !== "closed" && now + retryInMs < circuit.refusesUntil) {
        return { refuse: `the breaker of ${name} is ${circuit.state}` };
      }
    },
  };
}

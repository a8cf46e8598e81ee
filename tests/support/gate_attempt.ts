import { type Classification, classifyError, type Clock, type GateAttempt, type GateResult } from "../../mod.ts";

/** An attempt as the loop shows it to a gate. */
export function attemptOn(clock: Clock, given: Partial<GateAttempt> = {}): GateAttempt {
  return { provider: "openai", model: "gpt-5", call: {}, attempt: 0, now: () => clock.now(), ...given };
}

/** How the loop tells a gate that an attempt threw `error`, and that a retry is planned if `retryInMs` is given. */
export function failedWith(error: unknown, retryInMs?: number, given: Partial<Classification> = {}): GateResult {
  const failure = { ...classifyError(error), ...given };
  return { outcome: failure.errorType === "timeout" ? "timeout" : "error", failure, error, retryInMs };
}

/** What `create` returns, and how many keys the maps it made for itself hold. */
export function withKeyCount<T>(create: () => T): [made: T, keyCount: () => number] {
  const { Map } = globalThis;
  const maps: { readonly size: number }[] = [];
  globalThis.Map = class<K, V> extends Map<K, V> {
    constructor(entries?: Iterable<readonly [K, V]> | null) {
      super(entries);
      maps.push(this);
    }
  } as MapConstructor;
  try {
    return [create(), () => maps.reduce((sum, { size }) => sum + size, 0)];
  } finally {
    globalThis.Map = Map;
  }
}

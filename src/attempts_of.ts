import type { PastAttempt } from "./attempt_record.ts";

// Keyed by the error itself, so that its class and its fields stay as the provider made them.
const histories = new WeakMap<WeakKey, readonly PastAttempt[]>();

/**
 * The attempts behind an error that `callWithRetry` rejected with, oldest first; empty for any other value, and for one
 * that is not an object. An error object that ended several calls has the history of the last one.
 *
 * @example
 * ```ts
 * import { attemptsOf, callWithRetry } from "@tryspan/tryspan";
 *
 * const provider = { name: "demo", chat: () => Promise.reject(Object.assign(new Error("no such key"), { status: 401 })) };
 * try {
 *   await callWithRetry(provider, { model: "m" });
 * } catch (error) {
 *   console.log(attemptsOf(error).map((attempt) => attempt["error.type"])); // ["auth"]
 * }
 * ```
 */
export function attemptsOf(error: unknown): readonly PastAttempt[] {
  return histories.get(error as WeakKey) ?? [];
}

/** Remembers the attempts that led to `error`. */
export function rememberAttempts(error: unknown, attempts: readonly PastAttempt[]): void {
  if (Object(error) === error) histories.set(error as WeakKey, attempts);
}

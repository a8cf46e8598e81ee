/**
 * The clock port, so that tests can own time.
 *
 * @module
 */

/** Where time comes from. */
export interface Clock {
  /** Milliseconds that only go forward; only differences mean anything. */
  now(): number;
  /** Milliseconds since 1970, by the wall clock. */
  date(): number;
  /** Calls `callback` once, after `ms` milliseconds (0 to 2^31 - 1), and returns a handle for `clearTimeout`. */
  setTimeout(callback: () => void, ms: number): unknown;
  /** Takes a timer back. */
  clearTimeout(handle: unknown): void;
}

/** The platform's own clock; the default. */
export const systemClock: Clock = {
  now: () => globalThis.performance?.now() ?? Date.now(),
  date: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as number),
};

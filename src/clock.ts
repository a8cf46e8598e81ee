/** Where time comes from; injectable, so that tests can own it. */
export interface Clock {
  /** Milliseconds that only go forward; only differences mean anything. */
  now(): number;
  /** Milliseconds since 1970, by the wall clock. */
  date(): number;
  /** Calls `callback` once, no sooner than after `ms` milliseconds (0 to 2^30), and returns a handle for `clearTimeout`. */
  setTimeout(callback: () => void, ms: number): unknown;
  /** Takes a timer back; does nothing for `undefined`, and for one that has fired. */
  clearTimeout(handle: unknown): void;
}

/** The platform's own clock; the default. */
export const systemClock: Clock = {
  now: () => typeof performance === "object" ? performance.now() : Date.now(),
  date: () => Date.now(),
  // Node's timers may fire up to a millisecond early, which would undercut a server's wish.
  setTimeout: (callback, ms) => setTimeout(callback, ms + 1),
  clearTimeout: (handle) => clearTimeout(handle as number),
};

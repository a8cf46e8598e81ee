import type { Gate, GateKey } from "tryspan";

/**
 * What machines share. Its clock is the only one that counts.
 *
 * In Redis: `INCR key` and `PEXPIRE key ttlMs NX` in one `MULTI`; `PTTL key`. In a Durable Object: one object for each
 * key, which keeps `{ count, endsAt }` in memory, starts anew once `endsAt` has passed, and needs no lock, because it
 * answers one request after another.
 */
export interface LimitStore {
  /** Adds 1 to `key` and resolves with the sum. `ttlMs` after its first increment the key is gone. */
  increment(key: string, ttlMs: number): Promise<number>;
  /** Resolves with the milliseconds until the key is gone; with 0 or less if it is gone already. */
  leftMs(key: string): Promise<number>;
}

/** Options of {@linkcode sharedLimit}. */
export interface SharedLimitOptions {
  /** Where the attempts of all machines are counted. */
  readonly store: LimitStore;
  /** Attempts in one window, over all machines. */
  readonly limit: number;
  /** How long a window is. */
  readonly windowMs: number;
  /** What is counted together. */
  readonly key?: GateKey;
}

/**
 * A gate that lets all machines together start at most `limit` attempts in every window, and keeps the others waiting
 * for the next one. While the store is down, everything passes: a gate that rejects is as good as none.
 */
export function sharedLimit({ store, limit, windowMs, key = byTarget }: SharedLimitOptions): Gate {
  return {
    name: "shared_limit",
    async before(attempt) {
      const name = key(attempt);
      if (await store.increment(name, windowMs) <= limit) return;
      // The window may have ended between the two questions; a wait of 0 would mean to pass.
      return { waitMs: Math.max(1, await store.leftMs(name)) };
    },
  };
}

const byTarget: GateKey = ({ provider, model }) => `tryspan:${provider}:${model}`;

/** A store for one machine: for tests, and to see what the methods do. */
export function memoryStore(now: () => number): LimitStore {
  const windows = new Map<string, { count: number; endsAt: number }>();
  return {
    increment(key, ttlMs) {
      let window = windows.get(key);
      if (!window || window.endsAt <= now()) windows.set(key, window = { count: 0, endsAt: now() + ttlMs });
      return Promise.resolve(++window.count);
    },
    leftMs: (key) => Promise.resolve((windows.get(key)?.endsAt ?? 0) - now()),
  };
}

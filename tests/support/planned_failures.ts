import { START_DATE } from "./virtual_clock.ts";

/** A failure, and what its server asks for. */
export interface PlannedFailure {
  readonly fail: () => unknown;
  readonly wishMs?: number;
}

/** An error as an SDK throws it. */
function httpError(status: number, headers: object = {}, more: object = {}): PlannedFailure["fail"] {
  return () => Object.assign(new Error(`HTTP ${status}`), { status, headers, ...more });
}

const STATUSES: readonly PlannedFailure[] = [400, 401, 404, 408, 409, 413, 425, 429, 500, 501, 502, 503, 504, 529].map(
  (status) => ({ fail: httpError(status) }),
);

const date = new Date(START_DATE).toUTCString();
const in9s = new Date(START_DATE + 9000).toUTCString();

const WISHES: readonly PlannedFailure[] = [
  { fail: httpError(429, { "retry-after": "0" }), wishMs: 0 },
  { fail: httpError(429, { "retry-after": "1" }), wishMs: 1000 },
  { fail: httpError(429, new Headers({ "Retry-After": "2.5" })), wishMs: 2500 },
  { fail: httpError(503, new Map([["retry-after", "4"]])), wishMs: 4000 },
  { fail: httpError(503, { "retry-after-ms": "1" }), wishMs: 1 },
  { fail: httpError(529, { "retry-after-ms": "750", "retry-after": "1" }), wishMs: 750 },
  { fail: httpError(429, { "x-ms-retry-after-ms": "333" }), wishMs: 333 },
  { fail: httpError(429, { "retry-after": in9s, date }), wishMs: 9000 },
  { fail: httpError(429, { "retry-after": date, date: in9s }), wishMs: 0 },
  { fail: httpError(429, { "retry-after": "3600" }), wishMs: 3_600_000 },
  { fail: httpError(400, { "retry-after": "2", "x-should-retry": "true" }), wishMs: 2000 },
  { fail: httpError(503, { "retry-after": "2", "x-should-retry": "false" }), wishMs: 2000 },
  { fail: httpError(429, {}, { error: { message: "Please try again in 1.5s." } }), wishMs: 1500 },
  // What is no wish, though it may be read as one.
  ...["", "-1", "1e3", "10, 20", "120 s", "0x10", "Infinity", "2026-01-01T00:00:00Z", "9".repeat(400) + "x"].map((
    it,
  ) => ({
    fail: httpError(429, { "retry-after": it }),
  })),
];

const NETWORK: readonly PlannedFailure[] = [
  { fail: () => new TypeError("fetch failed", { cause: Object.assign(new Error("reset"), { code: "ECONNRESET" }) }) },
  { fail: () => new TypeError("Failed to fetch") },
  { fail: () => new DOMException("The provider's own limit", "TimeoutError") },
  { fail: () => new DOMException("The provider's own abort", "AbortError") },
];

const HOSTILE: readonly PlannedFailure[] = [
  ...[undefined, null, 0, NaN, "", "overloaded", 7n, Symbol("no")].map((it) => ({ fail: () => it })),
  { fail: () => () => "not an error" },
  { fail: () => Object.freeze({ status: 503 }) },
  { fail: () => new TypeError("x is not a function") },
  { fail: () => Object.create(null) },
  { fail: () => ({ then: (resolve: (value: string) => void) => resolve("not an error") }) },
  {
    fail: () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    },
  },
  { fail: () => new Proxy({}, new Proxy({}, { get: throwIt })) },
  { fail: () => Object.defineProperty(new Error("no"), "status", { get: throwIt }) },
  {
    fail: () => {
      const cycle: Record<string, unknown> = { status: 500 };
      cycle["cause"] = cycle["error"] = cycle;
      return cycle;
    },
  },
];

function throwIt(): never {
  throw new Error("A trap of the error's own");
}

/** Failures of every kind. */
export const FAILURES: readonly PlannedFailure[] = [...STATUSES, ...WISHES, ...NETWORK, ...HOSTILE];

/** Those of them that are retried, so that calls go on. */
export const PASSING_FAILURES: readonly PlannedFailure[] = [
  ...WISHES.slice(0, 9),
  ...NETWORK.slice(0, 3),
  ...[408, 429, 500, 503, 529].map((status) => ({ fail: httpError(status) })),
];

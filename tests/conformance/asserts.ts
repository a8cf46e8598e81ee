/** The asserts of the conformance suites: no test framework and no module of a runtime's, so that they load everywhere. */

/** Fails with `message` unless `condition` holds. */
export function assert(condition: unknown, message = "Expected a truthy value"): asserts condition {
  if (!condition) throw new Error(message);
}

/** Fails unless both are equal: plain objects and arrays by what they hold, all else by identity. */
export function assertEquals<T>(actual: T, expected: T, message = "Not equal"): void {
  assert(isEqual(actual, expected), `${message}: expected ${show(expected)}, got ${show(actual)}`);
}

/** Fails unless both are the same value, or the same object. */
export function assertStrictEquals<T>(actual: unknown, expected: T, message = "Not the same"): asserts actual is T {
  assert(Object.is(actual, expected), `${message}: expected ${show(expected)}, got ${show(actual)}`);
}

/** Returns what `work` throws, and fails if it does not. */
export function assertThrows(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("Expected the function to throw");
}

/** Resolves with what the promise rejects with; fails if it does not, or if `work` throws before there is a promise. */
export async function assertRejects(work: () => PromiseLike<unknown>): Promise<unknown> {
  const NOT = {};
  const pending = work();
  const error = await pending.then(() => NOT, (error: unknown) => error);
  assert(error !== NOT, "Expected the promise to reject");
  return error;
}

function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!isPlain(a) || !isPlain(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key]));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Array.isArray(value);
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (!isPlain(value)) return String(value);
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  return `{ ${Object.entries(value).map(([key, item]) => `${key}: ${show(item)}`).join(", ")} }`;
}

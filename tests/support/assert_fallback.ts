/**
 * Stands in for `@std/assert` where JSR does not answer: the functions the tests use, over `node:assert/strict`.
 * Same names, same parameters, and failing in the same cases.
 *
 * @module
 */
import nodeAssert, { AssertionError } from "node:assert/strict";

// deno-lint-ignore no-explicit-any -- any constructor's arguments
type Class<T> = abstract new (...args: any[]) => T;

export function assert(expr: unknown, msg = "Expected a truthy value"): asserts expr {
  if (!expr) throw new AssertionError({ message: msg, actual: expr, expected: true, operator: "==" });
}

export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  nodeAssert.deepStrictEqual(actual, expected, msg!);
}

export function assertStrictEquals<T>(actual: unknown, expected: T, msg?: string): asserts actual is T {
  nodeAssert.strictEqual(actual, expected, msg!);
}

export function assertInstanceOf<T>(actual: unknown, type: Class<T>, msg?: string): asserts actual is T {
  assert(actual instanceof type, msg ?? `Expected an instance of ${type.name}: got ${String(actual)}`);
}

export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  nodeAssert.match(actual, expected, msg!);
}

export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  assert(actual.includes(expected), msg ?? `Expected "${actual}" to include "${expected}"`);
}

function checkThrown(error: unknown, type: Class<Error> | undefined, included: string | undefined): void {
  if (type === undefined) return;
  assertInstanceOf(error, type);
  if (included !== undefined) assertStringIncludes(error.message, included);
}

/** Returns what `fn` throws. A value that is no Error passes only where no class is asked for. */
export function assertThrows(fn: () => unknown): unknown;
export function assertThrows<E extends Error>(fn: () => unknown, type: Class<E>, included?: string): E;
export function assertThrows(fn: () => unknown, type?: Class<Error>, included?: string): unknown {
  try {
    fn();
  } catch (error) {
    checkThrown(error, type, included);
    return error;
  }
  throw new AssertionError({ message: "Expected the function to throw" });
}

/** Returns what the promise rejects with. A synchronous throw or a plain value is a failure of the assertion. */
export function assertRejects(fn: () => PromiseLike<unknown>): Promise<unknown>;
export function assertRejects<E extends Error>(fn: () => PromiseLike<unknown>, type: Class<E>, i?: string): Promise<E>;
export async function assertRejects(fn: () => PromiseLike<unknown>, type?: Class<Error>, i?: string): Promise<unknown> {
  const promise = callWithoutThrow(fn);
  assert(typeof promise?.then === "function", "Expected the function to return a promise");
  const [settled] = await Promise.allSettled([promise]);
  assert(settled.status === "rejected", "Expected the promise to reject");
  checkThrown(settled.reason, type, i);
  return settled.reason;
}

function callWithoutThrow(fn: () => PromiseLike<unknown>): PromiseLike<unknown> {
  try {
    return fn();
  } catch (error) {
    throw new AssertionError({ message: `Expected a rejection: the function itself threw ${String(error)}` });
  }
}

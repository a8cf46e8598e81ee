import { test } from "node:test";

type Work = () => void | Promise<void>;

/** Stands in for `Deno.test` in Node. */
export function denoTest(
  ...definition: [name: string, fn: Work] | [{ name: string; fn: Work; ignore?: boolean }]
): void {
  const { name, fn, ignore = false } = definition.length === 2
    ? { name: definition[0], fn: definition[1] }
    : definition[0];
  test(name, { skip: ignore }, () => fn());
}

import { attemptsOf, streamWithRetry } from "/work/wt/exits/mod.ts";
import { streamExits } from "/work/wt/exits/src/testing.ts";
export async function job() {
  const bad: string[] = [];
  const list = streamExits();
  let unhandled = 0;
  for (const { name, run } of list) {
    try {
      await run({ streamWithRetry, attemptsOf });
    } catch (e) {
      bad.push(name + ": " + (e as Error).message);
    }
  }
  return { n: list.length, bad: bad.length, first: bad.slice(0, 12) };
}

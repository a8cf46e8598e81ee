import type { Gate } from "tryspan";

/** A gate that lets at most `limit` attempts run at the same time; the others wait in line. */
export function concurrencyLimit(limit: number): Gate {
  let running = 0;
  const line: (() => void)[] = [];
  return {
    name: "concurrency_limit",
    before() {
      if (running < limit) running++;
      else return new Promise<void>((resolve) => line.push(resolve));
    },
    // Also told about those that gave up waiting, once their turn has come: the turn goes on to the next.
    after() {
      const next = line.shift();
      if (next) next();
      else running--;
    },
  };
}

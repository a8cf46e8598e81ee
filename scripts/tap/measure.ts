import process from "node:process";

/** The middle one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** What some work takes, in milliseconds. */
export interface Cost {
  readonly wall: number;
  /** What this process alone has computed: other work on the machine changes it little. */
  readonly cpu: number;
}

/** Does all kinds of work side by side, so that a slow phase of the machine falls on all; the medians of each. */
export async function medians(
  work: Readonly<Record<string, () => unknown>>,
  rounds: number,
): Promise<Record<string, Cost>> {
  const costs: Record<string, Cost[]> = {};
  const names = Object.keys(work);
  for (let round = -1; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + 1 + turn) % names.length]!;
      const cost = await measured(work[name]!);
      // The first round only warms up.
      if (round >= 0) (costs[name] ??= []).push(cost);
    }
  }
  return Object.fromEntries(names.map((name) => [name, {
    wall: median(costs[name]!.map(({ wall }) => wall)),
    cpu: median(costs[name]!.map(({ cpu }) => cpu)),
  }]));
}

async function measured(work: () => unknown): Promise<Cost> {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  await work();
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wall, cpu: (user + system) / 1000 };
}

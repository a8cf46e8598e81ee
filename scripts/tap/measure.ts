/** The middle one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** Does all kinds of work side by side, so that a slow phase of the machine falls on all; the median of each, in ms. */
export async function medians(
  work: Readonly<Record<string, () => unknown>>,
  rounds: number,
): Promise<Record<string, number>> {
  const times: Record<string, number[]> = {};
  const names = Object.keys(work);
  for (let round = -1; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + 1 + turn) % names.length]!;
      const start = performance.now();
      await work[name]!();
      const ms = performance.now() - start;
      // The first round only warms up.
      if (round >= 0) (times[name] ??= []).push(ms);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times[name]!)]));
}

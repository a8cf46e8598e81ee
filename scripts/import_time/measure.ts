/** The milliseconds that a process of each script took, by script: one for each round. */
export type Times = Readonly<Record<string, readonly number[]>>;

/**
 * Starts a fresh process of each script in every round, each round beginning with another one, so that a slow phase of
 * the machine does not fall on one script alone.
 */
export async function measure(node: string, scripts: readonly string[], rounds: number, cwd: string): Promise<Times> {
  const times: Record<string, number[]> = Object.fromEntries(scripts.map((script) => [script, []]));
  for (let round = -WARM_UP; round < rounds; round++) {
    for (let turn = 0; turn < scripts.length; turn++) {
      const script = scripts[(round + WARM_UP + turn) % scripts.length]!;
      const ms = await start(node, script, cwd);
      if (round >= 0) times[script]!.push(ms);
    }
  }
  return times;
}

/** Rounds that only bring the files into memory. */
const WARM_UP = 3;

async function start(node: string, script: string, cwd: string): Promise<number> {
  const command = new Deno.Command(node, { args: [script], cwd, stdin: "null", stdout: "null", stderr: "inherit" });
  const started = performance.now();
  const { success } = await command.spawn().status;
  const ms = performance.now() - started;
  if (!success) throw new Error(`Cannot measure ${script}: it has failed`);
  return ms;
}

/** The value below which this share of the numbers lies, e.g. 0.5 for the median. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

/** What a process took, in milliseconds. */
export interface Sample {
  /** From its start to its end, by the clock on the wall. */
  readonly wall: number;
  /** From before the import to after it, by the process's own clock: its start, the noisiest part, is not in it. */
  readonly inside: number;
}

/** What a process of each script took, by script: a sample for each round. */
export type Times = Readonly<Record<string, readonly Sample[]>>;

/** The script that imports a module, or nothing. */
export function scriptOf(module?: string): string {
  const work = module === undefined ? "" : `await import("${module}");\n`;
  return `const started = performance.now();\n${work}process.stdout.write(String(performance.now() - started));\n`;
}

/**
 * Starts a fresh process of each script in every round, each round beginning with another one, so that a slow phase of
 * the machine does not fall on one script alone.
 */
export async function measure(node: string, scripts: readonly string[], rounds: number, cwd: string): Promise<Times> {
  const times: Record<string, Sample[]> = Object.fromEntries(scripts.map((script) => [script, []]));
  for (let round = -WARM_UP; round < rounds; round++) {
    for (let turn = 0; turn < scripts.length; turn++) {
      const script = scripts[(round + WARM_UP + turn) % scripts.length]!;
      const sample = await start(node, script, cwd);
      if (round >= 0) times[script]!.push(sample);
    }
  }
  return times;
}

/** Rounds that only bring the files into memory. */
const WARM_UP = 3;

async function start(node: string, script: string, cwd: string): Promise<Sample> {
  const command = new Deno.Command(node, { args: [script], cwd, stdin: "null", stderr: "inherit" });
  const started = performance.now();
  const { success, stdout } = await command.output();
  const wall = performance.now() - started;
  if (!success) throw new Error(`Cannot measure ${script}: it has failed`);
  return { wall, inside: Number(new TextDecoder().decode(stdout)) };
}

/** The value below which this share of the numbers lies, e.g. 0.5 for the median. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

/** No job takes longer, however busy the machine. */
const LIMIT_MS = 120_000;

/** Code that runs a job as a process, in the manner of Node, and prints what it resolves with. */
export const PRINTING = {
  file: "print.mjs",
  // Not before all of it has left: a pipe takes 64 KiB at once.
  code: `const result = JSON.stringify(await job(JSON.parse(process.argv[2])));
    process.stdout.write(result + "\\n", () => process.exit(0));`,
};

/** Where and with what a process is run. */
export interface ProcessOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a process and resolves with the last line that it prints; rejects if it fails. */
export async function lastLine(
  command: string,
  args: readonly string[],
  { cwd, env = {} }: ProcessOptions,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", ...env },
    signal: AbortSignal.timeout(LIMIT_MS),
  }).output();
  const text = new TextDecoder().decode(stdout).trimEnd();
  if (!success || !text) throw new Error(new TextDecoder().decode(stderr) || text || `'${command}' printed nothing`);
  return text.slice(text.lastIndexOf("\n") + 1);
}

/** Runs a process whose last line is JSON, and resolves with what that says. */
export async function printed(command: string, args: readonly string[], options: ProcessOptions): Promise<unknown> {
  return JSON.parse(await lastLine(command, args, options));
}

/** Runs a process that prints its version, and resolves with that. */
export async function printedVersion(command: string): Promise<string> {
  const { stdout } = await new Deno.Command(command, { args: ["--version"] }).output();
  const [version] = /\d+(\.\d+)+/.exec(new TextDecoder().decode(stdout)) ?? [];
  if (version === undefined) throw new Error(`'${command} --version' tells no version`);
  return version;
}

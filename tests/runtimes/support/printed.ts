/** No job takes longer, however busy the machine. */
const LIMIT_MS = 120_000;

/** Code that runs a job as a process, in the manner of Node, and prints what it resolves with. */
export const PRINTING = {
  file: "print.mjs",
  code: "console.log(JSON.stringify(await job(JSON.parse(process.argv[2])))); process.exit(0);",
};

/** Runs a process that prints JSON, and resolves with that. */
export async function printed(command: string, args: readonly string[], cwd: string): Promise<unknown> {
  const { stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(LIMIT_MS),
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (!/^[{[]/.test(text)) throw new Error(new TextDecoder().decode(stderr) || text || `'${command}' printed nothing`);
  return JSON.parse(text);
}

/** Runs a process that prints its version, and resolves with that. */
export async function printedVersion(command: string): Promise<string> {
  const { stdout } = await new Deno.Command(command, { args: ["--version"] }).output();
  const [version] = /\d+(\.\d+)+/.exec(new TextDecoder().decode(stdout)) ?? [];
  if (version === undefined) throw new Error(`'${command} --version' tells no version`);
  return version;
}

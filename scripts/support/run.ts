import { ROOT } from "./paths.ts";

/** How a command ended. */
export interface Finished {
  readonly ok: boolean;
  /** Everything it printed, without colours. */
  readonly output: string;
}

/** Runs a command to its end, without input and without colours, and keeps what it prints. */
export async function run(command: string, args: readonly string[], cwd: string | URL = ROOT): Promise<Finished> {
  const child = new Deno.Command(command, { args: [...args], cwd, env: { NO_COLOR: "1" }, stdin: "null" });
  const decoder = new TextDecoder();
  try {
    const { success, stdout, stderr } = await child.output();
    return { ok: success, output: decoder.decode(stdout) + decoder.decode(stderr) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const isThere = await Deno.stat(cwd).then(() => true, () => false);
    return { ok: false, output: `Cannot run '${command}': ${isThere ? "it is not installed" : `there is no ${cwd}`}` };
  }
}

/** Runs `deno` with these arguments. It need not be on the PATH. */
export function deno(args: readonly string[], cwd?: string | URL): Promise<Finished> {
  return run(Deno.execPath(), args, cwd);
}

/** Runs `npm` with these arguments. */
export function npm(args: readonly string[], cwd?: string | URL): Promise<Finished> {
  return run(Deno.build.os === "windows" ? "npm.cmd" : "npm", args, cwd);
}

/** Awaits a command that has to succeed and returns what it printed; throws that if it fails. */
export async function mustSucceed(finished: Promise<Finished>): Promise<string> {
  const { ok, output } = await finished;
  if (!ok) throw new Error(output);
  return output;
}

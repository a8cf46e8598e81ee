import { type DemoArgs, HELP, readArgs, UsageError } from "./args.ts";
import { runDemo } from "./run_demo.ts";
import type { Surroundings } from "./surroundings.ts";

/** Runs the demo; resolves with the exit code: 0, 1 if something failed in the end, 2 if it was not started. */
export async function main(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    const args = readArgs(argv);
    if (args.help) {
      surroundings.print(HELP);
      return 0;
    }
    return await runDemo(args, readKey(args, surroundings), surroundings);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    surroundings.printError(`${error.message}\nSee deno task demo --help`);
    return 2;
  }
}

const KEYS = { openai: "OPENAI_API_KEY", anthropic: "ANTHROPIC_API_KEY", ollama: undefined } as const;

function readKey({ real }: DemoArgs, { env }: Surroundings): string {
  const name = real && KEYS[real.service];
  if (!name) return "";
  const key = env(name);
  if (!key) throw new UsageError(`--provider ${real.service} needs a key in ${name}`);
  return key;
}

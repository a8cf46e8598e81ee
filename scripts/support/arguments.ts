// deno-lint-ignore-file no-console
import { parseArgs, type ParseArgsConfig } from "node:util";
import { messageOf } from "./message_of.ts";

/** Reads what a script was called with. Asked for help it gives that, and where the rest makes no sense, it says so. */
export function readArguments<const Config extends ParseArgsConfig>(
  usage: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  if (Deno.args.some((it) => it === "--help" || it === "-h")) {
    console.log(usage);
    Deno.exit();
  }
  try {
    return parseArgs<Config>({ ...config, args: Deno.args });
  } catch (error) {
    // The first sentence says what is wrong.
    return misused(usage, messageOf(error).split(/\. |\n/)[0]);
  }
}

/** Ends a script that was called in a way that makes no sense, and says how it is called. */
export function misused(usage: string, reason = "There is nothing of that name"): never {
  console.error(`${reason}\n\n${usage}`);
  Deno.exit(2);
}

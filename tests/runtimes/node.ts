import type { Runtime } from "./runtime.ts";
import { bundleJob } from "./support/bundle_job.ts";
import { CPU, fromNpm, OS } from "./support/from_npm.ts";
import { printed, printedVersion, PRINTING } from "./support/printed.ts";

/** Node, of a version from npm; without one, whichever the machine has. */
export function node(version?: string): Runtime {
  return {
    name: version === undefined ? "Node (this machine's)" : "Node",
    library: "package",
    version: async () => version === undefined ? await printedVersion("node") : (await nodeCommand(version), version),
    async run(job, input) {
      const cwd = await bundleJob(job, { ...PRINTING, library: "package" });
      return await printed(await nodeCommand(version), ["print.mjs", JSON.stringify(input)], { cwd });
    },
  };
}

/** The command that starts a Node of this version. */
export async function nodeCommand(version: string | undefined): Promise<string> {
  return version === undefined ? "node" : `${await fromNpm(`node-${OS}-${CPU}`, version)}/bin/node`;
}

import type { Runtime } from "./runtime.ts";
import { bundleJob } from "./support/bundle_job.ts";
import { CPU, fromNpm, OS } from "./support/from_npm.ts";
import { printed, PRINTING } from "./support/printed.ts";

const VERSION = "1.4.5";

/** The command that starts Bun. */
export async function bunCommand(): Promise<string> {
  return `${await fromNpm(`@oven/bun-${OS}-${CPU === "arm64" ? "aarch64" : CPU}`, VERSION)}/bin/bun`;
}

export const bun: Runtime = {
  name: "Bun",
  library: "package",
  version: async () => (await bunCommand(), VERSION),
  async run(job, input) {
    const cwd = await bundleJob(job, { ...PRINTING, library: "package" });
    return await printed(await bunCommand(), ["print.mjs", JSON.stringify(input)], { cwd });
  },
};

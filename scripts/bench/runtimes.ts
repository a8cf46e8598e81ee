import { bundleScript } from "../node/bundle_script.ts";
import { importMapFlags } from "../support/jsr.ts";
import { deno, mustSucceed, run } from "../support/run.ts";
import { type Results, type Section, SECTIONS } from "./sections.ts";

/** Where the benchmark can run. */
export interface Runtime {
  /** Its name and version, as it tells them. */
  version(): Promise<string>;
  /** Measures every section, one after the other, each in a process of its own. */
  measure(): Promise<Results>;
}

export const RUNTIMES: Readonly<Record<"deno" | "node", Runtime>> = {
  deno: {
    version: () => Promise.resolve(`Deno ${Deno.version.deno}`),
    measure: async () => {
      const flags = await importMapFlags();
      return await measureSections((section) => mustSucceed(deno(["run", "-A", ...flags, ENTRY_POINT, section])));
    },
  },
  node: {
    version: async () => `Node ${(await mustSucceed(run("node", ["--version"]))).trim().slice(1)}`,
    measure: async () => {
      const bundle = await bundleScript(ENTRY_POINT);
      return await measureSections((section) => mustSucceed(run("node", [bundle, section])));
    },
  },
};

const ENTRY_POINT = "scripts/bench/section.ts";

async function measureSections(run: (section: Section) => Promise<string>): Promise<Results> {
  const results: Partial<Record<Section, Results[Section]>> = {};
  for (const { section } of SECTIONS) results[section] = JSON.parse(await run(section));
  return results as Results;
}

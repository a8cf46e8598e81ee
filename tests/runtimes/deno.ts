import { importMapFlags } from "../../scripts/support/jsr.ts";
import { path } from "../../scripts/support/paths.ts";
import type { Runtime } from "./runtime.ts";
import { bundleJob } from "./support/bundle_job.ts";
import { CPU, fromNpm, OS } from "./support/from_npm.ts";
import { printed, PRINTING } from "./support/printed.ts";

/** Deno on the sources, with no permission at all; of a version from npm, or the one this runs in. */
export function denoWithoutPermissions(version?: string): Runtime {
  return onSources("Deno, no permissions", version);
}

/** Deno on the sources, with all permissions. */
export const denoOnSources: Runtime = onSources("Deno", undefined, "--allow-all");

function onSources(name: string, version: string | undefined, ...permissions: string[]): Runtime {
  return {
    name,
    library: "source",
    version: async () => version === undefined ? Deno.version.deno : (await denoCommand(version), version),
    async run({ module, name }, input) {
      const cwd = path(`.cache/runtimes/jobs/${name}`);
      await Deno.mkdir(cwd, { recursive: true });
      const code = `import { ${name} as job } from "../../../../${module}";
        console.log(JSON.stringify(await job(JSON.parse(Deno.args[0]!))));
        Deno.exit();`;
      await Deno.writeTextFile(`${cwd}/print.ts`, code);
      const flags = ["--no-prompt", "--quiet", "--no-config", "--no-lock", ...permissions, ...await importMapFlags()];
      return await printed(await denoCommand(version), ["run", ...flags, "print.ts", JSON.stringify(input)], { cwd });
    },
  };
}

/** Deno on the npm package. */
export const denoOnPackage: Runtime = {
  name: "Deno",
  library: "bundle",
  version: () => Promise.resolve(Deno.version.deno),
  async run(job, input) {
    const cwd = await bundleJob(job, { ...PRINTING, library: "bundle" });
    return await printed(Deno.execPath(), ["run", "--allow-all", "print.mjs", JSON.stringify(input)], { cwd });
  },
};

async function denoCommand(version: string | undefined): Promise<string> {
  if (version === undefined) return Deno.execPath();
  return `${await fromNpm(`@deno/${OS}-${CPU}${OS === "linux" ? "-glibc" : ""}`, version)}/deno`;
}

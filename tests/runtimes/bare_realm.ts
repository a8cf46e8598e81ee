import type { Runtime } from "./runtime.ts";
import { bundleJob } from "./support/bundle_job.ts";
import { printed, printedVersion } from "./support/printed.ts";

/** What the library must be able to do without. */
const GONE = [
  "process",
  "AsyncLocalStorage",
  "performance",
  "FinalizationRegistry",
  "crypto",
  "structuredClone",
  "setImmediate",
  "navigator",
];

/**
 * The globals go before the library comes; the import is dynamic because a static one would come first. Buffer stays for
 * Node's own `Response`, which needs it, and is gone for all others.
 */
const WITHOUT_GLOBALS = `const { log } = console; const { argv, exit } = process;
// Node needs more to load these than to run them.
new Response(null, { headers: new Headers() });
for (const name of ${JSON.stringify(GONE)}) {
  delete globalThis[name];
  if (name in globalThis) throw new Error(name + " is still there");
}
const { Buffer } = globalThis;
Object.defineProperty(globalThis, "Buffer", {
  get: () => /^.*node:internal/.test(new Error().stack.split("\\n")[2]) ? Buffer : undefined,
});
if (globalThis.Buffer) throw new Error("Buffer is still there");
delete AbortSignal.any;
delete AbortSignal.timeout;
const { job } = await import("./job.mjs");
log(JSON.stringify(await job(JSON.parse(argv[2])))); exit(0);`;

/** The machine's Node, stripped of all globals that only some runtimes have. */
export const bareRealm: Runtime = {
  name: "Node, bare globals",
  library: "package",
  version: () => printedVersion("node"),
  async run(job, input) {
    const cwd = await bundleJob(job, { file: "job.mjs", code: "export { job };", library: "package" });
    await Deno.writeTextFile(`${cwd}/bare.mjs`, WITHOUT_GLOBALS);
    return await printed("node", ["bare.mjs", JSON.stringify(input)], { cwd });
  },
};

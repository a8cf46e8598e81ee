import type { Runtime } from "./runtime.ts";
import { bundleJob } from "./support/bundle_job.ts";
import { fromNpm } from "./support/from_npm.ts";
import { printed } from "./support/printed.ts";

const VERSION = "4.0.1";

const CODE = `const answer = async (request) => new Response(JSON.stringify(await job(await request.json())));
addEventListener("fetch", (event) => event.respondWith(answer(event.request)));`;

const edgeRuntimePackage = () => fromNpm("edge-runtime", VERSION);

/** Vercel's edge-runtime, in the machine's Node. */
export const edgeRuntime: Runtime = {
  name: "edge-runtime",
  library: "bundle",
  version: async () => (await edgeRuntimePackage(), VERSION),
  async run(job, input) {
    const cwd = await bundleJob(job, { file: "edge.js", code: CODE, library: "bundle" });
    return await answerOfEdge(`${cwd}/edge.js`, { body: JSON.stringify(input) });
  },
};

/** Sends one POST request to a script that listens for `fetch`, and resolves with its answer, which must be JSON. */
export async function answerOfEdge(
  file: string,
  { body = "", globals = {} }: { readonly body?: string; readonly globals?: Readonly<Record<string, unknown>> },
): Promise<unknown> {
  const directory = (await edgeRuntimePackage()).replace(/\/node_modules\/edge-runtime$/, "");
  await Deno.writeTextFile(
    `${directory}/run.mjs`,
    `import { readFileSync } from "node:fs"; import { EdgeRuntime } from "edge-runtime";
const [file, body, globals] = process.argv.slice(2);
const extend = (context) => Object.assign(context, JSON.parse(globals));
const runtime = new EdgeRuntime({ initialCode: readFileSync(file, "utf8"), extend });
const response = await runtime.dispatchFetch("http://job/", { method: "POST", body });
console.log(await response.text()); process.exit(0);`,
  );
  return await printed("node", ["run.mjs", file, body, JSON.stringify(globals)], directory);
}

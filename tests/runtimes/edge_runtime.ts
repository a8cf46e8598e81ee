import type { Runtime } from "./runtime.ts";
import { bundleJob } from "./support/bundle_job.ts";
import { fromNpm } from "./support/from_npm.ts";
import { printed } from "./support/printed.ts";

const VERSION = "4.0.1";

const CODE = `const answer = async (request) => new Response(JSON.stringify(await job(await request.json())));
addEventListener("fetch", (event) => event.respondWith(answer(event.request)));`;

const edgeRuntimePackage = () => fromNpm("edge-runtime", VERSION);

/** Vercel's edge-runtime, in the machine's Node. */
export const edgeRuntime: Runtime = edgeRuntimeWith({});

/** The same with what Vercel's platform adds to it. */
export const edgeRuntimeAtVercel: Runtime = edgeRuntimeWith({ process: { env: {} } });

function edgeRuntimeWith(globals: Readonly<Record<string, unknown>>): Runtime {
  return {
    name: "edge-runtime",
    library: "bundle",
    version: async () => (await edgeRuntimePackage(), VERSION),
    async run(job, input) {
      const cwd = await bundleJob(job, { file: "edge.js", code: CODE, library: "bundle" });
      return JSON.parse(await answerOfEdge(`${cwd}/edge.js`, { body: JSON.stringify(input), globals }));
    },
  };
}

/** What a script in the edge-runtime is asked with. */
export interface EdgeRequest {
  readonly body: string;
  /** Globals besides the runtime's own. */
  readonly globals?: Readonly<Record<string, unknown>>;
}

/** Sends one POST request to a script that listens for `fetch`, and resolves with the text of its answer. */
export async function answerOfEdge(file: string, { body, globals = {} }: EdgeRequest): Promise<string> {
  const directory = (await edgeRuntimePackage()).replace(/\/node_modules\/edge-runtime$/, "");
  await Deno.writeTextFile(
    `${directory}/run.mjs`,
    `import { readFileSync } from "node:fs"; import { EdgeRuntime } from "edge-runtime";
const [file, body, globals] = process.argv.slice(2);
const extend = (context) => Object.assign(context, JSON.parse(globals));
const runtime = new EdgeRuntime({ initialCode: readFileSync(file, "utf8"), extend });
const response = await runtime.dispatchFetch("http://edge/", { method: "POST", body });
process.stdout.write(JSON.stringify(await response.text()) + "\\n", () => process.exit(0));`,
  );
  return await printed("node", ["run.mjs", file, body, JSON.stringify(globals)], { cwd: directory }) as string;
}

import { build, stop } from "esbuild";
import { once } from "../../scripts/support/once.ts";
import { path } from "../../scripts/support/paths.ts";
import { mustSucceed, npm } from "../../scripts/support/run.ts";

/** A function to be run: exported by a module, it takes and resolves with what JSON can carry. */
export interface Job {
  /** The module's file, from the repository's root. */
  readonly module: string;
  /** The function's name. */
  readonly name: string;
}

/** The runtimes that come from npm, pinned. */
const PACKAGES = {
  "@oven/bun-linux-x64": "1.4.5",
  "@cloudflare/workerd-linux-64": "1.20261117.1",
  "edge-runtime": "4.0.1",
};
const DIRECTORY = path(".cache/runtimes");

const RUN_EDGE = `import { readFileSync } from "node:fs"; import { EdgeRuntime } from "edge-runtime";
  const runtime = new EdgeRuntime({ initialCode: readFileSync("edge.js", "utf8") });
  const response = await runtime.dispatchFetch("http://job/", { method: "POST", body: process.argv[2] });
  console.log(await response.text()); process.exit(0);`;

const WORKERD_CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .job), (name = "internet", network = (allow = ["public", "private"]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]);
const job :Workerd.Worker = (modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-06-01", globalOutbound = "internet");`;

/** Installs the runtimes, again only when they change. */
const installed: () => Promise<void> = once(async () => {
  const manifest = JSON.stringify({ private: true, type: "module", dependencies: PACKAGES });
  await Deno.mkdir(DIRECTORY, { recursive: true });
  if (await Deno.readTextFile(`${DIRECTORY}/installed.json`).catch(() => "") === manifest) return;
  await Deno.writeTextFile(`${DIRECTORY}/package.json`, manifest);
  await mustSucceed(npm(["install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"], DIRECTORY));
  await Deno.writeTextFile(`${DIRECTORY}/installed.json`, manifest);
});

const prepared = new Map<string, Promise<string>>();

/** Writes a job down for each runtime, once, and returns the directory. */
function prepare(job: Job): Promise<string> {
  const known = prepared.get(job.name) ?? write(job);
  prepared.set(job.name, known);
  return known;
}

async function write({ module, name }: Job): Promise<string> {
  await installed();
  const directory = `${DIRECTORY}/${name}`;
  const load = `import { ${name} as job } from "./${module}";`;
  const answer = `new Response(JSON.stringify(await job(await request.json())))`;
  const bundles = {
    "print.mjs": `${load} console.log(JSON.stringify(await job(JSON.parse(process.argv[2])))); process.exit(0);`,
    "worker.js": `${load} export default { async fetch(request) { return ${answer}; } };`,
    "edge.js": `${load} const answer = async (request) => ${answer};
      addEventListener("fetch", (event) => event.respondWith(answer(event.request)));`,
  };
  for (const [file, contents] of Object.entries(bundles)) {
    const stdin = { contents, resolveDir: path(""), loader: "ts" } as const;
    await build({ stdin, bundle: true, format: "esm", outfile: `${directory}/${file}` });
  }
  await stop();
  await Deno.writeTextFile(`${directory}/edge.mjs`, RUN_EDGE);
  await Deno.writeTextFile(`${directory}/config.capnp`, WORKERD_CONFIG);
  return directory;
}

type RunJob = (job: Job, input: unknown) => Promise<unknown>;

/** Runs it as a process that prints the result. */
function printing(command: string, ...args: string[]): RunJob {
  return async (job, input) => {
    const cwd = await prepare(job);
    const { stdout, stderr } = await new Deno.Command(command, { args: [...args, JSON.stringify(input)], cwd })
      .output();
    const text = new TextDecoder().decode(stdout);
    if (!/^[{[]/.test(text)) throw new Error(new TextDecoder().decode(stderr) || text);
    return JSON.parse(text);
  };
}

/** Runs it in a server that answers with the result. */
async function serving(job: Job, input: unknown): Promise<unknown> {
  const cwd = await prepare(job);
  const command = `${DIRECTORY}/node_modules/@cloudflare/workerd-linux-64/bin/workerd`;
  const args = ["serve", "config.capnp", "--control-fd=1"];
  const worker = new Deno.Command(command, { args, cwd, stdout: "piped", stderr: "null" }).spawn();
  try {
    const reader = worker.stdout.getReader();
    // {"event":"listen","socket":"http","port":12345}
    const { value } = await reader.read();
    const { port } = JSON.parse(new TextDecoder().decode(value));
    reader.releaseLock();
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: JSON.stringify(input) });
    return await response.json();
  } finally {
    worker.kill();
    await worker.stdout.cancel();
    await worker.status;
  }
}

/** Runs a job in each runtime. */
export const RUN_IN = {
  "Node": printing("node", "print.mjs"),
  "Deno": printing(Deno.execPath(), "run", "--allow-all", "print.mjs"),
  "Bun": printing(`${DIRECTORY}/node_modules/@oven/bun-linux-x64/bin/bun`, "print.mjs"),
  "workerd": serving,
  "edge-runtime": printing("node", "edge.mjs"),
} satisfies Record<string, RunJob>;

/** A runtime that jobs can be run in. */
export type Runtime = keyof typeof RUN_IN;

import type { Runtime } from "./runtime.ts";
import { bundleJob } from "./support/bundle_job.ts";
import { CPU, fromNpm, OS } from "./support/from_npm.ts";

const VERSION = "1.20261117.1";

const CODE = `export default {
  async fetch(request) { return new Response(JSON.stringify(await job(await request.json()))); },
};`;

/** What a Worker is started with. */
export interface WorkerOptions {
  /** Cloudflare's flags, e.g. `nodejs_compat`. */
  readonly flags?: readonly string[];
  readonly compatibilityDate?: string;
  /** Text bindings by name. */
  readonly bindings?: Readonly<Record<string, string>>;
}

/** Cloudflare's workerd. */
export function workerd(options: WorkerOptions = {}): Runtime {
  const { flags = [], compatibilityDate } = options;
  return {
    name: ["workerd", ...flags, ...compatibilityDate ? [`dated ${compatibilityDate}`] : []].join(", "),
    library: "bundle",
    version: async () => (await workerdCommand(), VERSION),
    async run(job, input) {
      const cwd = await bundleJob(job, { file: "worker.js", code: CODE, library: "bundle" });
      return await withWorker(`${cwd}/worker.js`, options, async (url) => {
        const response = await fetch(url, { method: "POST", body: JSON.stringify(input) });
        const text = await response.text();
        if (!response.ok) throw new Error(text);
        return JSON.parse(text);
      });
    },
  };
}

async function workerdCommand(): Promise<string> {
  return `${await fromNpm(`@cloudflare/workerd-${OS}-${CPU === "x64" ? "64" : CPU}`, VERSION)}/bin/workerd`;
}

/** Serves a Worker, one module in a file, on a free port, while `work` does something with it. */
export async function withWorker<T>(
  file: string,
  { flags = [], compatibilityDate = "2026-06-01", bindings = {} }: WorkerOptions,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const slash = file.lastIndexOf("/");
  const config = await Deno.makeTempFile({ dir: file.slice(0, slash), suffix: ".capnp" });
  const bound = Object.entries(bindings).map(([name, text]) => `(name = "${name}", text = ${JSON.stringify(text)})`);
  await Deno.writeTextFile(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .job), (name = "internet", network = (allow = ["public", "private"]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]);
const job :Workerd.Worker = (modules = [(name = "worker.js", esModule = embed "${file.slice(slash + 1)}")],
  compatibilityDate = "${compatibilityDate}", compatibilityFlags = ${JSON.stringify(flags)},
  bindings = [${bound}], globalOutbound = "internet");`,
  );
  const worker = new Deno.Command(await workerdCommand(), {
    args: ["serve", config, "--control-fd=1"],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  try {
    const reader = worker.stdout.getReader();
    // {"event":"listen","socket":"http","port":12345}
    const { value } = await reader.read();
    reader.releaseLock();
    const { port } = JSON.parse(new TextDecoder().decode(value));
    return await work(`http://127.0.0.1:${port}/`);
  } finally {
    try {
      worker.kill();
    } catch { /* it has ended by itself */ }
    await worker.stdout.cancel();
    await worker.status;
    await Deno.remove(config);
  }
}

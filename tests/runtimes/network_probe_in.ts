import { build, stop } from "esbuild";
import { once } from "../../scripts/support/once.ts";
import { path } from "../../scripts/support/paths.ts";
import { mustSucceed, npm } from "../../scripts/support/run.ts";
import type { FaultAddresses, NetworkCase } from "../support/network_cases.ts";
import type { Probed } from "../support/network_probe.ts";

/** The runtimes that come from npm, pinned. */
const PACKAGES = {
  "@oven/bun-linux-x64": "1.4.5",
  "@cloudflare/workerd-linux-64": "1.20261117.1",
  "edge-runtime": "4.0.1",
};
const DIRECTORY = path(".cache/runtimes");

const PROBE = `import { probeNetwork } from "./tests/support/network_probe.ts";`;
const PRINT = `${PROBE} console.log(JSON.stringify(await probeNetwork(JSON.parse(process.argv[2])))); process.exit(0);`;
const ANSWER = `new Response(JSON.stringify(await probeNetwork(await request.json())))`;
const EXPORT_HANDLER = `${PROBE} export default { async fetch(request) { return ${ANSWER}; } };`;
const ADD_LISTENER = `${PROBE} const answer = async (request) => ${ANSWER};
  addEventListener("fetch", (event) => event.respondWith(answer(event.request)));`;

const RUN_EDGE = `import { readFileSync } from "node:fs"; import { EdgeRuntime } from "edge-runtime";
  const runtime = new EdgeRuntime({ initialCode: readFileSync("edge.js", "utf8") });
  const response = await runtime.dispatchFetch("http://probe/", { method: "POST", body: process.argv[2] });
  console.log(await response.text()); process.exit(0);`;

const WORKERD_CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .probe), (name = "internet", network = (allow = ["public", "private"]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]);
const probe :Workerd.Worker = (modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-06-01", globalOutbound = "internet");`;

type Result = Record<NetworkCase, Probed>;

/** Installs the runtimes once, and writes the probe down for each of them. */
const prepared: () => Promise<void> = once(async () => {
  const manifest = JSON.stringify({ private: true, type: "module", dependencies: PACKAGES });
  await Deno.mkdir(DIRECTORY, { recursive: true });
  const isInstalled = await Deno.readTextFile(`${DIRECTORY}/installed.json`).catch(() => "") === manifest;
  if (!isInstalled) {
    await Deno.writeTextFile(`${DIRECTORY}/package.json`, manifest);
    await mustSucceed(npm(["install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"], DIRECTORY));
    await Deno.writeTextFile(`${DIRECTORY}/installed.json`, manifest);
  }
  for (
    const [name, code] of [["print.mjs", PRINT], ["worker.js", EXPORT_HANDLER], ["edge.js", ADD_LISTENER]] as const
  ) {
    const stdin = { contents: code, resolveDir: path(""), loader: "ts" } as const;
    await build({ stdin, bundle: true, format: "esm", outfile: `${DIRECTORY}/${name}` });
  }
  await stop();
  await Deno.writeTextFile(`${DIRECTORY}/edge.mjs`, RUN_EDGE);
  await Deno.writeTextFile(`${DIRECTORY}/config.capnp`, WORKERD_CONFIG);
});

async function print(command: string, args: string[], addresses: FaultAddresses): Promise<Result> {
  await prepared();
  const child = new Deno.Command(command, { args: [...args, JSON.stringify(addresses)], cwd: DIRECTORY });
  const { stdout, stderr } = await child.output();
  const text = new TextDecoder().decode(stdout);
  if (!text.startsWith("{")) throw new Error(new TextDecoder().decode(stderr) || text);
  return JSON.parse(text);
}

async function ask(addresses: FaultAddresses): Promise<Result> {
  await prepared();
  const args = ["serve", "config.capnp", "--control-fd=1"];
  const command = `${DIRECTORY}/node_modules/@cloudflare/workerd-linux-64/bin/workerd`;
  const worker = new Deno.Command(command, { args, cwd: DIRECTORY, stdout: "piped", stderr: "null" }).spawn();
  try {
    const reader = worker.stdout.getReader();
    // {"event":"listen","socket":"http","port":12345}
    const { value } = await reader.read();
    const { port } = JSON.parse(new TextDecoder().decode(value));
    reader.releaseLock();
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: JSON.stringify(addresses) });
    return await response.json();
  } finally {
    worker.kill();
    await worker.stdout.cancel();
    await worker.status;
  }
}

/** Probes the network in each runtime. */
export const PROBE_IN = {
  "Node": (addresses: FaultAddresses) => print("node", ["print.mjs"], addresses),
  "Deno": (addresses: FaultAddresses) => print(Deno.execPath(), ["run", "--allow-all", "print.mjs"], addresses),
  "Bun": (addresses: FaultAddresses) => print("node_modules/@oven/bun-linux-x64/bin/bun", ["print.mjs"], addresses),
  "workerd": ask,
  "edge-runtime": (addresses: FaultAddresses) => print("node", ["edge.mjs"], addresses),
} satisfies Record<string, (addresses: FaultAddresses) => Promise<Result>>;

/** A runtime that can be probed. */
export type Runtime = keyof typeof PROBE_IN;

// deno-lint-ignore-file no-console
/** Measures what `llmFetch` adds to a plain `fetch` from a server on this machine. `--help` lists the options. */
import type { Finding } from "./fetch/requests.ts";
import { bundleScript } from "./node/bundle_script.ts";
import { readArguments } from "./support/arguments.ts";
import { importMapFlags } from "./support/jsr.ts";
import { deno, mustSucceed, run } from "./support/run.ts";
import { streamChunks } from "./tap/stream.ts";

const USAGE = `Usage: deno task bench:fetch [--check]

  --check  exit with 1 unless every goal is met`;

const { values: { check } } = readArguments(USAGE, { options: { check: { type: "boolean" } } });
const ENTRY_POINT = "scripts/fetch/section.ts";

const ANSWER = {
  id: "chatcmpl-1",
  model: "gpt-5",
  choices: [{ index: 0, message: { role: "assistant", content: "Because." }, finish_reason: "stop" }],
  usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
};

// In a process of its own, as a provider is.
await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
  await request.arrayBuffer();
  if (!request.url.includes("/stream/")) return Response.json(ANSWER);
  return new Response(ReadableStream.from(streamChunks()), { headers: { "content-type": "text/event-stream" } });
});
const url = `http://127.0.0.1:${server.addr.port}/`;

const RUNTIMES: Readonly<Record<string, () => Promise<Finding>>> = {
  Deno: async () => JSON.parse(await mustSucceed(deno(["run", "-A", ...await importMapFlags(), ENTRY_POINT, url]))),
  Node: async () => JSON.parse(await mustSucceed(run("node", [await bundleScript(ENTRY_POINT), url]))),
};

for (const [name, measure] of Object.entries(RUNTIMES)) {
  console.log(`${name.padEnd(26)}fetch, ms  llmFetch, ms   ratio    goal`);
  for (const { name, plain, ours, atMost } of (await measure()).rows) {
    const ratio = ours / plain;
    const cells = [plain.toFixed(3).padStart(9), ours.toFixed(3).padStart(14), ratio.toFixed(3).padStart(8)];
    const isMet = ratio <= atMost;
    console.log(`  ${name.padEnd(24)}${cells.join("")}   ${isMet ? "met" : "NOT MET"} (${atMost})`);
    if (!isMet && check) Deno.exitCode = 1;
  }
  console.log();
}

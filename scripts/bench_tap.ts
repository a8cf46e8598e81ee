// deno-lint-ignore-file no-console
/** Measures what it costs to look at a stream's bytes as they pass. `--help` lists the options. */
import { bundleScript } from "./node/bundle_script.ts";
import { misused, readArguments } from "./support/arguments.ts";
import { importMapFlags } from "./support/jsr.ts";
import { deno, mustSucceed, run } from "./support/run.ts";
import type { Finding } from "./tap/sections.ts";
import { streamChunks } from "./tap/stream.ts";

const SECTIONS = [
  "http",
  "http, 64 KiB",
  "http, 1 KiB",
  "http, 64 bytes",
  "in memory",
  "in memory, 64 bytes",
  "alone",
  "first chunk",
  "memory",
  "skeleton",
];

const USAGE = `Usage: deno task bench:tap [--runtime deno|node|both] [--only SECTION] [--check]

  --runtime  where to measure; both by default
  --only     one of: ${SECTIONS.join("; ")}
  --check    exit with 1 unless every goal is met`;

const ENTRY_POINT = "scripts/tap/section.ts";
const NAME = 38;
const CELL = 13;

const { values: { runtime = "both", only, check } } = readArguments(USAGE, {
  options: { runtime: { type: "string" }, only: { type: "string" }, check: { type: "boolean" } },
});
const chosen = ["deno", "node"].filter((name) => runtime === "both" || runtime === name);
const sections = SECTIONS.filter((section) => only === undefined || only === section);
if (chosen.length === 0 || sections.length === 0) misused(USAGE);

// In a process of its own, as a provider is.
await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
  const query = new URL(request.url).searchParams;
  const chunks = streamChunks(Number(query.get("bytes")), Number(query.get("size")) || undefined);
  return new Response(ReadableStream.from(chunks), { headers: { "content-type": "text/event-stream" } });
});
const url = `http://127.0.0.1:${server.addr.port}/`;

async function measureIn(runtime: string): Promise<(section: string) => Promise<Finding>> {
  let command: (section: string) => Promise<string>;
  if (runtime === "deno") {
    const flags = ["run", "-A", "--v8-flags=--expose-gc", ...await importMapFlags(), ENTRY_POINT];
    command = (section) => mustSucceed(deno([...flags, section, url]));
  } else {
    const outfile = await bundleScript(ENTRY_POINT);
    command = (section) => mustSucceed(run("node", ["--expose-gc", outfile, section, url]));
  }
  return async (section) => JSON.parse(await command(section));
}

for (const name of chosen) {
  const measure = await measureIn(name);
  const version = name === "deno" ? Deno.version.deno : (await mustSucceed(run("node", ["--version"]))).trim();
  console.log(`${name} ${version}\n`);
  for (const section of sections) {
    const { title, head, rows, goals = {} } = await measure(section);
    console.log(title.length < NAME ? title.padEnd(NAME) + row(head) : `${title}\n${" ".repeat(NAME)}${row(head)}`);
    for (const [name, ...cells] of rows) console.log(`  ${name}`.padEnd(NAME) + row(cells));
    for (const [goal, [reached, atMost]] of Object.entries(goals)) {
      const isMet = reached <= atMost;
      console.log(`  ${isMet ? "met    " : "NOT MET"}  ${goal}: ${Number(reached.toFixed(3))}, goal ${atMost}`);
      if (!isMet && check) Deno.exitCode = 1;
    }
    console.log();
  }
}

function row(cells: readonly string[]): string {
  return cells.map((cell) => cell.padStart(CELL)).join("");
}

// deno-lint-ignore-file no-console -- the sizes are to be seen
import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { project } from "../../scripts/support/deno_json.ts";
import { path } from "../../scripts/support/paths.ts";
import { deno, mustSucceed } from "../../scripts/support/run.ts";
import { tool } from "../../scripts/support/tools.ts";

const KIB = 1024;

async function bundle(contents: string, ...flags: string[]): Promise<string> {
  await Deno.mkdir(path(".cache/"), { recursive: true });
  const entry = await Deno.makeTempFile({ dir: path(".cache/"), suffix: ".ts" });
  try {
    await Deno.writeTextFile(entry, contents);
    const always = ["--bundle", "--format=esm", "--log-level=error", "--external:@opentelemetry/api"];
    return await mustSucceed(deno(tool("esbuild", entry, ...always, ...flags)));
  } finally {
    await Deno.remove(entry);
  }
}

async function gzippedSize(...files: string[]): Promise<number> {
  const code = await bundle(files.map((file) => `export * from "../${file}";`).join("\n"), "--minify");
  return gzipSync(code, { level: 9 }).length;
}

/** What a bundler takes of mod.ts for who makes calls and no streams. */
async function callsAlone(): Promise<number> {
  const all = Object.keys(await import("../../mod.ts")).filter((name) => !/stream/i.test(name));
  const code = await bundle(`export { ${all.join(", ")} } from "../mod.ts";`, "--minify");
  return gzipSync(code, { level: 9 }).length;
}

/** What mod.ts may have without streams, in bytes. The goal is 6 KiB; this keeps it from growing until it is there. */
const CALLS_BUDGET = 7.95 * KIB;

/** What mod.ts may have, in bytes. */
const MOD_BUDGET = 10.05 * KIB;

/** What each entry point may add to mod.ts, in bytes. */
const BUDGETS = {
  otel: 1.5 * KIB,
  retry_budget: KIB,
  shared_cooldown: KIB,
  circuit_breaker: KIB,
  fallback: KIB,
  fetch: 7.9 * KIB,
  ai_sdk: 3 * KIB,
  wire: 4.75 * KIB,
  openai: 3 * KIB,
  anthropic: 3 * KIB,
  gemini: 3 * KIB,
  mistral: 3 * KIB,
  cohere: 3 * KIB,
  ollama: 3 * KIB,
  bedrock: 3 * KIB,
};

Deno.test("mod.ts stays within its budget, gzipped, and so does what each other entry point adds", async () => {
  const core = await gzippedSize("mod.ts");
  const calls = await callsAlone();
  console.log(`note: minified and gzipped, mod.ts has ${core} bytes, without streams ${calls}`);
  for (const [name, budget] of Object.entries(BUDGETS)) {
    const added = await gzippedSize("mod.ts", `src/${name}.ts`) - core;
    console.log(`note: src/${name}.ts adds ${added}`);
    assert(added <= budget, `src/${name}.ts adds ${added} bytes`);
  }
  assert(calls <= CALLS_BUDGET, `mod.ts without streams has ${calls} bytes`);
  assert(core <= MOD_BUDGET, `mod.ts has ${core} bytes`);
});

Deno.test("importing an entry point does nothing but load it", async () => {
  for (const file of Object.values(project.exports)) {
    // A bundler leaves of an import for its effects alone what may have any.
    const effects = await bundle(`import ".${file}";`, "--minify-syntax");
    assertEquals(effects.replaceAll(/^import .*$|^\/\/ .*$/gm, "").trim(), "", `${file} acts when imported`);
  }
});

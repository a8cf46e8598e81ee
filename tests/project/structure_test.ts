import { assert, assertEquals } from "@std/assert";
import { project } from "../../scripts/support/deno_json.ts";
import { path, ROOT } from "../../scripts/support/paths.ts";
import { VERSION } from "../../src/version.ts";
import { importsOf, modulesOf, sources } from "./support/module_graph.ts";

/** The files of src/ by layer; those that are not named here are the core. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  port: ["attempt_record", "clock", "gate", "provider", "tracer", "wire/wire_format"],
  pure: [
    "_duration",
    "_failure_lines",
    "_failure_rules",
    "_date",
    "_quietly",
    "backoff",
    "classify",
    "decide",
    "retry_after",
    "sanitize",
    "stop_reason",
    "version",
  ],
  gate: ["_gate_options", "circuit_breaker", "retry_budget", "shared_cooldown"],
  tap: [
    "_event_stream_tap",
    "_held_text",
    "_json_ends",
    "_json_skeleton",
    "_merge_description",
    "_ndjson_tap",
    "_split_text",
    "_sse_tap",
    "_tap",
    "_tap_reader",
    "_utf8_pieces",
  ],
  binding: [
    "_ai_sdk_shapes",
    "_bind",
    "_bind_create",
    "_fetch_request",
    "_fetch_response",
    "_inside_sdk",
    "_sdk_retries",
    "_watched_stream",
    "ai_sdk",
    "anthropic",
    "bedrock",
    "binding",
    "cohere",
    "fetch",
    "gemini",
    "mistral",
    "ollama",
    "openai",
    "wire",
  ],
  "adapter otel": ["otel"],
  "adapter console": ["_waterfall", "_waterfall_text", "console"],
  "adapter testing": [
    "_exit",
    "_exit_providers",
    "_exit_scene",
    "_exit_verdict",
    "_exits",
    "_scripted_service",
    "fake_clock",
    "recording_tracer",
    "stream_exits",
    "testing",
  ],
};

/** What each layer may import beside itself: code, or types alone. */
const MAY_IMPORT: Readonly<Record<string, { code: readonly string[]; types: readonly string[] }>> = {
  port: { code: [], types: ["pure"] },
  pure: { code: [], types: ["port"] },
  core: { code: ["port", "pure"], types: ["port", "pure"] },
  wire: { code: ["port"], types: ["port", "pure"] },
  gate: { code: ["port"], types: ["port", "pure"] },
  binding: { code: ["core", "port", "pure", "tap", "wire"], types: ["core", "port", "pure", "wire"] },
  tap: { code: ["port", "pure"], types: ["port", "pure"] },
  adapter: { code: ["port", "pure"], types: ["port", "pure"] },
};

const NPM_IMPORTS = new Map([["adapter otel", "npm:@opentelemetry/api"]]);

/** What only one runtime knows, and what would let the library act on its own. */
const FORBIDDEN = [
  /\b(Deno|process|Buffer|__dirname)\b\s*[.[(?]/,
  /["']node:/,
  /\bimport\.meta\b/,
  /\b(setInterval|localStorage|document|window)\b\s*[.(]/,
  /^(export )?(let|var) /m,
];

function layerOf(file: string): string {
  const name = /src\/(.*)\.ts$/.exec(file)?.[1] ?? "";
  if (name.startsWith("wire/") && name !== "wire/wire_format") return "wire";
  return Object.keys(LAYERS).find((layer) => LAYERS[layer]!.includes(name)) ?? "core";
}

/** The code of a file, without its comments. */
async function codeOf(file: string): Promise<string> {
  return (await Deno.readTextFile(path(file))).replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$|\s\/\/ .*$/gm, "");
}

Deno.test("src/ keeps the design's dependency directions", async () => {
  for (const file of await sources("src/")) {
    const layer = layerOf(file);
    const allowed = MAY_IMPORT[layer.split(" ")[0]!]!;
    for (const { target, typesOnly } of await importsOf(file)) {
      const message = `${file} (${layer}) must not import ${target}`;
      if (target.startsWith(ROOT.href)) {
        const others = typesOnly ? allowed.types : allowed.code;
        const itself = layerOf(target) === layer && (typesOnly || layer !== "port");
        assert(itself || others.includes(layerOf(target)), message);
      } else {
        const npm = NPM_IMPORTS.get(layer);
        assert(npm !== undefined && target.startsWith(`${npm}@`), message);
      }
    }
  }
});

Deno.test("mod.ts brings no adapter, no binding, no gate and no npm module with it", async () => {
  for (const module of await modulesOf("mod.ts")) {
    assert(module.startsWith(ROOT.href), `mod.ts brings ${module}`);
    if (module.includes("/src/")) {
      assert(!/^(adapter|binding|gate|tap|wire)/.test(layerOf(module)), `mod.ts brings ${module}`);
    }
  }
});

Deno.test("mod.ts re-exports by name and nothing else", async () => {
  const rest = (await codeOf("mod.ts")).replaceAll(/export (type )?\{[^}]*\} from "\.\/src\/\w+\.ts";/g, "");
  assertEquals(rest.trim(), "");
});

Deno.test("src/ uses what every runtime has, keeps no state, and leaves the console to its adapter", async () => {
  for (const file of await sources("src/")) {
    const code = await codeOf(file);
    const forbidden = layerOf(file) === "adapter console" ? FORBIDDEN : [...FORBIDDEN, /\bconsole\b\s*[.[?]/];
    for (const pattern of forbidden) assertEquals(pattern.exec(code)?.[0], undefined, `${file} uses ${pattern}`);
  }
});

Deno.test("the conformance suites import every entry point, in every runtime", async () => {
  const imported = (await importsOf("tests/conformance/library.ts")).map(({ target }) => target);
  assertEquals(imported.sort(), Object.values(project.exports).map((file) => new URL(file, ROOT).href).sort());
});

Deno.test("VERSION is the version of deno.json", () => {
  assertEquals(VERSION, project.version);
});

Deno.test("assert_fallback.ts offers just the functions that the tests use", async () => {
  const used = new Set<string>();
  for (const file of await sources("tests/")) {
    const imported = /import \{([^}]*)\} from "@std\/assert"/.exec(await Deno.readTextFile(path(file)))?.[1] ?? "";
    for (const name of imported.matchAll(/\w+/g)) used.add(name[0]);
  }
  const fallback = await import("../support/assert_fallback.ts");
  assertEquals(Object.keys(fallback).sort(), [...used].sort());
  const lines = (await Deno.readTextFile(path("tests/support/assert_fallback.ts"))).trimEnd().split("\n");
  assert(lines.length < 80, `assert_fallback.ts has ${lines.length} lines`);
});

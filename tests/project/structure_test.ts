import { assert, assertEquals } from "@std/assert";
import { project } from "../../scripts/support/deno_json.ts";
import { layerOf } from "../../scripts/support/layers.ts";
import { path, ROOT } from "../../scripts/support/paths.ts";
import { VERSION } from "../../src/version.ts";
import { importsOf, modulesOf, sources } from "./support/module_graph.ts";

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

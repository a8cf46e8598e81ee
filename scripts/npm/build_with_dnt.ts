import { packageJson } from "./package_json.ts";
import { project } from "../support/deno_json.ts";
import { path } from "../support/paths.ts";

// In a variable, so that nothing tries to resolve it where JSR does not answer.
const DNT = "jsr:@deno/dnt@0.42.3";

/** Builds the declarations of npm/esm/ with dnt, which also builds code and runs the unit tests on that in Node. */
export async function buildWithDnt(outDir: string): Promise<void> {
  const { build } = await import(DNT);
  await build({
    entryPoints: Object.entries(project.exports).map(([name, file]) => ({ name, path: path(file) })),
    outDir,
    importMap: path("deno.json"),
    scriptModule: false,
    declaration: "inline",
    typeCheck: "single",
    skipSourceOutput: true,
    test: true,
    rootTestDir: path("tests/unit"),
    shims: { deno: { test: "dev" } },
    compilerOptions: { target: "ES2022", lib: ["ES2022", "DOM", "DOM.Iterable"] },
    package: packageJson(false),
  });
}

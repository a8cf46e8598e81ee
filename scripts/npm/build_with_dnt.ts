import { project } from "../support/deno_json.ts";
import { importMap } from "../support/jsr.ts";
import { path } from "../support/paths.ts";

// In a variable, so that nothing tries to resolve it where JSR does not answer.
const DNT = "jsr:@deno/dnt@0.42.3";

/** What is shipped, as dnt calls it. The tests and what they import are checked by Deno, which knows newer types. */
const SHIPPED = /\/src\/(mod\.ts|src\/.*)$/;

/** Builds the declarations of npm/esm/ with dnt, which also builds code and runs the unit tests on that in Node. */
export async function buildWithDnt(outDir: string, build: (options: object) => unknown = dnt): Promise<void> {
  await build({
    entryPoints: Object.entries(project.exports).map(([name, file]) => ({ name, path: path(file) })),
    outDir,
    importMap: await importMap(),
    scriptModule: false,
    declaration: "inline",
    typeCheck: "single",
    filterDiagnostic: ({ file }: { file?: { fileName: string } }) => !file || SHIPPED.test(file.fileName),
    skipSourceOutput: true,
    test: true,
    rootTestDir: path("tests/unit"),
    shims: { deno: { test: "dev" } },
    // The latest: to anything older dnt adds polyfills, with declarations that contradict newer libs.
    compilerOptions: { target: "Latest", lib: ["ESNext", "DOM", "DOM.Iterable", "DOM.AsyncIterable"] },
    // The real one takes its place later on: beside `"type": "module"` dnt's test runner, a script, would not start.
    package: { name: "tryspan", version: project.version },
  });
}

async function dnt(options: object): Promise<void> {
  const { build } = await import(DNT);
  await build(options);
}

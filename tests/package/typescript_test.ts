import { assert } from "@std/assert";
import { installedPackage, nodeProject } from "../../scripts/node/node_project.ts";
import { project } from "../../scripts/support/deno_json.ts";
import { path } from "../../scripts/support/paths.ts";
import { deno } from "../../scripts/support/run.ts";
import { tool } from "../../scripts/support/tools.ts";
import { createConsumer } from "./support/consumer.ts";

/** The newest TypeScript, and the oldest that is supported. */
const COMPILERS = ["tsc", "oldestTsc"] as const;

// Browser projects know the DOM and no Node, server projects the reverse: what the package takes from either, such as
// AbortSignal and ReadableStream, both declare.
const RESOLUTIONS = {
  nodenext: { module: "nodenext", moduleResolution: "nodenext", lib: ["es2022"], types: ["node"] },
  bundler: { module: "esnext", moduleResolution: "bundler", lib: ["es2022", "dom", "dom.iterable"], types: [] },
};

/** A file of ours that imports the package in place of its source. */
async function fromPackage(file: string): Promise<string> {
  const types = await Deno.readTextFile(path(file));
  return types.replaceAll(/"\.\.\/\.\.\/(?:mod|src(\/\w+))\.ts"/g, (_, entry = "") => `"tryspan${entry}"`);
}

Deno.test("npm package's types hold in TypeScript 5.4 and 7, with Node's types or the DOM's, without skipLibCheck", async () => {
  await using consumer = await createConsumer("@opentelemetry/api@1.9.0", "@types/node@24.10.0");
  const names = Object.keys(project.exports).map((name) => `tryspan${name.slice(1)}`);
  const imports = names.map((name, index) => `import * as entry${index} from "${name}";\nvoid entry${index};\n`);
  await consumer.write("entry_points.ts", imports.join(""));
  await consumer.write(
    "use.ts",
    `import { callWithRetry, type Provider } from "tryspan";
    const provider: Provider<string, number> = { name: "test", chat: (request) => request.length };
    const length: number = await callWithRetry(provider, "four", { retry: { maxRetries: 1 } });
    // @ts-expect-error -- the request has the provider's own type
    void callWithRetry(provider, 4);
    // @ts-expect-error -- so has the response
    const text: string = await callWithRetry(provider, "four");
    export { length, text };`,
  );
  await consumer.write("providers.ts", await fromPackage("tests/types/providers_types.ts"));
  const strictest = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
  for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
    const compilerOptions = { ...resolution, ...strictest, target: "es2022", skipLibCheck: false, noEmit: true };
    await consumer.write(
      `tsconfig.${name}.json`,
      JSON.stringify({ compilerOptions, files: ["entry_points.ts", "use.ts", "providers.ts"] }),
    );
  }
  await Promise.all(COMPILERS.flatMap((compiler) => {
    return Object.keys(RESOLUTIONS).map(async (name) => {
      const { ok, output } = await deno(tool(compiler, "--project", `tsconfig.${name}.json`), consumer.directory);
      assert(ok, `${compiler}, ${name}: ${output}`);
    });
  }));
});

Deno.test("npm package's bindings give the SDKs' own types in TypeScript 5.4 and 7", async () => {
  const directory = await nodeProject();
  await installedPackage();
  await Deno.writeTextFile(`${directory}/bindings_types.mts`, await fromPackage("tests/types/bindings_types.ts"));
  const compilerOptions = {
    ...RESOLUTIONS.nodenext,
    lib: ["es2023", "dom", "dom.iterable"],
    strict: true,
    exactOptionalPropertyTypes: true,
    target: "es2022",
    // The SDKs do not hold without it.
    skipLibCheck: true,
    noEmit: true,
  };
  const tsconfig = JSON.stringify({ compilerOptions, files: ["bindings_types.mts"] });
  await Deno.writeTextFile(`${directory}/tsconfig.bindings.json`, tsconfig);
  for (const compiler of COMPILERS) {
    const { ok, output } = await deno(tool(compiler, "--project", "tsconfig.bindings.json"), directory);
    assert(ok, `${compiler}: ${output}`);
  }
});

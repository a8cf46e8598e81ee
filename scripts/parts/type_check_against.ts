import { nodeProject } from "../node/node_project.ts";
import { project } from "../support/deno_json.ts";
import { path } from "../support/paths.ts";
import { deno, type Finished } from "../support/run.ts";
import { tool } from "../support/tools.ts";

/** Type-checks the entry points with the plain TypeScript compiler, knowing no globals but those of `lib`. */
export async function typeCheckAgainst(lib: "dom" | "webworker"): Promise<Finished> {
  const modules = `${await nodeProject()}/node_modules`;
  const file = path(`.cache/tsconfig.${lib}.json`);
  const tsconfig = {
    compilerOptions: {
      target: "es2022",
      lib: ["es2022", lib, `${lib}.iterable`],
      types: [],
      module: "esnext",
      moduleResolution: "bundler",
      allowImportingTsExtensions: true,
      noEmit: true,
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      paths: { "*": [`${modules}/*`] },
    },
    files: Object.values(project.exports).map(path),
  };
  await Deno.writeTextFile(file, JSON.stringify(tsconfig, null, 2));
  return await deno(tool("tsc", "--project", file));
}

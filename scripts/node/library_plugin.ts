import type { OnResolveResult, Plugin } from "esbuild";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { project } from "../support/deno_json.ts";
import { path } from "../support/paths.ts";

/** The names of the entry points in the npm package, by file: `src/otel.ts` is `tryspan/otel`. */
const NAMES = new Map(
  Object.entries(project.exports).map(([name, file]) => [file.slice("./".length), `tryspan${name.slice(1)}`]),
);

/** Takes the library from the package installed at `directory`, the entry points by name, and leaves it outside. */
export function useInstalledPackage(directory: string): Plugin {
  return replaceLibrary(`${directory}/esm`, (file, path) => ({ path: NAMES.get(file) ?? path, external: true }));
}

/** Takes the library from npm/ into the bundle. */
export function useBuiltPackage(): Plugin {
  return replaceLibrary(path("npm/esm"), (_file, path) => ({ path }));
}

function replaceLibrary(directory: string, replacement: (file: string, built: string) => OnResolveResult): Plugin {
  return {
    name: "replace the library",
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\// }, ({ path: relative, resolveDir }) => {
        const file = resolve(resolveDir, relative);
        if (!file.startsWith(path(""))) return undefined;
        const own = file.slice(path("").length);
        if (own !== "mod.ts" && !own.startsWith("src/")) return undefined;
        const built = `${directory}/${own.replace(/\.ts$/, ".js")}`;
        // What no entry point brings with it is not in the package.
        return existsSync(built) ? replacement(own, built) : undefined;
      });
    },
  };
}

import type { OnResolveResult, Plugin } from "esbuild";
import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { project } from "../support/deno_json.ts";
import { path } from "../support/paths.ts";

/** The entry points' files by their names in the npm package: `tryspan/otel` is `src/otel.ts`. */
const FILES = new Map(
  Object.entries(project.exports).map(([name, file]) => [`tryspan${name.slice(1)}`, file.slice("./".length)]),
);
const NAMES = new Map([...FILES].map(([name, file]) => [file, name]));

/** Takes the library from the package installed at `directory`, the entry points by name, and leaves it outside. */
export function useInstalledPackage(directory: string): Plugin {
  return replaceLibrary(`${directory}/esm`, (file, path) => ({ path: NAMES.get(file) ?? path, external: true }));
}

/** Takes the library from npm/ into the bundle, by whichever name it is imported. */
export function useBuiltPackage(): Plugin {
  return replaceLibrary(path("npm/esm"), (_file, path) => ({ path }));
}

function replaceLibrary(directory: string, replacement: (file: string, built: string) => OnResolveResult): Plugin {
  return {
    name: "replace the library",
    setup({ onResolve }) {
      onResolve({ filter: /^(\.\.?|tryspan)(\/|$)/ }, ({ path: specifier, resolveDir }) => {
        const file = FILES.get(specifier) ?? relative(path(""), resolve(resolveDir, specifier));
        if (file !== "mod.ts" && !file.startsWith("src/")) return undefined;
        const built = `${directory}/${file.replace(/\.ts$/, ".js")}`;
        // What no entry point brings with it is not in the package.
        return existsSync(built) ? replacement(file, built) : undefined;
      });
    },
  };
}

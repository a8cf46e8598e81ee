import type { OnResolveResult, Plugin } from "esbuild";
import { resolve } from "node:path";
import { project } from "../support/deno_json.ts";
import { path } from "../support/paths.ts";

/** The names of the entry points in the npm package, by file: `src/otel.ts` is `tryspan/otel`. */
const NAMES = new Map(
  Object.entries(project.exports).map(([name, file]) => [file.slice("./".length), `tryspan${name.slice(1)}`]),
);

/** Takes the library from the package installed at `directory`, the entry points by name, and leaves it outside. */
export function useInstalledPackage(directory: string): Plugin {
  return replaceLibrary((file) => ({ path: NAMES.get(file) ?? `${directory}/esm/${built(file)}`, external: true }));
}

/** Takes the library from npm/ into the bundle. */
export function useBuiltPackage(): Plugin {
  return replaceLibrary((file) => ({ path: path(`npm/esm/${built(file)}`) }));
}

function built(file: string): string {
  return file.replace(/\.ts$/, ".js");
}

function replaceLibrary(replacement: (file: string) => OnResolveResult): Plugin {
  return {
    name: "replace the library",
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\// }, ({ path: relative, resolveDir }) => {
        const file = resolve(resolveDir, relative);
        if (!file.startsWith(path(""))) return undefined;
        const own = file.slice(path("").length);
        return own === "mod.ts" || own.startsWith("src/") ? replacement(own) : undefined;
      });
    },
  };
}

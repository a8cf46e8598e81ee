import { build, type Plugin, stop } from "esbuild";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { project } from "../support/deno_json.ts";
import { ASSERT_FALLBACK } from "../support/jsr.ts";
import { path } from "../support/paths.ts";

/**
 * Bundles test files for Node: the library's own modules come from the package installed at `packageDirectory`, the
 * entry points by name, so that its exports are what is tested.
 */
export async function bundleTests(files: string[], packageDirectory: string, outdir: string): Promise<string[]> {
  await Deno.remove(outdir, { recursive: true }).catch(() => {});
  const { metafile } = await build({
    entryPoints: files,
    outdir,
    outExtension: { ".js": ".mjs" },
    metafile: true,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    target: "node20",
    sourcemap: "inline",
    inject: [path("scripts/node/deno_test_shim.ts")],
    define: { "Deno.test": "denoTest" },
    plugins: [useInstalledPackage(packageDirectory)],
    logLevel: "silent",
  });
  await stop();
  return Object.keys(metafile.outputs);
}

function useInstalledPackage(packageDirectory: string): Plugin {
  const entryPoints = new Map(
    Object.entries(project.exports).map(([name, file]) => [path(file), `tryspan${name.slice(1)}`]),
  );
  return {
    name: "use the installed package",
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\// }, ({ path: relative, resolveDir }) => {
        const file = resolve(resolveDir, relative);
        const entryPoint = entryPoints.get(file);
        if (entryPoint !== undefined) return { path: entryPoint, external: true };
        if (!file.startsWith(path("src/"))) return undefined;
        const built = `${packageDirectory}/esm/${file.slice(path("").length).replace(/\.ts$/, ".js")}`;
        // What no entry point needs is not in the package: then the source itself is tested.
        return existsSync(built) ? { path: built, external: true } : undefined;
      });
      onResolve({ filter: /^@std\/assert$/ }, () => ({ path: path(ASSERT_FALLBACK) }));
    },
  };
}

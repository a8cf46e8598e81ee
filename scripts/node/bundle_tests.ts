import { build, type Plugin, stop } from "esbuild";
import { resolve } from "node:path";
import { project } from "../support/deno_json.ts";
import { ASSERT_FALLBACK } from "../support/jsr.ts";
import { path } from "../support/paths.ts";

/**
 * Bundles test files for Node: the entry points come, by name, from the package that is installed beside them, so that
 * its exports are what is tested. The few internals with tests of their own are not in the package as files: they come
 * from the sources.
 */
export async function bundleTests(files: string[], outdir: string): Promise<string[]> {
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
    plugins: [useInstalledPackage()],
    logLevel: "silent",
  });
  await stop();
  return Object.keys(metafile.outputs);
}

function useInstalledPackage(): Plugin {
  const entryPoints = new Map(
    Object.entries(project.exports).map(([name, file]) => [path(file), `tryspan${name.slice(1)}`]),
  );
  return {
    name: "use the installed package",
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\// }, ({ path: relative, resolveDir }) => {
        const entryPoint = entryPoints.get(resolve(resolveDir, relative));
        return entryPoint === undefined ? undefined : { path: entryPoint, external: true };
      });
      onResolve({ filter: /^@std\/assert$/ }, () => ({ path: path(ASSERT_FALLBACK) }));
    },
  };
}

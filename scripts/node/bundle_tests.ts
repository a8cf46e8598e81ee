import type { Plugin } from "esbuild";
import { bundle } from "../support/bundle.ts";
import { ASSERT_FALLBACK } from "../support/jsr.ts";
import { path } from "../support/paths.ts";
import { useInstalledPackage } from "./library_plugin.ts";

/**
 * Bundles test files for Node: the library's own modules come from the package installed at `packageDirectory`, the
 * entry points by name, so that its exports are what is tested.
 */
export async function bundleTests(files: string[], packageDirectory: string, outdir: string): Promise<string[]> {
  await Deno.remove(outdir, { recursive: true }).catch(() => {});
  const { outputs } = await bundle({
    entryPoints: files,
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    target: "node20",
    sourcemap: "inline",
    inject: [path("scripts/node/deno_test_shim.ts")],
    define: { "Deno.test": "denoTest" },
    plugins: [useAssertFallback, useInstalledPackage(packageDirectory)],
    logLevel: "silent",
  });
  return Object.keys(outputs);
}

const useAssertFallback: Plugin = {
  name: "use the assert fallback",
  setup({ onResolve }) {
    onResolve({ filter: /^@std\/assert$/ }, () => ({ path: path(ASSERT_FALLBACK) }));
  },
};

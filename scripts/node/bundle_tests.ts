import type { Plugin } from "esbuild";
import { bundle } from "../support/bundle.ts";
import { FOR_NODE } from "./bundle_script.ts";
import { ASSERT_FALLBACK } from "../support/jsr.ts";
import { path } from "../support/paths.ts";
import { useInstalledPackage } from "./library_plugin.ts";

/**
 * Bundles test files for Node: the library's own modules come from the package installed at `packageDirectory`, the
 * entry points by name, so that its exports are what is tested. All of them become one file: each would be a process.
 */
export async function bundleTests(files: string[], packageDirectory: string, outfile: string): Promise<void> {
  await bundle({
    ...FOR_NODE,
    stdin: {
      contents: files.map((file) => `import "./${file}";`).join("\n"),
      resolveDir: path(""),
      sourcefile: "tests.ts",
    },
    outfile,
    sourcemap: "inline",
    inject: [path("scripts/node/deno_test_shim.ts")],
    define: { "Deno.test": "denoTest" },
    plugins: [useAssertFallback, useInstalledPackage(packageDirectory)],
  });
}

const useAssertFallback: Plugin = {
  name: "use the assert fallback",
  setup({ onResolve }) {
    onResolve({ filter: /^@std\/assert$/ }, () => ({ path: path(ASSERT_FALLBACK) }));
  },
};

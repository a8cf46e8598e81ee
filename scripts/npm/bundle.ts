import { build, type BuildOptions, type Metafile, type OutputFile, type Plugin, stop } from "esbuild";
import { project } from "../support/deno_json.ts";
import { path } from "../support/paths.ts";

/** What holds state, or a class that users ask for with `instanceof`: it must be there once. */
const LOOP = "src/_attempt_loop.ts";

/**
 * Bundles the entry points, each into a file named as its source. Node spends about half a millisecond on each file that
 * an import brings, which is more than on all the code in it: so the entry points that need the retry loop share all of
 * `mod.ts` in one file, and every other is a file on its own. Returns the files' texts by their path in the package.
 */
export async function bundleEntryPoints(): Promise<Map<string, string>> {
  const entryPoints = Object.values(project.exports).map(path);
  const { outputFiles, metafile } = await bundle({ entryPoints });
  const withLoop = Object.values(metafile.outputs).flatMap(({ entryPoint, inputs }) => {
    return entryPoint !== undefined && LOOP in inputs ? [path(entryPoint)] : [];
  });
  const shared = await bundle({ entryPoints: withLoop, splitting: true, plugins: [reachingMod] });
  await stop();
  return new Map([...outputFiles, ...shared.outputFiles].map((it) => [it.path.slice(path("").length), it.text]));
}

/**
 * What all entry points reach, esbuild puts into one file: so all of them are made to reach all of `mod.ts`, by a module
 * around each, which leaves the sources as they are in the source maps.
 */
const reachingMod: Plugin = {
  name: "reaching-mod",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^/ }, ({ kind, path }) => {
      return kind === "entry-point" ? { path, namespace: "around" } : undefined;
    });
    onLoad({ filter: /^/, namespace: "around" }, ({ path: file }) => {
      const contents = `export * from "${file}";\nimport "${path(project.exports["."]!)}";\n`;
      return { contents, resolveDir: path("") };
    });
  },
};

function bundle(options: BuildOptions): Promise<{ outputFiles: OutputFile[]; metafile: Metafile }> {
  return build({
    ...options,
    // As if the package's root were the repository's: so the source maps name the sources within it.
    outdir: path("esm"),
    outbase: path(""),
    absWorkingDir: path(""),
    chunkNames: "_shared-[hash]",
    write: false,
    metafile: true,
    bundle: true,
    format: "esm",
    platform: "neutral",
    packages: "external",
    target: "es2022",
    sourcemap: "linked",
    sourcesContent: true,
    logLevel: "silent",
  }) as Promise<{ outputFiles: OutputFile[]; metafile: Metafile }>;
}

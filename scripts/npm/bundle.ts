import { build, type BuildOptions, type Metafile, type OutputFile, type Plugin, stop } from "esbuild";
import { fileURLToPath, pathToFileURL } from "node:url";
import { project } from "../support/deno_json.ts";
import { path } from "../support/paths.ts";

const MOD = project.exports["."]!;
/** What holds state, or a class that users ask for with `instanceof`: it must be there once. */
const LOOP = "src/_attempt_loop.ts";

/**
 * Bundles the entry points, each into one file named as its source. Node spends about half a millisecond on each file that
 * an import brings, which is more than on all the code in it. So `mod.js` is all of `mod.ts`, and entry points that need
 * the retry loop have it from there, under names that begin with `_` and that no declaration knows; every other stands on
 * its own. Returns the files' texts by their path in the package.
 */
export async function bundleEntryPoints(): Promise<Map<string, string>> {
  const core = await exportsOfCore();
  const others = Object.values(project.exports).filter((file) => file !== MOD);
  const { outputFiles: alone, metafile } = await bundle(others);
  const withLoop = Object.values(metafile.outputs).flatMap(({ entryPoint, inputs }) => {
    return entryPoint !== undefined && LOOP in inputs ? [entryPoint] : [];
  });
  const onMod = (await bundle(withLoop, { splitting: true, plugins: [leftToMod(core)] })).outputFiles.map(textOf);
  const internals = new Set<string>();
  const renamed = onMod.map(([file, text]) => [file, renameInternals(text, core.get(path(MOD))!, internals)] as const);
  const { outputFiles: mod } = await bundle([MOD], { plugins: [withInternals(core, internals)] });
  await stop();
  // What is on mod.js takes the place of the same entry points alone.
  return new Map([...[...mod, ...alone].map(textOf), ...renamed]);
}

function textOf({ path: file, text }: OutputFile): readonly [file: string, text: string] {
  return [file.slice(path("").length), text];
}

/** What each file behind `mod.ts` exports, and `mod.ts` itself. */
async function exportsOfCore(): Promise<Map<string, readonly string[]>> {
  const { metafile: { inputs } } = await bundle([MOD]);
  const { metafile: { outputs } } = await bundle(Object.keys(inputs), { bundle: false });
  return new Map(
    Object.values(outputs).flatMap(({ entryPoint, exports }) => {
      return entryPoint === undefined ? [] : [[path(entryPoint), exports]];
    }),
  );
}

/** Imports from `mod.js` whatever is in it. */
function leftToMod(core: ReadonlyMap<string, unknown>): Plugin {
  return {
    name: "left-to-mod",
    setup: ({ onResolve }) =>
      onResolve({ filter: /^\.\.?\// }, ({ kind, path, resolveDir }) => {
        const file = fileURLToPath(new URL(path, pathToFileURL(`${resolveDir}/`)));
        return kind !== "entry-point" && core.has(file) ? { path: "../mod.js", external: true } : undefined;
      }),
  };
}

/** Puts `_` before the names imported from `mod.js` that are not `known` to its users, and adds them to `internals`. */
function renameInternals(text: string, known: readonly string[], internals: Set<string>): string {
  return text.replaceAll(/^import \{[^}]*(?=\} from "\.\.\/mod\.js";$)/gm, (line) => {
    return line.replaceAll(/(?<=[{,]\s*)(\w+)( as \w+)?/g, (whole, name, alias = ` as ${name}`) => {
      if (known.includes(name)) return whole;
      internals.add(name);
      return `_${name}${alias}`;
    });
  });
}

/** Adds `internals` to what `mod.ts` exports, by a module around it, which leaves the sources as they are in the map. */
function withInternals(core: ReadonlyMap<string, readonly string[]>, internals: ReadonlySet<string>): Plugin {
  return {
    name: "with-internals",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^/ }, ({ kind, path }) => {
        return kind === "entry-point" ? { path, namespace: "around" } : undefined;
      });
      onLoad({ filter: /^/, namespace: "around" }, ({ path: mod }) => {
        const lines = [...core].map(([file, names]) => {
          const renamed = names.filter((name) => internals.has(name)).map((name) => `${name} as _${name}`);
          return file === mod ? `export * from "${mod}";` : `export { ${renamed} } from "${file}";`;
        });
        return { contents: lines.join("\n"), resolveDir: path("") };
      });
    },
  };
}

function bundle(
  files: readonly string[],
  options?: BuildOptions,
): Promise<{ outputFiles: OutputFile[]; metafile: Metafile }> {
  return build({
    entryPoints: files.map(path),
    // As if the package's root were the repository's: so the source maps name the sources within it.
    outdir: path("esm"),
    outbase: path(""),
    absWorkingDir: path(""),
    chunkNames: "src/_shared-[hash]",
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
    ...options,
  }) as Promise<{ outputFiles: OutputFile[]; metafile: Metafile }>;
}

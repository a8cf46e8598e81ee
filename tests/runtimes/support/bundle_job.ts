import { installedPackage, nodeProject } from "../../../scripts/node/node_project.ts";
import { useBuiltPackage, useInstalledPackage } from "../../../scripts/node/library_plugin.ts";
import { bundle } from "../../../scripts/support/bundle.ts";
import { path } from "../../../scripts/support/paths.ts";
import type { Job, Runtime } from "../runtime.ts";

/** Code around a job, which it knows as `job`. */
export interface Wrapping {
  readonly file: string;
  readonly code: string;
  /** Whether the library is imported from the installed npm package, or is a part of the bundle. */
  readonly library: Exclude<Runtime["library"], "source">;
}

const bundles = new Map<string, Promise<string>>();

/** Writes a job down with code around it, once, and resolves with the directory. */
export function bundleJob(job: Job, wrapping: Wrapping): Promise<string> {
  const key = [job.name, wrapping.library, wrapping.file].join(" ");
  const known = bundles.get(key) ?? write(job, wrapping);
  bundles.set(key, known);
  return known;
}

async function write({ module, name }: Job, { file, code, library }: Wrapping): Promise<string> {
  return await bundleCode(`import { ${name} as job } from "./${module}"; ${code}`, { file, library, name });
}

/** Bundles code that imports from files of the repository, and resolves with the directory: a place for `name` alone. */
export async function bundleCode(
  contents: string,
  { file, library, name }: Pick<Wrapping, "file" | "library"> & { readonly name: string },
): Promise<string> {
  const isInstalled = library === "package";
  // Inside of the project whose node_modules has the package.
  const directory = path(isInstalled ? `.cache/node/jobs/${name}` : `.cache/runtimes/jobs/${name}`);
  await bundle({
    stdin: { contents, resolveDir: path(""), loader: "ts" },
    outfile: `${directory}/${file}`,
    bundle: true,
    format: "esm",
    target: "es2022",
    ...(isInstalled ? { packages: "external" } : { nodePaths: [`${await nodeProject()}/node_modules`] }),
    plugins: [isInstalled ? useInstalledPackage(await installedPackage()) : useBuiltPackage()],
    logLevel: "silent",
  });
  return directory;
}

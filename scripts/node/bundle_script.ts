import { bundle } from "../support/bundle.ts";
import { path } from "../support/paths.ts";
import { nodeProject } from "./node_project.ts";

/** Bundles a script of this repository for Node, beside the npm packages that it imports. Returns the file's name. */
export async function bundleScript(file: string): Promise<string> {
  const outfile = `${await nodeProject()}/${file.replaceAll("/", "_").replace(/\.ts$/, ".mjs")}`;
  await bundle({
    entryPoints: [path(file)],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    target: "node20",
    logLevel: "silent",
  });
  return outfile;
}

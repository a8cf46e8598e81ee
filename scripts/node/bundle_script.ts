import { bundle } from "../support/bundle.ts";
import { path } from "../support/paths.ts";
import { nodeProject } from "./node_project.ts";

/** How code is bundled that runs in Node, beside the npm packages that it imports. */
export const FOR_NODE = {
  bundle: true,
  format: "esm",
  platform: "node",
  packages: "external",
  target: "node20",
  logLevel: "silent",
} as const;

/** Bundles a script of this repository for Node, beside the npm packages that it imports. Returns the file's name. */
export async function bundleScript(file: string): Promise<string> {
  const outfile = `${await nodeProject()}/${file.replaceAll("/", "_").replace(/\.ts$/, ".mjs")}`;
  await bundle({ ...FOR_NODE, entryPoints: [path(file)], outfile });
  return outfile;
}

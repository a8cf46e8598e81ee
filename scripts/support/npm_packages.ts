import { path } from "./paths.ts";
import { mustSucceed, npm } from "./run.ts";

/**
 * Installs npm packages of exact versions in a directory of their own below .cache/, again only when they change, and
 * returns that directory.
 */
export async function npmPackages(name: string, dependencies: Readonly<Record<string, string>>): Promise<string> {
  const directory = path(`.cache/${name}`);
  const manifest = JSON.stringify({ private: true, type: "module", dependencies }, null, 2);
  const stamp = `${directory}/installed.json`;
  if (await Deno.readTextFile(stamp).catch(() => "") === manifest) return directory;
  await Deno.mkdir(directory, { recursive: true });
  await Deno.writeTextFile(`${directory}/package.json`, manifest);
  const flags = ["--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"];
  await mustSucceed(npm(["install", ...flags], directory));
  await Deno.writeTextFile(stamp, manifest);
  return directory;
}

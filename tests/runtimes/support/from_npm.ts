import { path } from "../../../scripts/support/paths.ts";
import { npm } from "../../../scripts/support/run.ts";

/** This machine as Node names it, e.g. `linux` and `x64`. */
export const OS: string = Deno.build.os === "windows" ? "win" : Deno.build.os;
export const CPU: "arm64" | "x64" = Deno.build.arch === "aarch64" ? "arm64" : "x64";

const installs = new Map<string, Promise<string>>();

/**
 * Installs an npm package of a pinned version, once, in a directory of its own below .cache/, and resolves with the
 * package's own directory in there. Rejects with the reason where it cannot be had.
 */
export function fromNpm(name: string, version: string): Promise<string> {
  const key = `${name}@${version}`;
  const known = installs.get(key) ?? install(name, version);
  installs.set(key, known);
  return known;
}

async function install(name: string, version: string): Promise<string> {
  const directory = path(`.cache/runtimes/${name.replace("/", "+")}@${version}`);
  const installed = `${directory}/node_modules/${name}`;
  const stamp = `${directory}/installed`;
  if (await Deno.stat(stamp).then(() => true, () => false)) return installed;
  await Deno.mkdir(directory, { recursive: true });
  const manifest = { private: true, type: "module", dependencies: { [name]: version } };
  await Deno.writeTextFile(`${directory}/package.json`, JSON.stringify(manifest));
  const flags = ["--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"];
  const { ok, output } = await npm(["install", ...flags], directory);
  if (!ok) {
    throw new Error(`Cannot install ${name}@${version}: ${/npm error (?!code)(.*)/.exec(output)?.[1] ?? output}`);
  }
  await Deno.writeTextFile(stamp, "");
  return installed;
}

import { type NpmImport, npmImports } from "../support/deno_json.ts";
import { once } from "../support/once.ts";
import { path } from "../support/paths.ts";
import { mustSucceed, npm, run } from "../support/run.ts";
import { packedPackage } from "./packed_package.ts";

const DIRECTORY = path(".cache/node");

/** Installs the npm packages of deno.json's imports for Node, again only when they change. Returns the directory. */
export const nodeProject: () => Promise<string> = once(async () => {
  const files = projectFiles();
  const wanted = JSON.stringify(files);
  const stamp = `${DIRECTORY}/installed.json`;
  if (await Deno.readTextFile(stamp).catch(() => "") === wanted) return DIRECTORY;
  for (const [name, text] of Object.entries(files)) {
    const file = `${DIRECTORY}/${name}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
  await mustSucceed(npm(["install", "--no-package-lock", "--no-audit", "--no-fund", "--legacy-peer-deps"], DIRECTORY));
  await Deno.writeTextFile(stamp, wanted);
  return DIRECTORY;
});

/** Unpacks the packed package into that project's node_modules and returns where it is. */
export const installedPackage: () => Promise<string> = once(async () => {
  const target = `${await nodeProject()}/node_modules/tryspan`;
  await Deno.remove(target, { recursive: true }).catch(() => {});
  await Deno.mkdir(target, { recursive: true });
  await mustSucceed(run("tar", ["-xzf", await packedPackage(), "--strip-components=1"], target));
  return target;
});

/**
 * An import such as `otel2/sdk` becomes a module of a workspace `otel2`, which has its own dependencies: so two lines of
 * the same packages, whose peers exclude each other, live side by side.
 */
function projectFiles(): Record<string, string> {
  const imports = npmImports();
  const isGrouped = ({ alias }: NpmImport) => /^[^@/]+\//.test(alias);
  const groups = Map.groupBy(imports.filter(isGrouped), ({ alias }) => alias.slice(0, alias.indexOf("/")));
  const root = {
    private: true,
    workspaces: [...groups.keys()],
    dependencies: Object.fromEntries(
      imports.filter((it) => !isGrouped(it)).map(({ alias, name, version }) => {
        return [alias, alias === name ? version : `npm:${name}@${version}`];
      }),
    ),
  };
  const files: Record<string, string> = { "package.json": JSON.stringify(root, null, 2) };
  for (const [group, members] of groups) {
    const dependencies = Object.fromEntries(members.map(({ name, version }) => [name, version]));
    const manifest = { name: group, version: "0.0.0", type: "module", exports: { "./*": "./*.js" }, dependencies };
    files[`${group}/package.json`] = JSON.stringify(manifest, null, 2);
    for (const { alias, name } of members) files[`${alias}.js`] = `export * from "${name}";\n`;
  }
  return files;
}

import { type NpmImport, npmImports } from "../support/deno_json.ts";
import { once } from "../support/once.ts";
import { path } from "../support/paths.ts";
import { mustSucceed, npm, run } from "../support/run.ts";
import { packedPackage } from "./packed_package.ts";

const DIRECTORY = path(".cache/node");

/** Installs the npm packages of the imports for Node, again only when they change. Returns the directory. */
export const nodeProject: () => Promise<string> = once(async () => {
  const imports = npmImports();
  const wanted = JSON.stringify(imports);
  const stamp = `${DIRECTORY}/installed.json`;
  if (await Deno.readTextFile(stamp).catch(() => "") === wanted) return DIRECTORY;
  const groups = Map.groupBy(imports, ({ alias }) => /^[^@/]+(?=\/)/.exec(alias)?.[0] ?? "");
  await install(DIRECTORY, groups.get("") ?? []);
  for (const [group, members] of groups) {
    if (group !== "") await installGroup(group, members);
  }
  await Deno.writeTextFile(stamp, wanted);
  return DIRECTORY;
});

/**
 * An import such as `otel2/sdk` becomes a module of a package `otel2` with a node_modules of its own: so two lines of the
 * same packages, whose peers exclude each other, live side by side.
 */
async function installGroup(group: string, members: readonly NpmImport[]): Promise<void> {
  const directory = `${DIRECTORY}/${group}`;
  const unaliased = members.map((member) => ({ ...member, alias: member.name }));
  await install(directory, unaliased, { name: group, type: "module", exports: { "./*": "./*.js" } });
  for (const { alias, name } of members) {
    await Deno.writeTextFile(`${DIRECTORY}/${alias}.js`, `export * from "${name}";\n`);
  }
  await Deno.symlink(`../${group}`, `${DIRECTORY}/node_modules/${group}`);
}

async function install(directory: string, imports: readonly NpmImport[], fields: object = {}): Promise<void> {
  const dependencies = Object.fromEntries(imports.map(({ alias, name, version }) => {
    return [alias, alias === name ? version : `npm:${name}@${version}`];
  }));
  await Deno.remove(`${directory}/node_modules`, { recursive: true }).catch(() => {});
  await Deno.mkdir(directory, { recursive: true });
  await Deno.writeTextFile(
    `${directory}/package.json`,
    JSON.stringify({ private: true, ...fields, dependencies }, null, 2),
  );
  // Some SDKs name optional peers of other versions than the demo uses.
  const flags = ["--no-package-lock", "--no-audit", "--no-fund", "--legacy-peer-deps"];
  await mustSucceed(npm(["install", ...flags], directory));
}

/** Unpacks the packed package into that project's node_modules and returns where it is. */
export const installedPackage: () => Promise<string> = once(async () => {
  const target = `${await nodeProject()}/node_modules/tryspan`;
  await Deno.remove(target, { recursive: true }).catch(() => {});
  await Deno.mkdir(target, { recursive: true });
  await mustSucceed(run("tar", ["-xzf", await packedPackage(), "--strip-components=1"], target));
  return target;
});

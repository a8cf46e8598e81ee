import { bunCommand } from "../runtimes/bun.ts";
import { nodeCommand } from "../runtimes/node.ts";
import { CPU, fromNpm, OS } from "../runtimes/support/from_npm.ts";

/** Who runs TypeScript as it is. */
const NODE = "24.21.0";

/** A command and its arguments. */
export type Command = readonly [command: string, ...args: string[]];

/** A package manager, and how it is used. */
export interface PackageManager {
  /** Its name and version. */
  readonly name: string;
  /** What a user types to install the package. */
  readonly add: () => Promise<Command>;
  /** What a user types to run a file with it. */
  readonly run: (file: string) => Promise<Command>;
}

/** The package managers, each of a pinned version. */
export const PACKAGE_MANAGERS: readonly PackageManager[] = [
  inNode("npm", "12.2.0", "npm/bin/npm-cli.js", "install", "tryspan"),
  {
    name: "pnpm 12.21.0",
    add: async () => [
      `${await fromNpm(`@pnpm/exe.${OS === "win" ? "win32" : OS}-${CPU}`, "12.21.0")}/pnpm`,
      "add",
      "tryspan",
    ],
    run: runInNode,
  },
  inNode("yarn", "1.22.22", "yarn/bin/yarn.js", "add", "tryspan"),
  inNode("yarn", "4.18.1", "@yarnpkg/cli-dist/bin/yarn.js", "add", "tryspan"),
  {
    name: "bun 1.4.5",
    add: async () => [await bunCommand(), "add", "tryspan"],
    run: async (file) => [await bunCommand(), file],
  },
  {
    name: `deno ${Deno.version.deno}`,
    add: () => Promise.resolve([Deno.execPath(), "add", "npm:tryspan"]),
    run: (file) => Promise.resolve([Deno.execPath(), "run", file]),
  },
];

/** `script` is a file of the npm package that the package manager comes in, the package's name first. */
function inNode(name: string, version: string, script: string, ...args: string[]): PackageManager {
  const [, packageName = "", file = ""] = /^((?:@[^/]+\/)?[^/]+)(\/.*)$/.exec(script) ?? [];
  return {
    name: `${name} ${version}`,
    add: async () => [await nodeCommand(NODE), await fromNpm(packageName, version) + file, ...args],
    run: runInNode,
  };
}

async function runInNode(file: string): Promise<Command> {
  return [await nodeCommand(NODE), file];
}

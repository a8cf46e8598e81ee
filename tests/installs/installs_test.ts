import { assert, assertStringIncludes } from "@std/assert";
import { packedPackage } from "../../scripts/node/packed_package.ts";
import { path } from "../../scripts/support/paths.ts";
import { type Command, PACKAGE_MANAGERS } from "./package_managers.ts";
import { withRegistry } from "./registry.ts";

/** The README's first example, to the letter. */
async function firstExample(): Promise<string> {
  const [, code = ""] = /^```ts\n(.*?)^```/ms.exec(await Deno.readTextFile(path("README.md"))) ?? [];
  assert(code.includes('from "tryspan"'), "The README has no example");
  return code;
}

/** Runs a command as if on a new machine: nothing is known of this user's settings and caches. */
async function runAnew([command, ...args]: Command, cwd: string, registry: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    cwd,
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      NO_COLOR: "1",
      HOME: `${cwd}/home`,
      DENO_DIR: `${cwd}/home/deno`,
      YARN_NPM_REGISTRY_SERVER: registry,
      YARN_UNSAFE_HTTP_WHITELIST: "127.0.0.1",
      YARN_NODE_LINKER: "node-modules",
      YARN_ENABLE_TELEMETRY: "0",
    },
    signal: AbortSignal.timeout(60_000),
  }).output();
  const decoder = new TextDecoder();
  const output = decoder.decode(stdout) + decoder.decode(stderr);
  assert(success, `${command} ${args.join(" ")}\n${output}`);
  return output;
}

for (const { name, add, run } of PACKAGE_MANAGERS) {
  Deno.test(`npm package installs with ${name}, and the README's first example runs`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "tryspan_install_" });
    try {
      await Deno.mkdir(`${directory}/home`);
      await Deno.writeTextFile(`${directory}/package.json`, JSON.stringify({ private: true, type: "module" }));
      // Without it, Yarn looks for a project further up.
      await Deno.writeTextFile(`${directory}/yarn.lock`, "");
      await Deno.writeTextFile(`${directory}/example.ts`, await firstExample());
      const output = await withRegistry(await packedPackage(), async (registry) => {
        await Deno.writeTextFile(`${directory}/.npmrc`, `registry=${registry}\n`);
        await runAnew(await add(), directory, registry);
        return await runAnew(await run("example.ts"), directory, registry);
      });
      assertStringIncludes(output, "3 attempts");
      assertStringIncludes(output, "\nHello!\n");
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

import { packedPackage } from "../../../scripts/node/packed_package.ts";
import { once } from "../../../scripts/support/once.ts";
import { mustSucceed, run } from "../../../scripts/support/run.ts";

/** The texts of the packed package's files, by their path in the package. */
export const packageFiles: () => Promise<Map<string, string>> = once(async () => {
  const directory = await Deno.makeTempDir({ prefix: "tryspan_files_" });
  try {
    await mustSucceed(run("tar", ["-xzf", await packedPackage(), "-C", directory]));
    const files = new Map<string, string>();
    await read(`${directory}/package/`, "", files);
    return files;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

async function read(root: string, below: string, files: Map<string, string>): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(root + below)) {
    if (isDirectory) await read(root, `${below}${name}/`, files);
    else files.set(below + name, await Deno.readTextFile(root + below + name));
  }
}

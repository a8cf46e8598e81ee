import { deno, mustSucceed, run } from "../support/run.ts";

/**
 * Builds npm/esm/ with `deno pack`, in the layout of dnt. Slow types have to be ruled out first: for a package with any,
 * `deno pack` leaves all declarations out.
 */
export async function buildWithDenoPack(outDir: string): Promise<void> {
  await mustSucceed(deno(["publish", "--dry-run", "--allow-dirty"]));
  const directory = await Deno.makeTempDir({ prefix: "tryspan_pack_" });
  try {
    // Its source maps hold this machine's absolute paths.
    await mustSucceed(deno(["pack", "--allow-dirty", "--no-source-maps", "--output", `${directory}/packed.tgz`]));
    await mustSucceed(run("tar", ["-xzf", "packed.tgz"], directory));
    for await (const file of builtFiles(`${directory}/package`)) {
      const target = `${outDir}/esm/${file}`;
      await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
      await Deno.copyFile(`${directory}/package/${file}`, target);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function* builtFiles(root: string, below = ""): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(`${root}/${below}`)) {
    if (isDirectory) yield* builtFiles(root, `${below}${name}/`);
    else if (/\.(js|d\.ts)$/.test(name)) yield below + name;
  }
}

import { deno, mustSucceed, run } from "../support/run.ts";

/**
 * Builds the declarations of npm/esm/ with `deno pack`, in the layout of dnt. Slow types have to be ruled out first: for
 * a package with any, `deno pack` leaves all declarations out.
 */
export async function buildWithDenoPack(outDir: string): Promise<void> {
  await mustSucceed(deno(["publish", "--dry-run", "--allow-dirty"]));
  const directory = await Deno.makeTempDir({ prefix: "tryspan_pack_" });
  try {
    await mustSucceed(deno(["pack", "--allow-dirty", "--output", `${directory}/packed.tgz`]));
    await mustSucceed(run("tar", ["-xzf", "packed.tgz"], directory));
    for await (const file of declarations(`${directory}/package`)) {
      const target = `${outDir}/esm/${file}`;
      await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
      await Deno.copyFile(`${directory}/package/${file}`, target);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function* declarations(root: string, below = ""): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(`${root}/${below}`)) {
    if (isDirectory) yield* declarations(root, `${below}${name}/`);
    else if (name.endsWith(".d.ts")) yield below + name;
  }
}

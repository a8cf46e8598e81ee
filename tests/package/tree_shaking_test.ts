// deno-lint-ignore-file no-console -- the sizes are to be seen
import { assert, assertEquals } from "@std/assert";
import { packedPackage } from "../../scripts/node/packed_package.ts";
import { project } from "../../scripts/support/deno_json.ts";
import { npmPackages } from "../../scripts/support/npm_packages.ts";
import { once } from "../../scripts/support/once.ts";
import { path } from "../../scripts/support/paths.ts";
import { deno, mustSucceed, run } from "../../scripts/support/run.ts";
import { tool } from "../../scripts/support/tools.ts";
import { packageFiles } from "./support/package_files.ts";

const BUNDLERS = ["esbuild", "rollup", "webpack"] as const;

/** The most characters that a bundle of `attemptsOf` alone may have. Rollup does not minify. */
const TINY = 250;

/** Bundles an application that imports one name, with each bundler, and gives the results by `bundler/name`. */
const bundles = once(async () => {
  const directory = await npmPackages("bundlers", { rollup: "4.68.7", webpack: "5.112.2" });
  const target = `${directory}/node_modules/tryspan`;
  await Deno.remove(target, { recursive: true }).catch(() => {});
  await Deno.mkdir(target);
  await mustSucceed(run("tar", ["-xzf", await packedPackage(), "--strip-components=1"], target));
  await Deno.copyFile(path("tests/package/support/bundlers.mjs"), `${directory}/bundlers.mjs`);
  const names = ["attemptsOf", "callWithRetry"];
  for (const name of names) {
    await Deno.writeTextFile(`${directory}/${name}.js`, `import { ${name} } from "tryspan";\nconsole.log(${name});\n`);
  }
  await mustSucceed(run("node", ["bundlers.mjs", ...names], directory));
  const flags = ["--bundle", "--minify", "--format=esm", "--log-level=error", "--outdir=out/esbuild"];
  await mustSucceed(deno(tool("esbuild", ...names.map((name) => `${name}.js`), ...flags), directory));
  const results = new Map<string, string>();
  for (const bundler of BUNDLERS) {
    for (const name of names) {
      results.set(`${bundler}/${name}`, await Deno.readTextFile(`${directory}/out/${bundler}/${name}.js`));
    }
  }
  return results;
});

/** The longer texts in the code: whatever a minifier does, they stay as they are. */
function textsIn(code: string): Set<string> {
  return new Set(
    [...code.matchAll(/"([^"\\\n]{8,})"|[`}]([^`"'${}\\\n]{8,})[`$]/g)].map(([, quoted, part]) => quoted ?? part!),
  );
}

function built(file: string): string {
  return file.replace(/^\.\/(.*)\.ts$/, "esm/$1.js");
}

/** The texts that only the code of one other entry point has. */
async function textsOfOthers(): Promise<Map<string, string[]>> {
  const files = await packageFiles();
  const core = files.get("esm/mod.js")!;
  return new Map(
    Object.entries(project.exports).slice(1).map(([name, file]) => {
      return [name, [...textsIn(files.get(built(file))!)].filter((text) => !core.includes(text))];
    }),
  );
}

Deno.test("npm package leaves nothing of other entry points in the bundle of one import", async () => {
  const others = await textsOfOthers();
  for (const [name, texts] of others) assert(texts.length > 0, `nothing tells the code of '${name}' from the core's`);
  for (const [bundle, code] of await bundles()) {
    for (const [name, texts] of others) {
      for (const text of texts) assert(!code.includes(text), `${bundle} holds '${text}' of '${name}'`);
    }
  }
});

Deno.test("npm package leaves next to nothing in the bundle of attemptsOf alone", async () => {
  const loop = "gate '";
  for (const bundler of BUNDLERS) {
    const [small, whole] = ["attemptsOf", "callWithRetry"].map((name) => `${bundler}/${name}`);
    const [alone, all] = [(await bundles()).get(small!)!, (await bundles()).get(whole!)!];
    console.log(`note: ${small} has ${alone.length} characters, ${whole} ${all.length}`);
    assert(alone.length <= TINY, `${small}: ${alone.slice(0, 2 * TINY)}`);
    assertEquals([alone.includes(loop), all.includes(loop)], [false, true]);
  }
});

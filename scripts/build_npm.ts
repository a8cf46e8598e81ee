// deno-lint-ignore-file no-console
/** Builds the npm package in npm/: with dnt, or with `deno pack` where JSR does not answer. */
import { buildWithDenoPack } from "./npm/build_with_deno_pack.ts";
import { buildWithDnt } from "./npm/build_with_dnt.ts";
import { packageJson } from "./npm/package_json.ts";
import { jsrAnswers } from "./support/jsr.ts";
import { path } from "./support/paths.ts";

const OUT = path("npm");
const TEXTS = ["README.md", "LICENSE", "CHANGELOG.md"];
const KEPT = new Set(["esm", "mod.js", "mod.d.ts", "src"]);

const withDnt = await jsrAnswers();
await removeIfThere(OUT);
await Deno.mkdir(OUT);
if (withDnt) {
  await buildWithDnt(OUT);
} else {
  console.log("npm/ is built with `deno pack` in place of dnt and marked private: it is for tests, not for publishing");
  await buildWithDenoPack(OUT);
}
await keepOnlyBuiltFiles();
await Deno.writeTextFile(`${OUT}/package.json`, JSON.stringify(packageJson(!withDnt), null, 2) + "\n");
for (const text of TEXTS) await Deno.copyFile(path(text), `${OUT}/${text}`);

/** dnt leaves its test runner, the tests and what they need beside the built files. */
async function keepOnlyBuiltFiles(): Promise<void> {
  for (const directory of [OUT, `${OUT}/esm`]) {
    for await (const { name } of Deno.readDir(directory)) {
      if (!KEPT.has(name)) await Deno.remove(`${directory}/${name}`, { recursive: true });
    }
  }
}

async function removeIfThere(file: string): Promise<void> {
  try {
    await Deno.remove(file, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

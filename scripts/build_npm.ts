// deno-lint-ignore-file no-console
/**
 * Builds the npm package in npm/: the declarations with dnt, or with `deno pack` where JSR does not answer, the code with
 * esbuild.
 */
import { resolve } from "node:path";
import { buildWithDenoPack } from "./npm/build_with_deno_pack.ts";
import { buildWithDnt } from "./npm/build_with_dnt.ts";
import { bundleEntryPoints } from "./npm/bundle.ts";
import { packageJson } from "./npm/package_json.ts";
import { readArguments } from "./support/arguments.ts";
import { project } from "./support/deno_json.ts";
import { jsrAnswers } from "./support/jsr.ts";
import { path } from "./support/paths.ts";

const OUT = path("npm");
const TEXTS = ["README.md", "LICENSE", "CHANGELOG.md"];
const KEPT = new Set(["esm", "mod.d.ts", "src"]);

readArguments("Usage: deno task build:npm", {});
const withDnt = await jsrAnswers();
await removeIfThere(OUT);
await Deno.mkdir(OUT);
if (withDnt) {
  await buildWithDnt(OUT);
} else {
  console.log("npm/ is built with `deno pack` in place of dnt and marked private: it is for tests, not for publishing");
  await buildWithDenoPack(OUT);
}
await keepOnlyDeclarations();
await nameAsOnNpm();
for (const [file, text] of await bundleEntryPoints()) await Deno.writeTextFile(`${OUT}/${file}`, text);
await Deno.writeTextFile(`${OUT}/package.json`, JSON.stringify(packageJson(!withDnt), null, 2) + "\n");
for (const text of TEXTS) await Deno.copyFile(path(text), `${OUT}/${text}`);

/**
 * dnt leaves its test runner, the tests and what they need beside the built files, and declarations of everything: kept
 * are those that an entry point brings with it, as `deno pack` does.
 */
async function keepOnlyDeclarations(): Promise<void> {
  for (const directory of [OUT, `${OUT}/esm`]) {
    for await (const { name } of Deno.readDir(directory)) {
      if (!KEPT.has(name)) await Deno.remove(`${directory}/${name}`, { recursive: true });
    }
  }
  const wanted = new Set<string>();
  for (const file of Object.values(project.exports)) await addDeclarations(resolve(OUT, "esm", file), wanted);
  for await (const file of filesBelow(`${OUT}/esm`)) {
    if (!wanted.has(file)) await Deno.remove(file);
  }
}

/** Adds the declarations of a module, and of all that they import. */
async function addDeclarations(module: string, files: Set<string>): Promise<void> {
  const file = module.replace(/\.[jt]s$/, ".d.ts");
  if (files.has(file)) return;
  files.add(file);
  const text = await Deno.readTextFile(file);
  for (const [, imported] of text.matchAll(/\b(?:from|import)[ (]*"(\.[^"]*)"/g)) {
    await addDeclarations(resolve(file, "..", imported!), files);
  }
}

/** The examples in the docs import the package by the name it has at JSR. */
async function nameAsOnNpm(): Promise<void> {
  for await (const file of filesBelow(`${OUT}/esm`)) {
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, text.replaceAll(`"${project.name}`, `"${packageJson(false).name}`));
  }
}

async function* filesBelow(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) yield* filesBelow(`${directory}/${name}`);
    else yield `${directory}/${name}`;
  }
}

async function removeIfThere(file: string): Promise<void> {
  try {
    await Deno.remove(file, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

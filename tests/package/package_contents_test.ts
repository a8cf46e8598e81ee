import { assert, assertEquals } from "@std/assert";
import { packageJson } from "../../scripts/npm/package_json.ts";
import { jsrAnswers } from "../../scripts/support/jsr.ts";
import { path } from "../../scripts/support/paths.ts";
import { project } from "../../scripts/support/deno_json.ts";
import { packageFiles } from "./support/package_files.ts";

const BUILT = /^esm\/(mod|src\/([a-z_/]+|_shared-\w+))\.(js|js\.map|d\.ts)$/;
const TEXTS = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"];

/** What Node may have to load for one entry point. */
const MOST_FILES = 3;

// What begins like an absolute path of this or of any other machine.
const ABSOLUTE_PATH = /file:\/\/|\/(home|Users|root|tmp|work|usr|var)\/|\b[A-Z]:\\/;

Deno.test("npm package holds built files, README, LICENSE and CHANGELOG, and nothing else", async () => {
  const files = [...(await packageFiles()).keys()];
  assertEquals(files.filter((file) => !BUILT.test(file)).sort(), TEXTS);
});

Deno.test("npm package has code and declarations for every entry point", async () => {
  const files = await packageFiles();
  for (const file of Object.values(project.exports)) {
    const built = file.replace(/^\.\/(.*)\.ts$/, "esm/$1");
    assert(files.has(`${built}.js`) && files.has(`${built}.d.ts`), `${built} is missing`);
  }
});

Deno.test("npm package's docs import what its users have", async () => {
  const declarations = [...await packageFiles()].filter(([file]) => file.endsWith(".d.ts"));
  assert(declarations.some(([, text]) => /^ \* import .* from "tryspan\/console";$/m.test(text)));
  for (const [file, text] of declarations) {
    assertEquals(/@tryspan\/|@std\/|\bjsr:/.exec(text)?.[0], undefined, `${file} names what is at JSR alone`);
  }
});

Deno.test("npm package's source maps hold the sources, and nothing holds an absolute path", async () => {
  const files = await packageFiles();
  const maps = [...files.keys()].filter((file) => file.endsWith(".js.map"));
  for (const [file, text] of files) {
    if (TEXTS.includes(file)) continue;
    const shown = maps.includes(file) ? JSON.parse(text).sources.join("\n") : text;
    assertEquals(ABSOLUTE_PATH.exec(shown)?.[0], undefined, `${file} holds an absolute path`);
    if (file.endsWith(".js")) assert(files.has(`${file}.map`), `${file} has no source map`);
  }
  for (const map of maps) {
    const { sources, sourcesContent } = JSON.parse(files.get(map)!) as Record<string, string[]>;
    for (const [index, source] of sources!.entries()) {
      const { pathname } = new URL(source, `file:///${map}`);
      assertEquals(sourcesContent?.[index], await Deno.readTextFile(path(`.${pathname}`)), `${map}: ${source}`);
    }
  }
});

Deno.test("npm package keeps in one file each what has state or is asked for with instanceof", async () => {
  const places = new Map<string, string[]>();
  for (const [file, text] of await packageFiles()) {
    if (!file.endsWith(".js.map")) continue;
    for (const source of JSON.parse(text).sources) {
      const name = new URL(source, `file:///${file}`).pathname.slice(1);
      places.set(name, [...places.get(name) ?? [], file]);
    }
  }
  assert(places.has("src/attempts_of.ts"));
  for (const [source, files] of places) {
    const code = await Deno.readTextFile(path(source));
    if (/^export class|^(export )?const \w+ = new Weak/m.test(code)) {
      assertEquals(files.length, 1, `${source} is in ${files.join(" and in ")}`);
    }
  }
});

Deno.test("npm package's entry points bring few files with them, as each costs time at every start", async () => {
  const files = await packageFiles();
  for (const [name, entry] of Object.entries(project.exports)) {
    const brought = broughtBy(entry.replace(/^\.\/(.*)\.ts$/, "esm/$1.js"), files);
    if (name === "./fetch") assert(brought.size > 1, "No import of fetch.js is seen");
    assert(brought.size <= (name === "." ? 1 : MOST_FILES), `'${name}' brings ${[...brought].join(", ")}`);
  }
});

/** The files of the package that are loaded with one of them. */
function broughtBy(file: string, files: ReadonlyMap<string, string>, known: Set<string> = new Set()): Set<string> {
  if (known.has(file)) return known;
  known.add(file);
  for (const [, specifier] of files.get(file)!.matchAll(/\b(?:from|import) ?"(\.[^"]*)"/g)) {
    broughtBy(new URL(specifier!, `file:///${file}`).pathname.slice(1), files, known);
  }
  return known;
}

Deno.test("npm package can be published only as dnt has built it", async () => {
  const manifest = JSON.parse((await packageFiles()).get("package.json")!);
  assertEquals(manifest, packageJson(!await jsrAnswers()));
});

Deno.test("npm package's README, LICENSE and CHANGELOG are the repository's", async () => {
  const files = await packageFiles();
  for (const text of ["README.md", "LICENSE", "CHANGELOG.md"]) {
    assertEquals(files.get(text), await Deno.readTextFile(path(text)));
  }
});

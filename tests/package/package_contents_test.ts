import { assert, assertEquals } from "@std/assert";
import { packageJson } from "../../scripts/npm/package_json.ts";
import { jsrAnswers } from "../../scripts/support/jsr.ts";
import { path } from "../../scripts/support/paths.ts";
import { project } from "../../scripts/support/deno_json.ts";
import { packageFiles } from "./support/package_files.ts";

const BUILT = /^esm\/(mod|src\/[a-z_]+)\.(js|d\.ts)$/;
const TEXTS = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"];

// What begins like an absolute path of this or of any other machine.
const ABSOLUTE_PATH = /file:\/\/|\/(home|Users|root|tmp|work|usr|var)\/|\b[A-Z]:\\/;

Deno.test("npm package holds built files, README, LICENSE and CHANGELOG, and nothing else", async () => {
  const files = [...(await packageFiles()).keys()];
  assertEquals(files.filter((file) => !BUILT.test(file)).sort(), TEXTS);
  for (const file of files.filter((it) => it.endsWith(".d.ts"))) {
    assert(files.includes(file.replace(/\.d\.ts$/, ".js")), `${file} has no code beside it`);
  }
});

Deno.test("npm package has code and declarations for every entry point", async () => {
  const files = await packageFiles();
  for (const file of Object.values(project.exports)) {
    const built = file.replace(/^\.\/(.*)\.ts$/, "esm/$1");
    assert(files.has(`${built}.js`) && files.has(`${built}.d.ts`), `${built} is missing`);
  }
});

Deno.test("npm package holds no absolute path and no source map", async () => {
  for (const [file, text] of await packageFiles()) {
    if (TEXTS.includes(file)) continue;
    assertEquals(ABSOLUTE_PATH.exec(text)?.[0], undefined, `${file} holds an absolute path`);
    assert(!text.includes("sourceMappingURL"), `${file} points at a source map`);
  }
});

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

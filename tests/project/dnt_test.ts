import { assert, assertEquals } from "@std/assert";
import { buildWithDnt } from "../../scripts/npm/build_with_dnt.ts";
import { path } from "../../scripts/support/paths.ts";
import { deno, mustSucceed } from "../../scripts/support/run.ts";

interface Options {
  readonly importMap: string;
  readonly rootTestDir: string;
  readonly package: object;
  readonly filterDiagnostic: (diagnostic: { file?: { fileName: string } }) => boolean;
}

interface Module {
  readonly error?: string;
  readonly dependencies?: readonly { readonly code?: { error?: string }; readonly type?: { error?: string } }[];
}

/** What dnt, which only JSR has, would be given. */
async function options(): Promise<Options> {
  let given: unknown;
  await buildWithDnt("/npm", (it) => given = it);
  return given as Options;
}

Deno.test("buildWithDnt() hands over what the unit tests import", async () => {
  const { importMap, rootTestDir } = await options();
  const tests = await Array.fromAsync(Deno.readDir(rootTestDir), ({ name }) => `import "${rootTestDir}/${name}";\n`);
  const file = await Deno.makeTempFile({ dir: path(".cache/"), suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, tests.join(""));
    const info = await mustSucceed(deno(["info", "--quiet", "--json", `--import-map=${importMap}`, file]));
    const { modules }: { modules: Module[] } = JSON.parse(info);
    assert(modules.length > tests.length);
    const errors = modules.flatMap(({ error, dependencies = [] }) => [
      error,
      ...dependencies.flatMap(({ code, type }) => [code?.error, type?.error]),
    ]);
    assertEquals(errors.filter((error) => error !== undefined), []);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("buildWithDnt() lets dnt's test runner, which is CommonJS, start", async () => {
  assertEquals("type" in (await options()).package, false);
});

Deno.test("buildWithDnt() lets no error in what is shipped pass", async () => {
  const { filterDiagnostic } = await options();
  const counts = (fileName: string) => filterDiagnostic({ file: { fileName } });
  assert(filterDiagnostic({}) && counts("/npm/src/mod.ts") && counts("/npm/src/src/wire/gemini.ts"));
  assert(
    !counts("/npm/src/deps/jsr.io/@std/assert/1.0.19/object_match.ts") && !counts("/npm/src/tests/unit/a_test.ts"),
  );
});

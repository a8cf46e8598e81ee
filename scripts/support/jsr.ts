// deno-lint-ignore-file no-console
import { project } from "./deno_json.ts";
import { once } from "./once.ts";
import { path, ROOT } from "./paths.ts";

const PROBE = "https://jsr.io/@std/assert/meta.json";
const IMPORT_MAP = path(".cache/import_map.json");

/** What `@std/assert` stands for where JSR does not answer. */
export const ASSERT_FALLBACK = "tests/support/assert_fallback.ts";

/** Whether JSR answers. Asked once; where it does not, one line says so. */
export const jsrAnswers: () => Promise<boolean> = once(async () => {
  try {
    const response = await fetch(PROBE, { signal: AbortSignal.timeout(3000) });
    await response.body?.cancel();
    if (response.ok) return true;
  } catch {
    // Not reachable: said below.
  }
  console.error(`JSR does not answer: ${ASSERT_FALLBACK} stands in for @std/assert`);
  return false;
});

/** Writes down what the tests' imports stand for, with the fallback in it where it is needed. Returns the file's name. */
export const importMap: () => Promise<string> = once(async () => {
  const imports: Record<string, string> = { ...project.imports };
  for (const [entry, target] of Object.entries(project.exports)) imports[project.name + entry.slice(1)] = target;
  if (!await jsrAnswers()) imports["@std/assert"] = `./${ASSERT_FALLBACK}`;
  for (const [name, target] of Object.entries(imports)) {
    if (target.startsWith("./")) imports[name] = new URL(target, ROOT).href;
  }
  await Deno.mkdir(path(".cache/"), { recursive: true });
  // Another process may be reading it.
  const file = `${IMPORT_MAP}.${Deno.pid}`;
  await Deno.writeTextFile(file, JSON.stringify({ imports }, null, 2));
  await Deno.rename(file, IMPORT_MAP);
  return IMPORT_MAP;
});

/** The flags with which Deno resolves what the tests import. */
export async function importMapFlags(): Promise<string[]> {
  return [`--import-map=${await importMap()}`];
}

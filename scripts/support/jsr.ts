// deno-lint-ignore-file no-console
import { project } from "./deno_json.ts";
import { path, ROOT } from "./paths.ts";

const PROBE = "https://jsr.io/@std/assert/meta.json";
const IMPORT_MAP = path(".cache/import_map.json");

/** What `@std/assert` stands for where JSR does not answer. */
export const ASSERT_FALLBACK = "tests/support/assert_fallback.ts";

let answer: Promise<boolean> | undefined;

/** Whether JSR answers. Asked once; where it does not, one line says so. */
export function jsrAnswers(): Promise<boolean> {
  return answer ??= probe();
}

async function probe(): Promise<boolean> {
  try {
    const response = await fetch(PROBE, { signal: AbortSignal.timeout(3000) });
    await response.body?.cancel();
    if (response.ok) return true;
  } catch {
    // Not reachable: said below.
  }
  console.error(`JSR does not answer: ${ASSERT_FALLBACK} stands in for @std/assert`);
  return false;
}

/** The flags with which Deno resolves what the tests import: an import map, with the fallback in it where it is needed. */
export async function importMapFlags(): Promise<string[]> {
  const imports: Record<string, string> = { ...project.imports };
  for (const [entry, target] of Object.entries(project.exports)) imports[project.name + entry.slice(1)] = target;
  if (!await jsrAnswers()) imports["@std/assert"] = `./${ASSERT_FALLBACK}`;
  for (const [name, target] of Object.entries(imports)) {
    if (target.startsWith("./")) imports[name] = new URL(target, ROOT).href;
  }
  await Deno.mkdir(path(".cache/"), { recursive: true });
  await Deno.writeTextFile(IMPORT_MAP, JSON.stringify({ imports }, null, 2));
  return [`--import-map=${IMPORT_MAP}`];
}

import { path, ROOT } from "../../../scripts/support/paths.ts";
import { deno, mustSucceed } from "../../../scripts/support/run.ts";

/** One import of a module. */
export interface Import {
  /** What it resolves to. */
  readonly target: string;
  /** Whether nothing is left of it once the types are gone. */
  readonly typesOnly: boolean;
}

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly { code?: { specifier: string }; type?: { specifier: string } }[];
}

async function graph(file: string): Promise<Module[]> {
  const output = await mustSucceed(deno(["info", "--json", file]));
  return JSON.parse(output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1)).modules;
}

/** All modules that `file` brings with it, itself included, as URLs. */
export async function modulesOf(file: string): Promise<string[]> {
  return (await graph(file)).map(({ specifier }) => specifier);
}

/** What `file` itself imports and re-exports. */
export async function importsOf(file: string): Promise<Import[]> {
  const module = (await graph(file)).find(({ specifier }) => specifier === new URL(file, ROOT).href);
  return (module?.dependencies ?? []).map(({ code, type }) => ({
    target: (code ?? type)!.specifier,
    typesOnly: code === undefined,
  }));
}

/** The TypeScript files below a directory of the repository, e.g. `src/tracer.ts`. */
export async function sources(directory: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(path(directory))) {
    if (isDirectory) found.push(...await sources(`${directory}${name}/`));
    else if (name.endsWith(".ts")) found.push(directory + name);
  }
  return found.sort();
}

import { project } from "../support/deno_json.ts";
import { once } from "../support/once.ts";
import { deno, mustSucceed } from "../support/run.ts";
import { membersOf, type Typed, type TypeWithMembers } from "./render_type.ts";

/** What stands in a doc comment. */
export interface JsDoc {
  readonly doc?: string;
  readonly tags?: readonly { readonly kind: string; readonly value?: string; readonly doc?: string }[];
}

/** A declaration of a symbol, or a member of one: as much of it as is used here. */
export interface Declaration extends Typed, TypeWithMembers<Declaration> {
  readonly name: string;
  readonly kind: string;
  readonly jsDoc?: JsDoc;
  readonly location: { readonly filename: string; readonly line: number };
  readonly accessibility?: string;
}

/** What an entry point exports. */
export interface EntryPoint {
  /** As in deno.json, e.g. `./otel`. */
  readonly name: string;
  readonly moduleDoc: JsDoc | undefined;
  readonly symbols: readonly Declaration[];
}

/** What the entry points export, as `deno doc` sees it; symbols by name. */
export const docs: () => Promise<EntryPoint[]> = once(() => {
  return Promise.all(
    Object.entries(project.exports).map(async ([name, file]) => {
      // One at a time: asked for several, it shows what one re-exports from another as a mere reference.
      const [module] = Object.values<Module>(JSON.parse(await mustSucceed(deno(["doc", "--json", file]))).nodes);
      const symbols = module!.symbols.flatMap((symbol) => {
        return symbol.declarations.map((it) => ({ ...it, ...it.def, name: symbol.name, kind: it.kind }));
      });
      return { name, moduleDoc: module!.module_doc, symbols: symbols.sort((a, b) => a.name < b.name ? -1 : 1) };
    }),
  );
});

interface Module {
  readonly module_doc?: JsDoc;
  readonly symbols: readonly {
    readonly name: string;
    readonly declarations: readonly (Declaration & { readonly def: Typed })[];
  }[];
}

/** The public members of a symbol. */
export function publicMembersOf(symbol: Declaration): Declaration[] {
  return membersOf(symbol).filter(({ accessibility }) => accessibility !== "private");
}

/** How many of the symbols and their members have a doc comment, each counted once however often it is exported. */
export function documented(entryPoints: readonly EntryPoint[]): { share: number; missing: string[] } {
  const known = new Map<string, boolean>();
  for (const symbol of entryPoints.flatMap(({ symbols }) => symbols)) {
    known.set(symbol.name, symbol.jsDoc !== undefined);
    for (const { name, jsDoc } of publicMembersOf(symbol)) known.set(`${symbol.name}.${name}`, jsDoc !== undefined);
  }
  const missing = [...known.keys()].filter((name) => !known.get(name));
  return { share: 1 - missing.length / known.size, missing };
}

import { path, ROOT } from "../support/paths.ts";
import { type Declaration, type EntryPoint, publicMembersOf } from "./docs.ts";
import { renderMember, renderParams, renderType, renderTypeParams } from "./render_type.ts";

/** Where the report is kept. */
export const REPORT = path("tests/project/api.txt");

const HEAD = "The public API, made by `deno task api` from `deno doc`: a line for each symbol and each member.\n";

/** The public API as text. What several entry points export stands under the first of them. */
export function report(entryPoints: readonly EntryPoint[]): string {
  const known = new Map<string, string>();
  const sections = entryPoints.map(({ name, symbols }) => {
    const lines = symbols.flatMap((symbol) => {
      const { filename, line } = symbol.location;
      const place = `${filename.slice(ROOT.href.length)}:${line}`;
      const first = known.get(place);
      if (first !== undefined) return [`${symbol.name} as in '${first}'`];
      known.set(place, name);
      return [renderSymbol(symbol), ...publicMembersOf(symbol).map((it) => `  ${renderMember(it)}${defaultOf(it)}`)];
    });
    return `\n${name}\n\n${lines.join("\n")}\n`;
  });
  return HEAD + sections.join("");
}

function renderSymbol(symbol: Declaration): string {
  const { kind, name, typeParams, tsType } = symbol;
  switch (kind) {
    case "function":
      return `function ${name}${renderParams(symbol)}: ${renderType(symbol.returnType)}`;
    case "variable":
      return `const ${name}: ${renderType(tsType)}`;
    case "typeAlias":
      return `type ${name}${renderTypeParams(typeParams)} = ${renderType(tsType)}`;
    case "interface":
    case "class":
      return `${kind} ${name}${renderTypeParams(typeParams)}${heritageOf(symbol)}`;
    default:
      throw new Error(`Cannot render a symbol: 'kind' must be known: current value is ${kind}`);
  }
}

function heritageOf({ extends: parents = [] }: Declaration): string {
  const names = typeof parents === "string" ? [parents] : parents.map(renderType);
  return names.length === 0 ? "" : ` extends ${names.join(", ")}`;
}

/** What is promised for an option that is not given is part of the API too. */
function defaultOf({ jsDoc: { doc = "", tags = [] } = {} }: Declaration): string {
  const tag = tags.find(({ kind }) => kind === "default");
  // On the line of the text before it, it is no tag to Deno.
  const inText = /(?<=@default )[^]*$/.exec(doc)?.[0].replace(/^\{([^]*)\}$/, "$1");
  const text = (tag?.value ?? tag?.doc ?? inText)?.replaceAll(/\s+/g, " ").trim();
  return text === undefined ? "" : ` // ${text}`;
}

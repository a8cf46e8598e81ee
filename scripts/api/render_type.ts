/** A type as `deno doc --json` gives it: what is in `value` depends on `kind`. */
export interface Type {
  readonly kind: string;
  readonly repr?: string;
  // deno-lint-ignore no-explicit-any -- it is some thirty shapes, of which each renderer below knows its own
  readonly value?: any;
}

/** A parameter, by its pattern. */
export interface Param {
  readonly kind: string;
  readonly name?: string;
  readonly optional?: boolean;
  readonly tsType?: Type;
  readonly left?: Param;
  readonly arg?: Param;
}

/** A parameter of a generic type. */
export interface TypeParam {
  readonly name: string;
  readonly constraint?: Type;
  readonly default?: Type;
}

/** Whatever has a type: variables, functions, members. */
export interface Typed {
  readonly name?: string;
  readonly kind?: string;
  readonly optional?: boolean;
  readonly readonly?: boolean;
  readonly isStatic?: boolean;
  readonly tsType?: Type;
  readonly params?: readonly Param[];
  readonly returnType?: Type;
  readonly typeParams?: readonly TypeParam[];
  readonly extends?: string | readonly Type[];
  readonly functionDef?: Typed;
}

/** A class, an interface or a literal type. */
export interface TypeWithMembers<Member> {
  readonly constructors?: readonly Member[];
  readonly properties?: readonly Member[];
  readonly methods?: readonly Member[];
  readonly callSignatures?: readonly Member[];
  readonly indexSignatures?: readonly Member[];
}

const RENDERERS: Readonly<Record<string, (type: Type) => string>> = {
  array: ({ value }) => `${renderType(value)}[]`,
  conditional: ({ value }) => {
    const { checkType, extendsType, trueType, falseType } = value;
    const condition = `${renderType(checkType)} extends ${renderType(extendsType)}`;
    return `${condition} ? ${renderType(trueType)} : ${renderType(falseType)}`;
  },
  fnOrConstructor: ({ value }) => {
    return `${value.constructor ? "new " : ""}${renderParams(value)} => ${renderType(value.tsType)}`;
  },
  importType: ({ value }) => {
    return `import("${value.specifier}").${value.qualifier ?? ""}${renderArguments(value.typeParams)}`;
  },
  indexedAccess: ({ value }) => `${renderType(value.objType)}[${renderType(value.indexType)}]`,
  infer: ({ value }) => `infer ${renderTypeParam(value.typeParam)}`,
  intersection: ({ value }) => value.map(renderType).join(" & "),
  keyword: ({ value }) => value,
  literal: ({ repr, value }) => {
    if (value.kind === "string") return JSON.stringify(value.string);
    return value.kind === "template" ? renderTemplate(value.tsTypes) : repr!;
  },
  mapped: ({ value }) => {
    const { readonly, optional, nameType, typeParam, tsType } = value;
    const key = `${typeParam.name} in ${renderType(typeParam.constraint)}${
      nameType ? ` as ${renderType(nameType)}` : ""
    }`;
    const modifier = (sign: boolean | string | undefined, text: string) =>
      sign === undefined ? "" : sign === true ? text : `${sign}${text}`;
    return `{ ${modifier(readonly, "readonly ")}[${key}]${modifier(optional, "?")}: ${renderType(tsType)} }`;
  },
  optional: ({ value }) => `${renderType(value)}?`,
  parenthesized: ({ value }) => `(${renderType(value)})`,
  rest: ({ value }) => `...${renderType(value)}`,
  this: () => "this",
  tuple: ({ value }) => `[${value.map(renderType).join(", ")}]`,
  typeLiteral: ({ value }) => {
    const members = membersOf(value);
    return members.length === 0 ? "{}" : `{ ${members.map(renderMember).join("; ")} }`;
  },
  typeOperator: ({ value }) => `${value.operator} ${renderType(value.tsType)}`,
  typePredicate: ({ value }) => {
    const subject = value.param.type === "this" ? "this" : value.param.name;
    return `${value.asserts ? "asserts " : ""}${subject}${value.type ? ` is ${renderType(value.type)}` : ""}`;
  },
  typeQuery: ({ value }) => `typeof ${value}`,
  typeRef: ({ value }) => value.typeName + renderArguments(value.typeParams),
  union: ({ value }) => value.map(renderType).join(" | "),
};

/** A type on one line. */
export function renderType(type: Type | undefined): string {
  if (type === undefined) return "unknown";
  const render = RENDERERS[type.kind];
  if (render === undefined) {
    throw new Error(`Cannot render a type: 'kind' must be known: current value is ${type.kind}`);
  }
  return render(type);
}

function renderTemplate(parts: readonly Type[]): string {
  const shown = parts.map((part) => {
    return part.kind === "literal" && part.value.kind === "string" ? part.value.string : `\${${renderType(part)}}`;
  });
  return `\`${shown.join("")}\``;
}

/** The members of a class, an interface or a literal type, each with a `kind`. */
export function membersOf<Member extends Typed>(type: TypeWithMembers<Member>): Member[] {
  const { constructors = [], properties = [], methods = [], callSignatures = [], indexSignatures = [] } = type;
  return [
    ...constructors.map((it) => ({ ...it, kind: "new" })),
    ...callSignatures,
    ...indexSignatures.map((it) => ({ ...it, kind: "index" })),
    ...properties,
    ...methods,
  ];
}

/** A member on one line. */
export function renderMember({ functionDef, ...member }: Typed): string {
  const { name = "", kind, optional, readonly, isStatic, tsType, params } = { ...functionDef, ...member };
  const { typeParams, returnType = tsType } = { ...functionDef, ...member };
  const before = `${isStatic ? "static " : ""}${readonly ? "readonly " : ""}${KEYWORDS[kind ?? ""] ?? ""}`;
  const shown = kind === "new" ? "" : /^[\w$]*$|^\[.*\]$/.test(name) ? name : JSON.stringify(name);
  const mark = optional ? "?" : "";
  if (kind === "index") return `${before}[${params!.map(renderParam).join()}]: ${renderType(tsType)}`;
  if (params === undefined) return `${before}${shown}${mark}: ${renderType(tsType)}`;
  const answer = returnType ? `: ${renderType(returnType)}` : "";
  return `${before}${shown}${mark}${renderParams({ params, ...(typeParams && { typeParams }) })}${answer}`;
}

const KEYWORDS: Readonly<Record<string, string>> = { new: "new ", getter: "get ", setter: "set " };

/** The parameters of a function, with those of its types. */
export function renderParams({ typeParams, params = [] }: Typed): string {
  return `${renderTypeParams(typeParams)}(${params.map(renderParam).join(", ")})`;
}

/** The parameters of a generic type, or nothing. */
export function renderTypeParams(typeParams: readonly TypeParam[] = []): string {
  return typeParams.length === 0 ? "" : `<${typeParams.map(renderTypeParam).join(", ")}>`;
}

function renderTypeParam({ name, constraint, default: otherwise }: TypeParam): string {
  const limit = constraint ? ` extends ${renderType(constraint)}` : "";
  return `${name}${limit}${otherwise ? ` = ${renderType(otherwise)}` : ""}`;
}

function renderParam(param: Param): string {
  if (param.kind === "assign") return renderParam({ ...param.left!, optional: true });
  if (param.kind === "rest") return `...${renderParam({ tsType: param.tsType!, ...param.arg! })}`;
  // How a parameter is taken apart is nobody else's business.
  return `${param.name ?? "_"}${param.optional ? "?" : ""}: ${renderType(param.tsType)}`;
}

function renderArguments(types: readonly Type[] | undefined): string {
  return types === undefined ? "" : `<${types.map(renderType).join(", ")}>`;
}

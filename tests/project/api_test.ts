import { assert, assertEquals } from "@std/assert";
import { docs, documented } from "../../scripts/api/docs.ts";
import { REPORT, report } from "../../scripts/api/report.ts";

/** The share of symbols and members that have to be documented. */
const DOCUMENTED = 0.95;

Deno.test("the public API is as api.txt says", async () => {
  const [written, current] = [await Deno.readTextFile(REPORT), report(await docs())].map((text) => text.split("\n"));
  const removed = written!.filter((line) => !current!.includes(line)).map((line) => `- ${line}`);
  const added = current!.filter((line) => !written!.includes(line)).map((line) => `+ ${line}`);
  const diff = [...removed, ...added].join("\n") || "the order of the lines";
  assert(
    written!.join("\n") === current!.join("\n"),
    `The public API differs from api.txt:\n${diff}\nIf that is meant, write it down with: deno task api`,
  );
});

Deno.test("every entry point has module docs", async () => {
  for (const { name, moduleDoc } of await docs()) {
    assert(moduleDoc?.doc !== undefined && moduleDoc.doc.length > 0, `'${name}' has no module docs`);
  }
});

Deno.test("over 95 % of the public symbols and members have docs", async () => {
  const { share, missing } = documented(await docs());
  assert(share > DOCUMENTED, `${(share * 100).toFixed(1)} % are documented; these are not: ${missing.join(", ")}`);
});

Deno.test("report() writes each kind of member and type on one line", () => {
  const location = { filename: "", line: 1 };
  const keyword = (value: string) => ({ kind: "keyword", value });
  const param = { kind: "identifier", name: "it", tsType: keyword("string") };
  const text = report([{
    name: ".",
    moduleDoc: undefined,
    symbols: [{
      name: "Shape",
      kind: "interface",
      location,
      constructors: [{ name: "", kind: "", location, params: [param], returnType: keyword("object") }],
      callSignatures: [{ name: "", kind: "", location, params: [param], tsType: keyword("number") }],
      indexSignatures: [{ name: "", kind: "", location, params: [param], tsType: keyword("unknown") }],
      properties: [{
        name: "a-b",
        kind: "",
        location,
        optional: true,
        tsType: { kind: "array", value: keyword("string") },
        jsDoc: { doc: "Some text. @default {[1,\n2]}" },
      }],
      methods: [
        {
          name: "[Symbol.dispose]",
          kind: "method",
          location,
          functionDef: { params: [], returnType: keyword("void") },
        },
        { name: "secret", kind: "method", location, accessibility: "private", params: [] },
      ],
    }],
  }]);
  assertEquals(
    text.split("\n").slice(3).join("\n"),
    `
interface Shape
  new (it: string): object
  (it: string): number
  [it: string]: unknown
  "a-b"?: string[] // [1, 2]
  [Symbol.dispose](): void
`.trimStart().replace(/^/, "\n"),
  );
});

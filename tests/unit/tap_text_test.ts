import fc from "fast-check";
import { createParser } from "eventsource-parser";
import { assertEquals } from "@std/assert";
import { createTap } from "../../src/_tap.ts";
import { bytes, cut, DAMAGE, damaged, eventsIn, everyCut, joined, type SeenEvent, SHARES } from "../support/tapped.ts";

const RUNS = 1000;

/** The events that eventsource-parser reads, the last one even if no blank line ends it. */
function eventsOfLibrary(whole: Uint8Array): SeenEvent[] {
  // A character that the end of the stream has cut off is none.
  const text = new TextDecoder().decode(whole, { stream: true });
  const seen: SeenEvent[] = [];
  const parser = createParser({ onEvent: ({ data, event }) => seen.push({ data, type: event }) });
  // The library waits for what follows a CR, though the line ends there.
  parser.feed(text + (text.endsWith("\r") ? "\n" : ""));
  const complete = seen.length;
  parser.feed("\n\n");
  const events = seen.map(({ data, type }) => ({ data: parsed(data as string), type }));
  return events.filter(({ data }, index) => index < complete || typeof data !== "string" || !data.includes("{"));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const LINES = fc.oneof(
  fc.constantFrom("", "", "data", "data:", "data: ", "data:x", "data:  x", "data: [DONE]", "database: 1", " data: x"),
  fc.constantFrom(
    "event: e",
    "event:e",
    "event: ",
    "event",
    "id: 7",
    "retry: 10",
    ": comment",
    ":",
    "other: 1",
    "\uFEFFdata: x",
  ),
  fc.constantFrom('data: {"n":1}', 'data: {"text":"ä€😀\u2028"}', 'data: {"cut":', "data: 1}", "data: \0", "datä: €"),
  fc.string({ unit: "binary" }).map((text) => `data: ${text.replaceAll(/[\r\n]/g, "")}`),
);
const LINE_END = fc.constantFrom("\n", "\r\n", "\r");

/** Server-sent events of all kinds, well formed for the most part. */
const SSE = fc.record({
  bom: fc.constantFrom("", "\uFEFF"),
  lines: fc.array(fc.tuple(LINES, fc.oneof({ weight: 4, arbitrary: fc.constant("\n") }, LINE_END)), { maxLength: 20 }),
  damage: DAMAGE,
}).map(({ bom, lines, damage }) => damaged(bytes(bom + lines.flat().join("")), damage))
  // No JSON outside of events, for that is another test's; no second byte order mark, which the library takes off as well.
  .filter((whole) => !/^(\uFEFF|ï»¿)|(^|[\r\n])\s*[{},[]/.test(new TextDecoder().decode(whole)));

Deno.test("createTap() reads the same server-sent events as eventsource-parser, wherever they are cut", () => {
  fc.assert(
    fc.property(SSE, SHARES, (whole, shares) => {
      assertEquals(eventsIn("sse", cut(whole, shares)), eventsOfLibrary(whole));
    }),
    { numRuns: RUNS },
  );
});

Deno.test("createTap() reads server-sent events cut at every byte", () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    const lines = [
      "\uFEFFevent: start",
      'data: {"text":"ä€😀"}',
      "",
      ": ping",
      "",
      "data: a",
      "data",
      "data:b",
      "",
      "data: [DONE]",
    ];
    const whole = bytes(lines.join(end));
    const expected = [
      { data: { text: "ä€😀" }, type: "start" },
      { data: "a\n\nb", type: undefined },
      { data: "[DONE]", type: undefined },
    ];
    for (const chunks of everyCut(whole)) assertEquals(eventsIn("sse", chunks), expected);
  }
});

Deno.test("createTap() reads nothing of a server-sent event that is too long, nor its end", () => {
  const long = bytes(`data: ${"lorem ipsum ".repeat(120_000)}\ndata: a`);
  const rest = bytes("\ndata: b\n\ndata: c\n\n");
  assertEquals(eventsIn("sse", [long, rest]), [{ data: "c", type: undefined }]);
});

Deno.test("createTap() drops an event that the end of the stream has cut off in its JSON", () => {
  assertEquals(eventsIn("sse", [bytes('event: error\ndata: {"message":"ove')]), []);
  assertEquals(eventsIn("ndjson", [bytes('{"a":1}\n{"error":"ove')]), [{ data: { a: 1 }, type: undefined }]);
});

const OBJECTS = [{ a: [{ b: "}\n,{" }] }, { c: { d: "\\" } }, { e: "ä" }];

Deno.test("createTap() reads JSON in place of server-sent events: arrays in any layout, and errors", () => {
  const compact = OBJECTS.map((object) => JSON.stringify(object));
  const layouts = [
    JSON.stringify(OBJECTS),
    JSON.stringify(OBJECTS, null, 2),
    `[${compact.join(",\n")}]`,
    `\uFEFF \r\n[\n${compact.join(",\n")}\n]`,
    compact.join(""),
    `[${OBJECTS.map((object) => JSON.stringify(object)).join("\n,\n")}\n]`,
    `[${OBJECTS.map((object) => JSON.stringify(object)).join("\n,\r\n")}]\n`,
    `[${OBJECTS.map((object) => JSON.stringify(object, null, 2)).join("\n,\r\n")}\n]\n`,
    `[${OBJECTS.map((object) => JSON.stringify(object, null, 2)).join(",\r\n").replaceAll("\n", "\r\n")}\r\n]`,
    OBJECTS.map((object) => JSON.stringify(object, null, 2)).join("\n"),
    OBJECTS.map((object) => `data: ${JSON.stringify(object)}\n\n`).slice(0, 2).join("") +
    JSON.stringify(OBJECTS[2], null, 2),
  ];
  for (const layout of layouts) {
    for (const chunks of everyCut(bytes(layout))) {
      assertEquals(eventsIn("sse", chunks), OBJECTS.map((data) => ({ data, type: undefined })), layout);
    }
  }
});

Deno.test("createTap() tells each object of an array as soon as it ends", () => {
  for (const layout of [JSON.stringify(OBJECTS), JSON.stringify(OBJECTS, null, 2)]) {
    const tap = createTap({ framing: "sse", telling: /./, describeEvent: (data) => ({ model: JSON.stringify(data) }) });
    const seen = Array.from(bytes(layout), (byte, at) => [at, tap.push(Uint8Array.of(byte)).model] as const);
    const told = seen.filter(([, model]) => model !== undefined);
    assertEquals(told.map(([, model]) => model), OBJECTS.map((object) => JSON.stringify(object)));
    for (const [at] of told) assertEquals(bytes(layout)[at], bytes("}")[0]);
  }
});

Deno.test("createTap() reads the same of an array, wherever it is cut and whatever became of it", () => {
  const objects = fc.array(fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue()), { maxLength: 6 });
  fc.assert(
    fc.property(objects, fc.nat(2), DAMAGE, SHARES, (objects, indent, damage, shares) => {
      const whole = bytes(JSON.stringify(objects, null, indent));
      assertEquals(eventsIn("sse", cut(whole, shares)).map(({ data }) => data), JSON.parse(JSON.stringify(objects)));
      const spoilt = damaged(whole, damage);
      assertEquals(eventsIn("sse", cut(spoilt, shares)), eventsIn("sse", [spoilt]));
    }),
    { numRuns: RUNS },
  );
});

Deno.test("createTap() reads an array of any size to its end, and keeps no more of an object than of an event", () => {
  const image = "lorem ipsum ".repeat(60_000);
  const objects = [...Array(6).fill({ image }), { image: image + image }, { tells: "end" }];
  const chunks = cut(bytes(JSON.stringify(objects)), Array.from({ length: 300 }, (_, index) => index / 300));
  const read: unknown[] = [];
  const tap = createTap({
    framing: "sse",
    telling: /tells/,
    describeEvent(data) {
      read.push(data);
      return {};
    },
  });
  for (const chunk of chunks) tap.push(chunk);
  assertEquals(read, [objects[0], { tells: "end" }]);
});

const NDJSON_LINE = fc.oneof(
  fc.json().map((text) => text),
  fc.constantFrom("", " ", "no JSON", '{"cut":', '{"text":"ä€😀\u2028"}', '\t{"a":1} '),
);

Deno.test("createTap() reads the lines of NDJSON, wherever they are cut", () => {
  const lines = fc.array(fc.tuple(NDJSON_LINE, fc.constantFrom("\n", "\r\n")), { maxLength: 12 });
  fc.assert(
    fc.property(lines, DAMAGE, SHARES, (lines, damage, shares) => {
      const whole = joined(damaged(bytes(lines.flat().join("")), damage), bytes("\n"));
      const texts = new TextDecoder().decode(whole).split("\n").map((line) => line.trim()).filter((line) => line);
      assertEquals(
        eventsIn("ndjson", cut(whole, shares)),
        texts.map((line) => ({ data: parsed(line), type: undefined })),
      );
    }),
    { numRuns: RUNS },
  );
});

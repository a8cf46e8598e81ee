import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import { mergeDescription } from "../../src/_merge_description.ts";
import { createTap } from "../../src/_tap.ts";
import type { ChunkDescription } from "../../src/provider.ts";
import { eventStreamMessage } from "../support/event_stream_message.ts";
import { bytes, cut, DAMAGE, damaged, joined, said, SHARES, smallFormat, summaryOf } from "../support/tapped.ts";

const RUNS = 500;
const MIB = 2 ** 20;

type Said = Readonly<Record<string, unknown>>;

/** Streams of one framing, made of events of {@linkcode smallFormat}. */
const WRITERS = {
  sse: (events: readonly Said[]) => bytes(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")),
  ndjson: (events: readonly Said[]) => bytes(events.map((event) => `${JSON.stringify(event)}\n`).join("")),
  "event-stream": (events: readonly Said[]) =>
    joined(...events.map((event) => eventStreamMessage({ ":event-type": "e" }, JSON.stringify(event)))),
};
const FRAMINGS = Object.keys(WRITERS) as (keyof typeof WRITERS)[];

const EVENT: fc.Arbitrary<Said> = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "grapheme" }).map((text) => ({ text })) },
  { weight: 2, arbitrary: fc.constant({}) },
  fc.nat().map((inputTokens) => ({ usage: { inputTokens }, tells: "usage" })),
  fc.nat().map((outputTokens) => ({ usage: { outputTokens }, tells: "usage" })),
  fc.constantFrom("stop", "tool_calls").map((stopReason) => ({ stopReason, tells: "stop" })),
  fc.nat().map((error) => ({ error, tells: "error" })),
  fc.constant({ tells: "end" }),
);
const EVENTS = fc.array(EVENT, { maxLength: 20 });
/** Cuts into chunks of these sizes, taken in turn. */
function* inChunks(whole: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < whole.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    yield whole.slice(at, at + size);
    at += size;
  }
}

/** Hands chunks out that are used for something else as soon as they have been read. */
function* usedAgain(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const chunk of chunks) {
    yield chunk;
    chunk.fill(0xff);
  }
}

/** What an end says that nothing comes before. */
const NO_END = { isTerminal: false };

for (const framing of FRAMINGS) {
  Deno.test(`createTap() says the same of a stream in ${framing}, wherever it is cut`, () => {
    fc.assert(
      fc.property(EVENTS, DAMAGE, SHARES, (events, damage, shares) => {
        const whole = damaged(WRITERS[framing](events), damage);
        const atOnce = smallFormat(framing);
        const inPieces = smallFormat(framing);
        const expected = summaryOf(createTap(atOnce), [whole]);
        assertEquals(summaryOf(createTap(inPieces), cut(whole, shares)), expected);
        assertEquals(inPieces.described, atOnce.described);
      }),
      { numRuns: RUNS },
    );
  });

  Deno.test(`createTap() reads of ${framing} all up to the first content, and then only what tells more`, () => {
    fc.assert(
      fc.property(EVENTS, SHARES, (events, shares) => {
        const format = smallFormat(framing);
        const summary = summaryOf(createTap(format), cut(WRITERS[framing](events), shares));
        const first = events.findIndex((event) => "text" in event);
        const read = events.filter((event, index) => first < 0 || index <= first || "tells" in event);
        assertEquals(format.described, read);
        const { describeEvent } = smallFormat(framing);
        const isEmpty = (at: number) =>
          (first < 0 || at < first) && !read.slice(0, at).some((it) => "stopReason" in it);
        const descriptions = read.map((event, at) => ({ ...describeEvent(event), ...isEmpty(at) && NO_END }));
        assertEquals(summary, said(descriptions.reduce(mergeDescription, { isContent: false })));
      }),
      { numRuns: RUNS },
    );
  });

  Deno.test(`createTap() says of each chunk of ${framing} whether content ends in it`, () => {
    const [start, text, more, end] = [{}, { text: "a" }, { text: "b" }, { tells: "end" }].map((event) =>
      WRITERS[framing]([event])
    );
    const tap = createTap(smallFormat(framing));
    assertEquals(said(tap.push(start)), { isTerminal: false, isContent: false });
    assertEquals(tap.push(text!.slice(0, 9)), { isContent: false });
    assertEquals(said(tap.push(text!.slice(9))), { isTerminal: false, isContent: true });
    assertEquals(tap.push(more), {});
    assertEquals(said(tap.push(end)), { isTerminal: true, isContent: false });
    assertEquals(tap.end(), {});
  });

  Deno.test(`createTap() passes over an endless event of ${framing} as content, and finds the next one`, () => {
    const format = smallFormat(framing);
    const tap = createTap(format);
    const whole = WRITERS[framing]([{ text: "lorem ipsum ".repeat(MIB / 4) }, {
      usage: { inputTokens: 7 },
      tells: "usage",
    }]);
    const chunks = cut(whole, Array.from({ length: 200 }, (_, index) => index / 200));
    const descriptions = chunks.map((chunk) => tap.push(chunk));
    assertEquals(descriptions[1], framing === "event-stream" ? { isContent: true } : { isContent: false });
    assert(descriptions.findIndex(({ isContent }) => isContent) < 140);
    assertEquals(format.described, [{ usage: { inputTokens: 7 }, tells: "usage" }]);
    assertEquals(descriptions.at(-1)!.usage, { inputTokens: 7 });
  });

  Deno.test(`createTap() reads what comes last of a stream in ${framing} beyond all answers`, () => {
    const format = smallFormat(framing);
    const tap = createTap(format);
    const event = { text: "lorem ipsum ".repeat(1000) };
    const whole = WRITERS[framing]([...Array(1500).fill(event), { usage: { inputTokens: 7 }, tells: "usage" }]);
    assert(whole.length > 16 * MIB, `only ${whole.length} bytes`);
    const descriptions = cut(whole, Array.from({ length: 2000 }, (_, index) => index / 2000)).map((it) => tap.push(it));
    const { usage } = [...descriptions, tap.end()].findLast((it) => it.usage)!;
    assertEquals(usage, { inputTokens: 7 });
  });

  Deno.test(`createTap() reads a last event of ${framing} that is larger than what is kept, wherever it starts`, () => {
    const image = framing === "event-stream" ? "" : "iVBORw0KGgo+/=_-".repeat(MIB / 8);
    const last = WRITERS[framing]([{ image, tells: "end" }, { usage: { inputTokens: 7 }, tells: "usage" }]);
    for (const before of [0, 1.5, 3]) {
      const events = Array(Math.ceil(before * MIB / 1000)).fill({ text: "x".repeat(1000) });
      const whole = joined(WRITERS[framing]([{ text: "a" }, ...events]), last);
      for (const size of [5000, MIB]) {
        const chunks = cut(whole, Array.from({ length: whole.length / size + 1 }, (_, at) => at * size / whole.length));
        const { describeEvent, ...format } = smallFormat(framing);
        const tap = createTap({ ...format, describeEvent: (data) => describeEvent(Object(data) === data ? data : {}) });
        const { isTerminal, usage } = summaryOf(tap, chunks);
        assertEquals([isTerminal, usage], [true, { inputTokens: 7 }], `${before} ${size}`);
      }
    }
  });

  Deno.test(`createTap() reads the end of a long stream in ${framing}, and no half event, however it is cut`, () => {
    const beginning = WRITERS[framing]([{ text: "a" }, ...Array(1100).fill({ text: "x".repeat(1000) })]);
    const length = fc.constantFrom(5, 300, 3000, 9000, 20_000, 60_000);
    const event = fc.record({
      tells: fc.constantFrom("it", undefined),
      text: length.map((length) => "é".repeat(length / 2)),
      word: fc.constantFrom("tells", undefined),
    });
    const stream = fc.tuple(fc.array(event, { maxLength: 30 }), length, fc.nat(10));
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 500, max: 70_000 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(stream, sizes, ([events, padding, behind], sizes) => {
        const usage = { usage: { outputTokens: 3 }, padding: "x".repeat(padding), tells: "usage" };
        const written = [...events, usage, ...Array(behind).fill({ text: "y".repeat(500) }), { tells: "end" }];
        const end = WRITERS[framing](written);
        const format = smallFormat(framing);
        const tap = createTap(format);
        tap.push(beginning.slice());
        const { isTerminal, usage: told } = summaryOf(tap, usedAgain(inChunks(end, sizes)));
        assertEquals([isTerminal, told], [true, usage.usage]);
        const known = new Set(written.map((event) => JSON.stringify(event)));
        for (const event of format.described.slice(1)) assert(known.has(JSON.stringify(event)), "a half event is read");
      }),
      { numRuns: RUNS },
    );
  });

  Deno.test(`createTap() never throws, whatever stands in ${framing} and whatever describeEvent does`, () => {
    const describing = [
      () => {
        throw new Error("describeEvent");
      },
      () => undefined as never,
      () => ({
        get isContent(): boolean {
          throw new Error("isContent");
        },
      }),
    ];
    const anything = fc.oneof(fc.uint8Array({ size: "medium" }), fc.string(), fc.anything());
    fc.assert(
      fc.property(fc.array(anything), fc.nat(describing.length - 1), (chunks, which) => {
        const tap = createTap({ framing, telling: /./, describeEvent: describing[which]! });
        for (const chunk of chunks) assertEquals(typeof tap.push(chunk), "object");
        assertEquals(typeof tap.end(), "object");
      }),
      { numRuns: RUNS },
    );
    const tap = createTap({ framing, telling: /./, describeEvent: describing[0]! });
    assertEquals(tap.push(WRITERS[framing]([{ text: "a" }])), { isContent: true });
    assertEquals(createTap(smallFormat(framing)).push(2 ** 32), { isContent: true });
  });
}

Deno.test("createTap() takes text, buffers and views for bytes", () => {
  const whole = WRITERS.sse([{ text: "ä" }]);
  const padded = joined(bytes("xx"), whole, bytes("xx"));
  const chunks = [whole.buffer, new DataView(padded.buffer, 2, whole.length), 'data: {"text":"ä"}\n\n'];
  for (const chunk of chunks) {
    assertEquals(said(createTap(smallFormat("sse")).push(chunk)), { isTerminal: false, isContent: true });
  }
});

Deno.test("createTap() leaves chunks and their buffers as they are", () => {
  for (const framing of FRAMINGS) {
    const whole = WRITERS[framing]([{ text: "a" }, { tells: "end" }]);
    const before = whole.slice();
    const tap = createTap(smallFormat(framing));
    for (let at = 0; at < whole.length; at += 5) tap.push(whole.subarray(at, at + 5));
    assertEquals(whole, before);
  }
});

Deno.test("createTap() keeps nothing of a chunk's buffer, which may be used again", () => {
  for (const framing of FRAMINGS) {
    const format = smallFormat(framing);
    const tap = createTap(format);
    const buffer = new Uint8Array(7);
    const whole = WRITERS[framing]([{ text: "a" }, { tells: "end" }]);
    for (let at = 0; at < whole.length; at += buffer.length) {
      const part = whole.subarray(at, at + buffer.length);
      buffer.set(part);
      tap.push(buffer.subarray(0, part.length));
      buffer.fill(0xff);
    }
    assertEquals(format.described, [{ text: "a" }, { tells: "end" }]);
  }
});

Deno.test("createTap() reads what stands beside an image of any size in the same event", () => {
  const base64 = "iVBORw0KGgo+/=_-".repeat(MIB / 8);
  const escapes = ["", "\\", "\n", '"', "\u0001", "\u0001ab", "é", "\uD800"];
  for (const framing of ["sse", "ndjson"] as const) {
    for (const before of escapes) {
      const usage = { inputTokens: 7 };
      const whole = WRITERS[framing]([{
        image: before + base64 + before,
        tells: "usage",
        usage,
        numbers: [1e20, -1.5],
      }]);
      const format = smallFormat(framing);
      const chunks = cut(whole, Array.from({ length: 130 }, (_, index) => index / 130));
      assertEquals(summaryOf(createTap(format), chunks).usage, usage, before);
      assertEquals((format.described[0] as { numbers: number[] }).numbers, [1e20, -1.5]);
    }
  }
});

Deno.test("mergeDescription() keeps content, the first error and the end, and else takes what came later", () => {
  const cases: [ChunkDescription, ChunkDescription, ChunkDescription][] = [
    [{ isContent: false }, { isContent: false }, { isContent: false }],
    [{ isContent: false }, {}, { isContent: true }],
    [{ isContent: true }, { isContent: false }, { isContent: true }],
    [{ isContent: false, isTerminal: true }, { isContent: false, isTerminal: false }, {
      isContent: false,
      isTerminal: true,
    }],
    [{ isContent: false, isTerminal: false }, { isContent: false }, { isContent: false, isTerminal: false }],
    [{ isContent: false }, { isContent: false, isTerminal: false }, { isContent: false, isTerminal: false }],
    [{ isContent: false, error: 1 }, { isContent: false, error: 2 }, { isContent: false, error: 1 }],
    [
      { isContent: false, model: "a", id: "1", usage: { inputTokens: 1, outputTokens: 2 } },
      { isContent: false, model: "b", id: undefined, usage: { inputTokens: undefined, outputTokens: 3 } },
      { isContent: false, model: "b", id: "1", usage: { inputTokens: 1, outputTokens: 3 } },
    ],
  ];
  for (const [earlier, later, both] of cases) assertEquals(said(mergeDescription(earlier, later)), said(both));
});

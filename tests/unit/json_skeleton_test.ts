import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import { skeleton } from "../../src/_json_skeleton.ts";

const RUNS = 500;
const LONG = 256;

/** Long enough that what is beside it is cut. */
const IMAGE = "iVBORw0KGgo=".repeat(20_000);

/** The value, with `...` for strings that are too long in JSON. */
function cutShort(value: unknown): unknown {
  if (typeof value === "string") return JSON.stringify(value).length > LONG + 1 ? "..." : value;
  if (Array.isArray(value)) return value.map(cutShort);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, value]) => [cutShort(key), cutShort(value)]));
}

/** Compares text, so that a failure does not print the image. What has many strings may be whole. */
function isSkeletonOf(read: unknown, text: string): boolean {
  const whole = JSON.parse(text);
  return [cutShort(whole), whole].some((expected) => JSON.stringify(read) === JSON.stringify(expected));
}

const TEXT = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(fc.constantFrom("\\", '"', "a", "\n", "\u2028", "😀", "\\\\", '\\"', "[{"), { maxLength: 12 }).map((it) =>
    it.join("")
  ),
  fc.tuple(fc.constantFrom("\\", '"', "a", "é", "\0"), fc.integer({ min: 100, max: 300 })).map(([it, n]) =>
    it.repeat(n)
  ),
);
const VALUE = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    TEXT,
    fc.constantFrom(null, true, 0, -1.5e300),
    fc.array(tie("value"), { maxLength: 6 }),
    fc.dictionary(TEXT, tie("value"), { maxKeys: 6, noNullPrototype: true }),
  ),
})).value;

Deno.test("skeleton() is what JSON.parse gives, without the content of long strings", () => {
  fc.assert(
    fc.property(VALUE, VALUE, fc.boolean(), (before, after, isSpaced) => {
      const whole = [before, { image: IMAGE }, after];
      const text = JSON.stringify(whole, null, isSpaced ? 2 : 0);
      assert(isSkeletonOf(skeleton(text), text));
    }),
    { numRuns: RUNS },
  );
});

Deno.test("skeleton() cuts long strings out, and nothing else", () => {
  const request = (image: string, other: string) => ({
    model: "m",
    stream: true,
    messages: [{ content: [{ text: 'He said: "\\"\n' }, { image }, { image: other }] }, { content: "Hello" }],
  });
  assertEquals(skeleton(JSON.stringify(request(IMAGE, `${IMAGE}\\"`))), request("...", "..."));
});

Deno.test("skeleton() parses text as it is if that is short, or made of many strings", () => {
  const long = "x".repeat(1000);
  assertEquals(skeleton(JSON.stringify({ long })), { long });
  const many = Array.from({ length: 20_000 }, (_, index) => `message ${index}`);
  assertEquals(skeleton(JSON.stringify([...many, long])), [...many, long]);
});

Deno.test("skeleton() is undefined for what is no JSON, and never throws", () => {
  for (
    const text of [
      "",
      " ",
      "{",
      "undefined",
      '"',
      `"${IMAGE}`,
      `{"image":"${IMAGE}"`,
      `{"image":"${IMAGE}"]`,
      `${IMAGE}`,
    ]
  ) {
    assertEquals(skeleton(text), undefined);
  }
  fc.assert(
    fc.property(VALUE, fc.nat(), fc.string({ maxLength: 2 }), (value, place, damage) => {
      const text = JSON.stringify([value, IMAGE, value]);
      const at = place % text.length;
      const broken = text.slice(0, at) + damage + text.slice(at + 1);
      const read = skeleton(broken);
      assert(!isJson(broken) || isSkeletonOf(read, broken));
    }),
    { numRuns: RUNS },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

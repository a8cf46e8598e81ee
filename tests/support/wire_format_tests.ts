import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { classifyError } from "../../mod.ts";
import type { ChunkDescription } from "../../src/provider.ts";
import type { WireFormat, WireRequest, WireResponse } from "../../src/wire/wire_format.ts";

/** A body, or an event's data, and the event's type where it stands beside the data. */
type Event = readonly [data: unknown, type?: string | undefined];

/** What a reader has to say. Of an error, how it is classified and the message in it: nothing else is asked of it. */
type Expected<Description> = Omit<Description, "error"> & {
  readonly error?: readonly [errorType: string, message?: string];
};

/** What a format is tested with. Each row becomes a test of its name. */
export interface WireRows {
  readonly paths: { readonly calls: readonly string[]; readonly others: readonly string[] };
  readonly requests: Readonly<Record<string, readonly [body: unknown, path: string, expected: Expected<WireRequest>]>>;
  readonly responses: Readonly<Record<string, readonly [body: unknown, expected: Expected<WireResponse>]>>;
  /**
   * Whole streams. One letter for each event says what it is: `c`ontent, the end (`t`), `b`oth, or neither (`-`). What is
   * expected is what all events say together, the later ones outweighing the earlier ones.
   */
  readonly streams: Readonly<
    Record<string, readonly [events: readonly Event[], marks: string, expected: Expected<WireResponse>]>
  >;
  readonly events: Readonly<
    Record<string, readonly [data: unknown, expected: Expected<ChunkDescription>, type?: string]>
  >;
  /** What stands in content that is remembered for the end. */
  readonly remembered?: RegExp;
}

/** Neither content nor the end. */
export const NEITHER = { isContent: false, isTerminal: false } as const;
/** A part of the answer. */
export const CONTENT = { isContent: true, isTerminal: false } as const;
/** The end. */
export const END = { isContent: false, isTerminal: true } as const;

/** Tests a format with its rows, and with what chance makes of them. */
export function testWireFormat(symbol: string, format: WireFormat, rows: WireRows): void {
  Deno.test(`${symbol} knows its paths`, () => {
    for (const path of rows.paths.calls) assert(format.path.test(path), path);
    for (const path of rows.paths.others) assert(!format.path.test(path), path);
  });

  for (const [name, [body, path, expected]] of Object.entries(rows.requests)) {
    Deno.test(`${symbol}.describeRequest() reads ${name}`, () => {
      assertEquals(told(format.describeRequest(body, path)), told(expected));
    });
  }
  for (const [name, [body, expected]] of Object.entries(rows.responses)) {
    Deno.test(`${symbol}.describeResponse() reads ${name}`, () => {
      assertEquals(told(format.describeResponse(body)), expected);
    });
  }
  for (const [name, [events, marks, expected]] of Object.entries(rows.streams)) {
    Deno.test(`${symbol}.describeEvent() reads ${name}`, () => {
      const describeEvent = format.describeEvents?.() ?? format.describeEvent;
      const described = events.map(([data, type]) => told(describeEvent(data, type)));
      assertEquals(described.map(mark).join(""), marks);
      const { isContent: _content, isTerminal: _terminal, ...together } = described.reduce(merge, {});
      assertEquals(together, expected);
      for (const event of events) assertTelling(format, event, rows.remembered);
    });
  }
  for (const [name, [data, expected, type]] of Object.entries(rows.events)) {
    Deno.test(`${symbol}.describeEvent() reads ${name}`, () => {
      assertEquals(told(format.describeEvent(data, type)), expected);
      assertTelling(format, [data, type], rows.remembered);
    });
  }

  const events: Event[] = [
    ...Object.values(rows.streams).flatMap(([events]) => events),
    ...Object.values(rows.events).map(([data, , type]) => [data, type] as const),
  ];
  const honest: Event[] = [
    ...[...Object.values(rows.requests), ...Object.values(rows.responses)].map(([body]) => [body] as const),
    ...events,
  ];
  const types = [...new Set(events.map(([, type]) => type)), undefined];
  const spoilt = (by: fc.Arbitrary<unknown>) =>
    fc.tuple(fc.constantFrom(...honest), fc.nat(), by).map(([[value], at, by]) => spoil(value, at, by));

  Deno.test(`${symbol} reads any value, and whatever one part of an honest one may become`, () => {
    const value = fc.oneof(
      fc.anything({ withSparseArray: true, withTypedArray: true, maxDepth: 2 }),
      spoilt(fc.anything({ maxDepth: 2 })),
    );
    fc.assert(
      fc.property(value, fc.constantFrom(...types), fc.webPath(), (value, type, path) => {
        check(format, value, type, path);
      }),
      { numRuns: 20 },
    );
  });

  Deno.test(`${symbol}.describeEvent() can always tell of JSON whether it is content`, () => {
    const value = fc.oneof(fc.jsonValue(), spoilt(fc.jsonValue()));
    fc.assert(
      fc.property(value, fc.constantFrom(...types), (value, type) => void mark(format.describeEvent(value, type))),
    );
  });

  Deno.test(`${symbol} reads values made to break it`, () => {
    const path = "/v1/%/%E0%A4%A/models/%:generateContent";
    for (const value of HOSTILE) {
      for (const type of types) check(format, value, type, path);
    }
    for (const [value, type] of honest) {
      for (const spoilt of armed(value)) check(format, spoilt, type, path);
    }
  });

  Deno.test(`${symbol} leaves what it reads as it is`, () => {
    for (const [value, type] of honest) check(format, frozen(structuredClone(value)), type, "");
  });
}

/** What is defined, all the way down, and of an error what the rows say of it. */
function told(description: object): Record<string, unknown> {
  const defined = Object.entries(description).filter(([, value]) => value !== undefined).map(([key, value]) => {
    if (key !== "error" || Array.isArray(value)) return [key, typeof value === "object" ? told(value) : value];
    const { errorType } = classifyError(value);
    const message = typeof value === "string" ? value : value.message ?? value.error?.message ?? value.error;
    return [key, typeof message === "string" ? [errorType, message] : [errorType]];
  });
  return Array.isArray(description) ? description as never : Object.fromEntries(defined);
}

function mark({ isContent, isTerminal }: ChunkDescription): string {
  assertEquals(typeof isContent + typeof isTerminal, "booleanboolean");
  return isContent ? isTerminal ? "b" : "c" : isTerminal ? "t" : "-";
}

function merge(all: Record<string, unknown>, next: Record<string, unknown>): Record<string, unknown> {
  const usage = all.usage ?? next.usage ? { usage: { ...all.usage as object, ...next.usage as object } } : {};
  return { ...all, ...next, ...usage };
}

/**
 * An event that says more than what it is, its model and its id is found by its text, however that is spaced; mere content,
 * whatever it quotes, is not, unless the format has to remember it.
 */
function assertTelling(format: WireFormat, [data, type]: Event, remembered?: RegExp): void {
  const { isContent, isTerminal, model: _model, id: _id, ...more } = told(format.describeEvent(data, type));
  const texts = typeof data === "string" ? [data] : [JSON.stringify(data), JSON.stringify(data, null, 1)];
  for (const text of texts) {
    const isTelling = isTerminal || Object.keys(more).length > 0 || remembered?.test(text ?? "");
    if (isTelling) assertMatch(text ?? "", format.telling);
    else if (isContent) assert(!format.telling.test(text ?? ""), `${text} tells nothing`);
  }
}

/** Reads `value` in every way and checks what holds whatever it is. */
function check(format: WireFormat, value: unknown, type: string | undefined, path: string): void {
  const startedAt = performance.now();
  const request = format.describeRequest(value, path);
  const response = format.describeResponse(value);
  const event = format.describeEvent(value, type);
  assert(performance.now() - startedAt < 5000, "it took long");

  assertEquals(typeof request.isStream, "boolean");
  for (const known of [request, response, event]) {
    const { error: _error, isStream: _stream, isContent, isTerminal, usage = {}, ...rest } = known as Record<
      string,
      unknown
    >;
    for (const flag of [isContent, isTerminal]) assert(flag === undefined || typeof flag === "boolean");
    for (const [key, value] of Object.entries({ ...usage as object, ...rest })) {
      if (value === undefined) continue;
      if (key === "finishReasons") {
        assert((value as unknown[]).every((reason) => typeof reason === "string" && reason), key);
        continue;
      }
      const isText = /^(model|id|stopReason)$/.test(key);
      assert(
        isText ? typeof value === "string" && value : Number.isSafeInteger(value) && value as number >= 0,
        `${key}: ${typeof value}`,
      );
    }
  }
}

/** `value` with its part number `at` replaced. */
function spoil(value: unknown, at: number, by: unknown): unknown {
  let left = at % (size(value) + 1);
  const walk = (part: unknown): unknown => {
    if (left-- === 0) return by;
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, walk(value)]));
  };
  return walk(value);
}

function size(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((all, part) => all + size(part), 1);
}

/** `value` with one part after the other replaced by what throws, and by what is of the wrong type. */
function armed(value: unknown): unknown[] {
  return Array.from({ length: size(value) }, (_, at) => HOSTILE.map((by) => spoil(value, at, by))).flat();
}

function thrower(): never {
  throw new Error("hostile");
}

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** Every property is another one of these. */
function endless(): unknown {
  return new Proxy({}, { get: (_, key) => key === Symbol.toPrimitive ? undefined : endless() });
}

function nested(depth: number): unknown {
  let value: unknown = "x";
  for (let i = 0; i < depth; i++) value = { a: value };
  return value;
}

const HOSTILE: readonly unknown[] = [
  undefined,
  null,
  0,
  -1,
  1.5,
  NaN,
  2 ** 53,
  10n,
  true,
  "",
  "x",
  Symbol("s"),
  thrower,
  [],
  [null],
  [[]],
  Array(3),
  {},
  Object.create(null),
  { length: -1 },
  revoked({}),
  revoked([]),
  endless(),
  new Proxy([], { get: (target, key) => key === "length" ? 2 ** 50 : Reflect.get(target, key) }),
  new Proxy({}, new Proxy({}, { get: () => thrower }) as ProxyHandler<object>),
  { toString: thrower, valueOf: thrower, length: { valueOf: thrower } },
  nested(20_000),
];

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
    Object.values(Object.freeze(value)).forEach(frozen);
  }
  return value;
}

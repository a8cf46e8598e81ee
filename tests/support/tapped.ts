import fc from "fast-check";
import type { ChunkDescription } from "../../src/provider.ts";
import { mergeDescription } from "../../src/_merge_description.ts";
import { createTap, type Tap, type TappedFormat } from "../../src/_tap.ts";

type Framing = TappedFormat["framing"];

/** One event, as a tap hands it to `describeEvent`, or as a library reads it. */
export interface SeenEvent {
  readonly data: unknown;
  readonly type: string | undefined;
}

/** All events that a tap finds in these chunks. */
export function eventsIn(framing: Framing, chunks: Iterable<Uint8Array>): SeenEvent[] {
  const seen: SeenEvent[] = [];
  const tap = createTap({
    framing,
    telling: /./,
    describeEvent(data, type) {
      seen.push({ data, type });
      return { isContent: false };
    },
  });
  for (const chunk of chunks) tap.push(chunk);
  tap.end();
  return seen;
}

/**
 * An API as small as can be: an event is an object of what it says, or `{ text }`. Every event that can say more than
 * content has the word `tells` in it.
 */
export function smallFormat(framing: Framing): TappedFormat & { readonly described: unknown[] } {
  const described: unknown[] = [];
  return {
    framing,
    described,
    telling: /tells/,
    describeEvent(data, type) {
      described.push(data);
      const { text, tells, ...said } = Object(data);
      const error = type === "error" ? data : said.error;
      return { ...said, isTerminal: tells === "end", isContent: text !== undefined, error };
    },
  };
}

/** What a tap says of all chunks together, by the rules for several events of one chunk. */
export function summaryOf(tap: Tap, chunks: Iterable<Uint8Array>): ChunkDescription {
  let all: ChunkDescription = { isContent: false };
  for (const chunk of chunks) all = mergeDescription(all, tap.push(chunk));
  return said(mergeDescription(all, tap.end()));
}

/** The fields that say something. */
export function said(description: ChunkDescription): ChunkDescription {
  return JSON.parse(JSON.stringify(description));
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function joined(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Cuts at these places, each given as a share of the whole. */
export function cut(whole: Uint8Array, shares: readonly number[]): Uint8Array[] {
  const places = [0, ...shares.map((share) => Math.floor(share * whole.length)).sort((a, b) => a - b), whole.length];
  return places.slice(1).map((end, index) => whole.slice(places[index], end));
}

/** Every way to cut once, and the way to cut everywhere. */
export function* everyCut(whole: Uint8Array): Generator<Uint8Array[]> {
  for (let at = 0; at <= whole.length; at++) yield [whole.slice(0, at), whole.slice(at)];
  yield Array.from(whole, (byte) => Uint8Array.of(byte));
}

/** Places to cut at, for {@linkcode cut}; at times so many that hardly a byte is left with another one. */
export const SHARES: fc.Arbitrary<number[]> = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
  maxLength: 60,
  size: "max",
});

/** A few bytes to overwrite, by place and value. */
export const DAMAGE: fc.Arbitrary<[number, number][]> = fc.array(
  fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(255)),
  { maxLength: 3 },
);

export function damaged(whole: Uint8Array, damage: readonly [share: number, byte: number][]): Uint8Array {
  const copy = whole.slice();
  for (const [share, byte] of damage) copy[Math.floor(share * copy.length)] = byte;
  return copy;
}

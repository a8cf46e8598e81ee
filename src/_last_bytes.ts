import type { Reader } from "./_tap_reader.ts";

/** So many are kept where bytes are dropped; the events that end in the second half of them are whole. */
const KEPT = 16_384;

const LF = 10;
const CR = 13;

/** The last bytes of a long stream. */
export interface LastBytes {
  /**
   * Takes the stream's next bytes. `false`, and they are not taken, where a long event is in the way: it may be the last
   * one, and has to be read from its start on.
   */
  add(bytes: Uint8Array): boolean;
  /** Hands over what is kept, to the reader of all that came before. */
  giveTo(reader: Reader): void;
}

/**
 * Keeps copies, for who reads the stream may empty a chunk or use it again; and no more than twice as many as it has to.
 *
 * @param isLine Whether a line is an event. If not, a blank line ends one.
 */
export function lastBytes(isLine: boolean): LastBytes {
  const kept = new Uint8Array(2 * KEPT);
  let length = 0;
  /** Where the line end stands before the first whole event, if there is a gap in front of it. */
  let start = -1;

  /** Where the first event ends, or -1. */
  function firstEnd(bytes: Uint8Array): number {
    let at = bytes.indexOf(LF);
    // What follows a line end and is no letter, is one more.
    while (!isLine && at >= 0 && bytes[at + 1]! > CR) at = bytes.indexOf(LF, at + 1);
    return at;
  }

  return {
    add(bytes) {
      const isLong = bytes.length > KEPT;
      if (isLong || length + bytes.length > kept.length) {
        const left = isLong ? bytes.subarray(-KEPT) : kept.subarray(length - KEPT, length);
        const end = firstEnd(left);
        if (end < 0 || end > KEPT / 2) return false;
        kept.set(left);
        start = end;
        length = KEPT;
      }
      if (!isLong) {
        kept.set(bytes, length);
        length += bytes.length;
      }
      return true;
    },
    giveTo(reader) {
      // What was begun before the gap is half an event, and says nothing.
      if (start >= 0) reader.end();
      // With the line end, for half a character may be left in front of it.
      reader.push(kept.subarray(Math.max(start, 0), length));
      start = -1;
      length = 0;
    },
  };
}

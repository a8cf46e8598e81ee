import type { SentEvent } from "./stream_point.ts";

/** How a body is divided into writes. Left out, every event of a stream is one. */
export interface PieceSpec {
  /** Offsets into the body, ascending, at which one write ends and the next begins. */
  readonly splitAt?: readonly number[];
  /** The size of every write: 1 sends single bytes, a huge one the whole body at once. */
  readonly pieceBytes?: number;
}

/** What goes out in one write. */
export interface Piece {
  readonly bytes: Uint8Array;
  /** Events that end in it. */
  readonly events: number;
}

/** Divides the events of a body into writes, pulling no event before its bytes are needed. */
export function* pieces(events: Iterable<SentEvent>, { splitAt, pieceBytes }: PieceSpec): Generator<Piece> {
  if (splitAt === undefined && pieceBytes === undefined) {
    for (const { bytes, isWhole } of events) yield { bytes, events: isWhole ? 1 : 0 };
    return;
  }
  const sizes = sizesOf(splitAt, pieceBytes);
  let size = sizes.next().value!;
  let pending = new Uint8Array();
  let ends: number[] = [];
  const take = (length: number): Piece => {
    const piece = { bytes: pending.subarray(0, length), events: ends.filter((end) => end <= length).length };
    pending = pending.subarray(length);
    ends = ends.filter((end) => end > length).map((end) => end - length);
    return piece;
  };
  for (const { bytes, isWhole } of events) {
    pending = joined([pending, bytes]);
    if (isWhole) ends.push(pending.length);
    while (pending.length >= size) {
      yield take(size);
      size = sizes.next().value!;
    }
  }
  if (pending.length > 0) yield take(pending.length);
}

/** The bytes of all parts, one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function* sizesOf(splitAt: readonly number[] = [], pieceBytes = Infinity): Generator<number, number> {
  let at = 0;
  for (const offset of splitAt) {
    if (offset > at) yield offset - at;
    at = Math.max(at, offset);
  }
  while (true) yield pieceBytes;
}

import { eventStreamReader } from "./_event_stream_tap.ts";
import { mergeDescription } from "./_merge_description.ts";
import { ndjsonReader } from "./_ndjson_tap.ts";
import { sseReader } from "./_sse_tap.ts";
import type { EventSink } from "./_tap_reader.ts";
import type { ChunkDescription } from "./provider.ts";
import type { WireFormat } from "./wire/wire_format.ts";

/**
 * Looks at the bytes of one stream as they pass by. It keeps no more of them than the event that is not over yet, or than
 * half a MiB of a stream that has become so long that it is read at its end alone.
 */
export interface Tap {
  /**
   * Reads the stream's next bytes; what are neither bytes nor text is left alone and counts as content. Never throws.
   *
   * @returns All that the events that end in this chunk say. Until the first content, a chunk in which none ends is said
   * to be no content; later on nothing is said of chunks that tell nothing but content.
   */
  push(chunk: unknown): ChunkDescription;
  /** Reads what an event that nothing has ended says, once the stream is over. Never throws. */
  end(): ChunkDescription;
}

/** What a tap has to know of a {@linkcode WireFormat}. `telling` looks at several events at once: no `^`, no `$`. */
export type TappedFormat = Pick<
  WireFormat,
  "framing" | "describeEvent" | "describeEvents" | "telling" | "goesOnWhenStopped"
>;

/** So many bytes are read as they come: longer answers are content alone, but for their beginning and their end. */
const READ_AT_ONCE = 1_048_576;
/** Of what follows, up to twice as many are kept and read at the end, where usage, stop reasons and errors stand. */
const READ_AT_END = 262_144;

const LF = 10;

const UNKNOWN: ChunkDescription = {};
const CONTENT: ChunkDescription = { isContent: true };
const NO_CONTENT: ChunkDescription = { isContent: false };

/**
 * A tap for one stream in this format. Up to the first content every event is described, later on only those in whose text
 * `format.telling` finds something.
 */
export function createTap(format: TappedFormat): Tap {
  let said: ChunkDescription | undefined;
  let hasContent = false;
  let hasStopped = false;
  const describeEvent = format.describeEvents?.() ?? format.describeEvent;

  function say(description: ChunkDescription): void {
    const { isContent, isTerminal, stopReason, usage } = description;
    if (isContent !== false) hasContent = true;
    if (stopReason) hasStopped = true;
    if (isTerminal !== undefined) {
      const isEnd = format.goesOnWhenStopped ? hasStopped && !!usage || isTerminal && !stopReason : isTerminal;
      // The end of nothing is none: such a stream is an empty one.
      description = { ...description, isTerminal: isEnd && (hasContent || hasStopped) };
    }
    said = said ? mergeDescription(said, description) : description;
  }

  const sink: EventSink = {
    search: (text) => hasContent ? text.search(format.telling) : 0,
    event(data, type, isFailure) {
      try {
        const description = describeEvent(data, type);
        const { error = data } = description;
        const failure = error !== data
          ? error
          : typeof data === "string"
          ? { type, error }
          : { type, ...data as object };
        say(isFailure ? { ...description, isContent: false, error: failure } : description);
      } catch {
        say(CONTENT);
      }
    },
    passOver: () => say(CONTENT),
  };
  const { framing } = format;
  const reader = { sse: sseReader, ndjson: ndjsonReader, "event-stream": eventStreamReader }[framing](sink);
  let bytesRead = 0;
  // Two generations: to take single chunks off the front of a long array costs more than to read them.
  let older: Uint8Array[] = [];
  let newer: Uint8Array[] = [];
  let newerBytes = 0;
  let isSkipping = false;
  /** Bytes since the last chunk in which a line ended. */
  let bytesOfLine = 0;

  function push(bytes: Uint8Array): void {
    if (!isSkipping) {
      reader.push(bytes);
      if (!hasContent || reader.isWhole() || (bytesRead += bytes.length) < READ_AT_ONCE || !bytes.includes(LF)) return;
      isSkipping = true;
    }
    newer.push(bytes);
    newerBytes += bytes.length;
    bytesOfLine = bytes.includes(LF) ? 0 : bytesOfLine + bytes.length;
    // A long line may be a last event with more in it than can be kept.
    if (bytesOfLine >= READ_AT_END / 2) readKept();
    else if (newerBytes >= READ_AT_END) startAnew(newer);
  }

  function startAnew(kept: Uint8Array[]): void {
    older = kept;
    newer = [];
    newerBytes = 0;
  }

  function readKept(): void {
    if (!isSkipping) return;
    isSkipping = false;
    // What was begun when the skipping was is half an event, and likely so what is left first: both say nothing.
    reader.end();
    for (const bytes of [...older, ...newer]) reader.push(bytes);
    startAnew([]);
  }

  function end(): void {
    readKept();
    reader.end();
  }

  function read(work: () => void): ChunkDescription {
    said = undefined;
    try {
      work();
    } catch {
      say(CONTENT);
    }
    return said ?? (hasContent ? UNKNOWN : NO_CONTENT);
  }

  return {
    push: (chunk) => read(() => push(bytesOf(chunk))),
    end: () => read(end),
  };
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === "string") return new TextEncoder().encode(chunk);
  // Throws for all that is neither a view nor a buffer.
  const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(chunk) ? chunk : new DataView(chunk as ArrayBuffer);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

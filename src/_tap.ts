import { eventStreamReader } from "./_event_stream_tap.ts";
import { type LastBytes, lastBytes } from "./_last_bytes.ts";
import { mergeDescription } from "./_merge_description.ts";
import type { EventSink } from "./_tap_reader.ts";
import { textReader } from "./_text_tap.ts";
import type { ChunkDescription } from "./provider.ts";
import type { WireFormat } from "./wire/wire_format.ts";

/**
 * Looks at the bytes of one stream as they pass by. It keeps no more of them than the event that is not over yet, or than
 * 32 KiB of a stream that has become so long that it is read at its end alone.
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

/**
 * So many bytes are read as they come: longer answers are content alone, but for their beginning and their end, where
 * usage, stop reasons and errors stand.
 */
const READ_AT_ONCE = 1_048_576;

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
  const isLine = format.framing === "ndjson";
  const reader = format.framing === "event-stream" ? eventStreamReader(sink) : textReader(sink, isLine);
  let bytesRead = 0;
  /** Once it has become long, what was not read yet. */
  let last: LastBytes | undefined;

  function push(bytes: Uint8Array): void {
    if (last?.add(bytes)) return;
    last?.giveTo(reader);
    reader.push(bytes);
    if (last || !hasContent || reader.isWhole() || (bytesRead += bytes.length) < READ_AT_ONCE) return;
    last = lastBytes(isLine);
  }

  function end(): void {
    last?.giveTo(reader);
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

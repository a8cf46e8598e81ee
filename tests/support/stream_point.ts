import type { WireEvent } from "./wire_format.ts";

/**
 * A place in a stream, given by what has been sent before it; the first of several that is reached counts. A place behind
 * the end is the one before the terminal marker.
 */
export interface StreamPoint {
  /** All events, whatever they carry. */
  readonly events?: number;
  /** Events with content. 0 is right before the first of them: all that comes before the content has been sent. */
  readonly contents?: number;
  /** Bytes of the body. */
  readonly bytes?: number;
  /** Whether half of the next event is sent as well. @default {false} */
  readonly half?: boolean;
}

/** An event as far as it is sent. */
export interface SentEvent {
  readonly bytes: Uint8Array;
  readonly isWhole: boolean;
}

/** The events of a stream up to a point. */
export function* upTo(
  { events: maxEvents = Infinity, contents: maxContents = Infinity, bytes: maxBytes = Infinity, half }: StreamPoint,
  stream: Iterable<WireEvent>,
): Generator<SentEvent> {
  let [events, contents, bytes] = [0, 0, 0];
  for (const event of stream) {
    const isEnough = maxContents === 0 ? event.kind === "content" : contents >= maxContents;
    const isMarker = event.kind === "terminal" && maxBytes === Infinity;
    if (isEnough || isMarker || events >= maxEvents) {
      if (half) yield part(event, event.bytes.length >> 1);
      return;
    }
    if (bytes + event.bytes.length > maxBytes) return yield part(event, maxBytes - bytes);
    yield { bytes: event.bytes, isWhole: true };
    events++;
    bytes += event.bytes.length;
    if (event.kind === "content") contents++;
  }
}

function part({ bytes }: WireEvent, length: number): SentEvent {
  return { bytes: bytes.subarray(0, length), isWhole: false };
}

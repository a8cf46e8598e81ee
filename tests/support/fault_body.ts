import { joined } from "./body_pieces.ts";
import type { AnswerFault, StreamErrorFault } from "./fault.ts";
import type { Exchange } from "./fault_exchange.ts";
import { type SentEvent, type StreamPoint, upTo } from "./stream_point.ts";
import type { WireBody, WireStream } from "./wire_format.ts";

/** A body on its way out. */
export interface SentBody {
  readonly contentType: string;
  readonly events: Iterable<SentEvent>;
  /** Unset for a stream. */
  readonly length?: number;
}

/** A body of one piece, whose length is known. */
export function whole({ contentType, bytes }: WireBody): SentBody {
  return { contentType, events: [{ bytes, isWhole: true }], length: bytes.length };
}

/** The complete reply, in JSON or as a stream, as the request asks. */
export function reply({ format, request }: Exchange, fault: AnswerFault): SentBody {
  const stream = fault.ignoreStream ? undefined : format.stream(request);
  if (stream === undefined) return whole(format.success(fault, request));
  return { contentType: stream.contentType, events: all(stream, fault) };
}

/** The first half of the complete reply, under the headers of all of it. */
export function firstHalf(body: SentBody): SentBody {
  const bytes = bytesOf(body);
  return { ...body, events: [{ bytes: bytes.subarray(0, bytes.length >> 1), isWhole: false }] };
}

export function bytesOf({ events }: SentBody): Uint8Array {
  return joined(Array.from(events, ({ bytes }) => bytes));
}

/** The reply as a stream up to a point. */
export function streamUpTo(point: StreamPoint, exchange: Exchange, fault: AnswerFault): SentBody {
  const stream = wantedStream(exchange, fault);
  return { contentType: stream.contentType, events: upTo(point, stream.events(fault)) };
}

/** The reply as a stream up to a point, and an error in place of the rest. */
export function streamWithError(point: StreamPoint, exchange: Exchange, fault: StreamErrorFault): SentBody {
  const stream = wantedStream(exchange, fault);
  return { contentType: stream.contentType, events: thenError(point, stream, fault) };
}

function* all(stream: WireStream, fault: AnswerFault): Generator<SentEvent> {
  for (const { bytes } of stream.events(fault)) yield { bytes, isWhole: true };
}

function* thenError(point: StreamPoint, stream: WireStream, fault: StreamErrorFault): Generator<SentEvent> {
  let sent = 0;
  for (const event of upTo(point, stream.events(fault))) {
    yield event;
    sent++;
  }
  yield { bytes: stream.error(fault, sent), isWhole: true };
}

function wantedStream({ format, request }: Exchange, { kind }: AnswerFault): WireStream {
  const stream = format.stream(request);
  if (stream === undefined) throw new Error(`Cannot play '${kind}': the request must ask for a stream`);
  return stream;
}

import { type EventSink, parsed, type Reader } from "./_tap_reader.ts";

/** Bytes of one message that are read. */
const MAX_MESSAGE = 1_048_576;

// A message: its length and that of its headers, four bytes each, a checksum, the headers, the payload, a checksum.
const LENGTH_BYTES = 4;
const SMALLEST_MESSAGE = 16;
/** Where the headers start behind the message's length. */
const HEADERS_AT = 8;
const CHECKSUM_BYTES = 4;

/** Where a header stands: its name, and the type of bytes or text. The value follows, with a length of two bytes in front. */
// deno-lint-ignore no-control-regex -- they are the types
const HEADER = /(:[a-z]+-[a-z]+)[\x06\x07]/g;

/**
 * Reads AWS's `application/vnd.amazon.eventstream`. It verifies no checksum, for whoever gets the bytes does. Once they
 * cannot be messages it has lost its way, and reads nothing more.
 *
 * Not `@smithy/eventstream-codec`, for that wants whole messages, which somebody has to put together, and makes an object
 * and checks both checksums of each: several times as much work (`deno task bench:tap`). The tests hold this reader to what
 * it reads.
 */
export function eventStreamReader(sink: EventSink): Reader {
  const decoder = new TextDecoder();
  /** Makes one character of each byte. */
  const bytewise = new TextDecoder("latin1");
  const decode = (bytes: Uint8Array) => decoder.decode(bytes);
  let length = 0;
  let seen = 0;
  let message: Uint8Array | undefined;

  /** Reads a message without its length. Whatever stands in it, all that can come of it is that nothing is understood. */
  function read(message: Uint8Array): void {
    // Without the checksums this is ASCII for the most part, which is decoded several times as fast.
    if (sink.search(decode(message.subarray(HEADERS_AT, -CHECKSUM_BYTES))) < 0) return;
    const numberAt = (at: number) => message[at]! * 256 + message[at + 1]!;
    const headersEnd = HEADERS_AT + numberAt(0) * 65536 + numberAt(2);
    const headers: Record<string, string> = {};
    for (const { 1: name, index } of bytewise.decode(message.subarray(0, headersEnd)).matchAll(HEADER)) {
      const at = index + name!.length + 1;
      headers[name!] = decode(message.subarray(at + 2, at + 2 + numberAt(at)));
    }
    const isFailure = /^e(rror|xception)$/.test(headers[":message-type"]!);
    const body = decode(message.subarray(headersEnd, -CHECKSUM_BYTES)) || headers[":error-message"];
    const type = headers[":event-type"] ?? headers[":exception-type"] ?? headers[":error-code"];
    sink.event(parsed(body ?? ""), type, isFailure);
  }

  return {
    push(bytes) {
      for (let at = 0; at < bytes.length;) {
        if (seen < LENGTH_BYTES) {
          length = length * 256 + bytes[at++]!;
          if (++seen < LENGTH_BYTES) continue;
          if (length < SMALLEST_MESSAGE) length = Infinity;
          if (length > MAX_MESSAGE) sink.passOver();
        } else {
          const part = bytes.subarray(at, at + length - seen);
          if (length <= MAX_MESSAGE) {
            if (part.length === length - LENGTH_BYTES) message = part;
            else (message ??= new Uint8Array(length - LENGTH_BYTES)).set(part, seen - LENGTH_BYTES);
          }
          at += part.length;
          seen += part.length;
          if (seen < length) continue;
          if (message) read(message);
          message = undefined;
          length = seen = 0;
        }
      }
    },
    isWhole: () => true,
    end() {},
  };
}

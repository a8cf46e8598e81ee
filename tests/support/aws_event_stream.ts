import { encode } from "./wire_format.ts";

/** One frame of an AWS event stream: lengths, headers that are strings, payload, two checksums. */
export function awsFrame(headers: Readonly<Record<string, string>>, payload: Uint8Array): Uint8Array {
  const fields = Object.entries(headers).map(([name, value]) => [encode(name), encode(value)] as const);
  const headersLength = fields.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
  const frame = new Uint8Array(headersLength + payload.length + 16);
  const view = new DataView(frame.buffer);
  view.setUint32(0, frame.length);
  view.setUint32(4, headersLength);
  view.setUint32(8, crc32(frame.subarray(0, 8)));
  let at = 12;
  for (const [name, value] of fields) {
    view.setUint8(at, name.length);
    frame.set(name, at + 1);
    at += 1 + name.length;
    view.setUint8(at, STRING);
    view.setUint16(at + 1, value.length);
    frame.set(value, at + 3);
    at += 3 + value.length;
  }
  frame.set(payload, at);
  view.setUint32(frame.length - 4, crc32(frame.subarray(0, frame.length - 4)));
  return frame;
}

/** The type of a header whose value is a string. */
const STRING = 7;

/** Every remainder of a byte. The polynomial is the one of gzip and Ethernet, its bits reversed. */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  return remainder;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ REMAINDERS[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}

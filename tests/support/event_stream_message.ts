import { EventStreamCodec } from "@smithy/eventstream-codec";

/** What AWS's own codec writes and reads: messages of `application/vnd.amazon.eventstream`. */
export const codec: EventStreamCodec = new EventStreamCodec(
  (bytes) => new TextDecoder().decode(bytes as Uint8Array),
  (text) => new TextEncoder().encode(text),
);

/** One message whose headers are all text; an event, if they do not say otherwise. */
export function eventStreamMessage(headers: Readonly<Record<string, string>>, payload: string): Uint8Array {
  const all = { ":message-type": "event", ":content-type": "application/json", ...headers };
  return codec.encode({
    headers: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, { type: "string", value }])),
    body: new TextEncoder().encode(payload),
  });
}

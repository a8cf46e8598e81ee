import fc from "fast-check";
import { assertEquals } from "@std/assert";
import { createTap } from "../../src/_tap.ts";
import { codec, eventStreamMessage } from "../support/event_stream_message.ts";
import {
  bytes,
  cut,
  eventsIn,
  everyCut,
  joined,
  said,
  type SeenEvent,
  SHARES,
  smallFormat,
} from "../support/tapped.ts";

const HEADER = fc.oneof(
  fc.record({ type: fc.constant("boolean" as const), value: fc.boolean() }),
  fc.record({ type: fc.constant("byte" as const), value: fc.integer({ min: -128, max: 127 }) }),
  fc.record({ type: fc.constant("short" as const), value: fc.integer({ min: -32768, max: 32767 }) }),
  fc.record({ type: fc.constant("integer" as const), value: fc.integer() }),
  fc.record({ type: fc.constant("binary" as const), value: fc.uint8Array() }),
  fc.record({ type: fc.constant("string" as const), value: fc.string({ unit: "grapheme" }) }),
  fc.record({ type: fc.constant("timestamp" as const), value: fc.date({ noInvalidDate: true, min: new Date(0) }) }),
  fc.record({ type: fc.constant("uuid" as const), value: fc.uuid() }),
);

const MESSAGE = fc.record({
  headers: fc.dictionary(
    fc.oneof(fc.constantFrom(":content-type", ":event-type"), fc.string({ minLength: 1, maxLength: 20 })),
    HEADER,
  ),
  payload: fc.oneof(fc.json(), fc.string({ unit: "grapheme" })),
});

Deno.test("createTap() reads the same event-stream messages as AWS's codec, wherever they are cut", () => {
  fc.assert(
    fc.property(fc.array(MESSAGE, { maxLength: 6 }), SHARES, (messages, shares) => {
      const encoded = messages.map(({ headers, payload }) => codec.encode({ headers, body: bytes(payload) }));
      const expected = encoded.map((message): SeenEvent => {
        const { headers, body } = codec.decode(message);
        const header = headers[":event-type"];
        const isText = header?.type === "string" || header?.type === "binary";
        return {
          data: parsed(new TextDecoder().decode(body)),
          type: isText ? new TextDecoder().decode(bytesOf(header.value)) : undefined,
        };
      });
      assertEquals(eventsIn("event-stream", cut(joined(...encoded), shares)), expected);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("createTap() unwraps the JSON in an event-stream message, and leaves alone what wraps none", () => {
  const rows: [payload: unknown, data: unknown][] = [
    [{ bytes: btoa('{"a":[1]}'), p: "x" }, { a: [1] }],
    [{ bytes: btoa("text") }, { bytes: btoa("text") }],
    [{ bytes: "?" }, { bytes: "?" }],
    [{ bytes: 1024 }, { bytes: 1024 }],
    [{ bytes: [] }, { bytes: [] }],
    [null, null],
  ];
  for (const [payload, data] of rows) {
    const message = codec.encode({ headers: {}, body: bytes(JSON.stringify(payload)) });
    assertEquals(eventsIn("event-stream", [message]), [{ data, type: undefined }]);
  }
});

function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === "string" ? bytes(value) : value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

Deno.test("createTap() reads event-stream messages cut at every byte", () => {
  const whole = joined(
    eventStreamMessage({ ":event-type": "messageStart" }, '{"role":"assistant"}'),
    eventStreamMessage({ ":event-type": "contentBlockDelta" }, '{"delta":{"text":"ä€😀"}}'),
    eventStreamMessage({ ":event-type": "metadata" }, '{"usage":{"inputTokens":7}}'),
  );
  for (const chunks of everyCut(whole)) {
    assertEquals(eventsIn("event-stream", chunks), [
      { data: { role: "assistant" }, type: "messageStart" },
      { data: { delta: { text: "ä€😀" } }, type: "contentBlockDelta" },
      { data: { usage: { inputTokens: 7 } }, type: "metadata" },
    ]);
  }
});

Deno.test("createTap() takes exceptions and errors of an event stream for errors, whatever the format says", () => {
  const exception = eventStreamMessage(
    { ":message-type": "exception", ":exception-type": "throttlingException" },
    '{"message":"Too many requests"}',
  );
  const error = eventStreamMessage(
    { ":message-type": "error", ":error-code": "InternalFailure", ":error-message": "Try again" },
    "",
  );
  const format = { ...smallFormat("event-stream"), describeEvent: () => ({ isContent: undefined, error: undefined }) };
  assertEquals(said(createTap(format).push(exception)), {
    isContent: false,
    error: { type: "throttlingException", message: "Too many requests" },
  });
  assertEquals(said(createTap(format).push(error)), {
    isContent: false,
    error: { type: "InternalFailure", error: "Try again" },
  });
  const own = { ...format, describeEvent: () => ({ isContent: false, error: "its own" }) };
  assertEquals(createTap(own).push(error), { isContent: false, error: "its own" });
});

Deno.test("createTap() gives up on bytes that cannot be an event stream, and counts them as content", () => {
  const format = smallFormat("event-stream");
  const tap = createTap(format);
  assertEquals(tap.push(new Uint8Array(8)), { isContent: true });
  assertEquals(tap.push(eventStreamMessage({ ":event-type": "e" }, '{"tells":"end"}')), {});
  assertEquals(format.described, []);
});

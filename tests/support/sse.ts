import { encode, type WireEvent } from "./wire_format.ts";

export const SSE_TYPE = "text/event-stream; charset=utf-8";

/** A server-sent event; data that is no string is sent as JSON. */
export function sse(kind: WireEvent["kind"], data: unknown, type?: string): WireEvent {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  return { kind, bytes: encode(`${type === undefined ? "" : `event: ${type}\n`}data: ${text}\n\n`) };
}

/** The end marker of OpenAI's streams and of those in their manner. */
export const SSE_DONE: WireEvent = sse("terminal", "[DONE]");

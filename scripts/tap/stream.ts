import type { TappedFormat } from "../../src/_tap.ts";
import { openaiChat } from "../../src/wire.ts";

/** The stream that is measured: an answer of OpenAI's, a token an event. */
export const STREAM_BYTES = 200e6;

/** Chunks of all sizes between these, small ones as likely as large ones. */
const SMALLEST = 64;
const LARGEST = 65_536;

/** Reads it. */
export const FORMAT: TappedFormat = openaiChat;

/** What every stream ends with; whatever was cut off in front of it ends here. */
export const END: Uint8Array<ArrayBuffer> = new TextEncoder().encode(
  '\n\ndata: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":8}}\n\ndata: [DONE]\n\n',
);

/** One event. */
export function event(content: string): string {
  const choice = { index: 0, delta: { content }, logprobs: null, finish_reason: null };
  const chunk = {
    id: "chatcmpl-CkJq2vN8yT4fVwXbZ0aRsDhG",
    object: "chat.completion.chunk",
    created: 1_790_000_000,
    model: "gpt-5-2026-01-15",
    service_tier: "default",
    choices: [choice],
    usage: null,
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/** Some megabytes of the stream, which are sent again and again. */
export function someEvents(bytes = 8e6, token = (index: number) => ` token ${index}`): Uint8Array<ArrayBuffer> {
  let text = "";
  for (let index = 0; text.length < bytes; index++) text += event(token(index));
  return new TextEncoder().encode(text);
}

/** Cuts bytes into chunks of one size. */
export function chunksOf(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer>[] {
  const count = Math.floor(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.slice(index * size, (index + 1) * size));
}

/** Sizes without end, the same in every run. */
function* mixedSizes(): Generator<number> {
  for (let place = 0;; place = (place + 0.618034) % 1) yield Math.round(SMALLEST * (LARGEST / SMALLEST) ** place);
}

/** The stream, in chunks of mixed sizes or of one. */
export function* streamChunks(bytes = STREAM_BYTES, size?: number): Generator<Uint8Array<ArrayBuffer>> {
  const events = someEvents();
  const sizes = mixedSizes();
  let at = 0;
  for (let sent = 0; sent < bytes;) {
    const chunk = events.slice(at, at + (size ?? sizes.next().value!));
    yield chunk;
    sent += chunk.length;
    at = (at + chunk.length) % events.length;
  }
  yield END;
}

import { assertEquals, assertRejects } from "@std/assert";
import { streamWithRetry } from "../../mod.ts";
import { recordingTracer } from "../../src/testing.ts";
import { anthropic, readBytes } from "../../src/wire.ts";

const EVENTS = [
  { type: "message_start", message: { model: "claude", usage: { input_tokens: 9, output_tokens: 1 } } },
  { type: "content_block_delta", delta: { type: "text_delta", text: "Hé" } },
  { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 4 } },
  { type: "message_stop" },
];
const BYTES = new TextEncoder().encode(
  EVENTS.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""),
);

/** Streams the same bytes at every attempt, cut into pieces of so many bytes, and up to some point. */
function provider(pieceBytes: number, lengths: number[]) {
  return {
    name: "anthropic",
    async *stream() {
      const end = lengths.shift()!;
      for (let at = 0; at < end; at += pieceBytes) yield BYTES.subarray(at, Math.min(end, at + pieceBytes));
    },
    ...readBytes(anthropic),
  };
}

Deno.test("readBytes() reads every attempt on its own, wherever its bytes are cut", async () => {
  const preamble = BYTES.length / 4 | 0;
  for (const pieceBytes of [1, 7, 100_000]) {
    const tracer = recordingTracer();
    const stream = streamWithRetry(provider(pieceBytes, [preamble, BYTES.length]), {}, {
      tracer,
      retry: { baseDelayMs: 0 },
    });
    const read: number[] = [];
    for await (const chunk of stream) read.push(...chunk);
    assertEquals(read, [...BYTES]);
    const [failed, good] = tracer.named("llm.call");
    assertEquals(failed!.attributes["error.type"], "truncated_stream");
    const { attributes: told } = good!;
    assertEquals([told["llm.input_tokens"], told["llm.output_tokens"], told["llm.stop_reason"]], [9, 4, "end_turn"]);
  }
});

Deno.test("readBytes() tells a stream that is cut off", async () => {
  const stream = streamWithRetry(provider(50, [BYTES.length - 20]), {}, { retry: { maxRetries: 0 } });
  await assertRejects(
    async () => {
      for await (const _ of stream);
    },
    Error,
    "complete",
  );
  assertEquals((await stream.finished)?.["llm.usage_partial"], true);
});

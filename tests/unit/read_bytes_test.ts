import { assertEquals, assertRejects } from "@std/assert";
import { streamWithRetry } from "../../mod.ts";
import { recordingTracer } from "../../src/testing.ts";
import {
  anthropic,
  bedrock,
  cohere,
  gemini,
  mistral,
  openaiChat,
  openaiResponses,
  readBytes,
  type WireFormat,
} from "../../src/wire.ts";
import { eventStreamMessage } from "../support/event_stream_message.ts";

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

/** What the span tells of a stream of these texts or bytes, each a chunk, and how often it was asked for. */
async function told(format: WireFormat, chunks: readonly (string | Uint8Array)[], isLeft = false) {
  const tracer = recordingTracer();
  let asked = 0;
  const provider = {
    name: format.name,
    async *stream() {
      asked++;
      for (const chunk of chunks) yield typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
    },
    ...readBytes(format),
  };
  const stream = streamWithRetry(provider, {}, { tracer, retry: { maxRetries: 1, baseDelayMs: 0 } });
  let read = 0;
  await (async () => {
    for await (const _ of stream) if (++read === chunks.length && isLeft) break;
  })().catch(() => {});
  const { attributes } = tracer.named("llm.call").at(-1)!;
  return {
    asked,
    outcome: attributes["error.type"] ?? attributes["llm.outcome"],
    isPartial: attributes["llm.usage_partial"],
    output: attributes["llm.output_tokens"],
    message: attributes["llm.error"],
    operation: tracer.spans[0]!.attributes,
  };
}

const sse = (data: object, type?: string) => `${type ? `event: ${type}\n` : ""}data: ${JSON.stringify(data)}\n\n`;
const choice = (delta: object, finish_reason: string | null = null, index = 0) => ({
  choices: [{ index, delta, finish_reason }],
});
const DONE = "data: [DONE]\n\n";
const CHAT = [
  sse(choice({ role: "assistant", content: "" })),
  sse(choice({ content: "Hi" })),
  sse(choice({}, "stop")),
  sse({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 3 } }),
  DONE,
];
const converse = (type: string, payload: object) =>
  eventStreamMessage({ ":event-type": type }, JSON.stringify(payload));
const CONVERSE = [
  converse("messageStart", { role: "assistant" }),
  converse("contentBlockDelta", { delta: { text: "Hi" } }),
  converse("messageStop", { stopReason: "end_turn" }),
  converse("metadata", { usage: { inputTokens: 12, outputTokens: 3 } }),
];

Deno.test("readBytes() takes a stream for truncated that ends behind the stop reason, before usage and the end marker", async () => {
  for (const [format, chunks] of [[openaiChat, CHAT], [mistral, CHAT], [bedrock, CONVERSE]] as const) {
    for (const [isLeft, outcome] of [[false, "truncated_stream"], [true, "cancelled"]] as const) {
      const cut = await told(format, chunks.slice(0, 3), isLeft);
      assertEquals([cut.outcome, cut.isPartial, cut.output], [outcome, true, undefined], format.name);
      const whole = await told(format, chunks.slice(0, 4), isLeft);
      assertEquals([whole.outcome, whole.isPartial, whole.output], ["ok", undefined, 3], format.name);
    }
  }
});

Deno.test("readBytes() takes [DONE] for the end, whether or not usage was told", async () => {
  const { outcome, isPartial } = await told(openaiChat, [CHAT[1]!, CHAT[2]!, DONE]);
  assertEquals([outcome, isPartial], ["ok", undefined]);
  assertEquals((await told(openaiChat, [CHAT[1]!, DONE])).outcome, "ok");
  const atOnce = sse({ ...choice({}, "stop"), usage: { completion_tokens: 3 } });
  assertEquals((await told(openaiChat, [CHAT[1]!, atOnce])).outcome, "ok");
});

Deno.test("readBytes() takes an end without anything before it for an empty stream, which is asked for again", async () => {
  for (const chunks of [[DONE], [CHAT[0]!, DONE], [CHAT[0]!, CHAT[3]!, DONE], [CHAT[0]! + DONE]]) {
    const { asked, outcome } = await told(openaiChat, chunks);
    assertEquals([asked, outcome], [2, "truncated_stream"]);
  }
  assertEquals((await told(openaiChat, [CHAT[0]!, CHAT[2]!, DONE])).asked, 1);
  assertEquals((await told(anthropic, [sse({ type: "message_stop" })])).asked, 2);
});

Deno.test("readBytes() hears an event of the type error behind content, whatever it says", async () => {
  const content: [WireFormat, string][] = [
    [openaiChat, CHAT[1]!],
    [mistral, CHAT[1]!],
    [openaiResponses, sse({ type: "response.output_text.delta", delta: "Hi" })],
    [anthropic, sse({ type: "content_block_delta", delta: { type: "text_delta", text: "Hi" } })],
    [gemini, sse({ candidates: [{ content: { parts: [{ text: "Hi" }] } }] })],
    [cohere, sse({ type: "content-delta", delta: { message: { content: { text: "Hi" } } } })],
  ];
  for (const [format, text] of content) {
    const bare = await told(format, [text, "event: error\ndata: upstream died\n\n", DONE]);
    assertEquals([bare.outcome, bare.message], ["server_error", "upstream died"], format.name);
    const flat = await told(format, [text, sse({ code: "rate_limit_exceeded", message: "slow" }, "error"), DONE]);
    assertEquals([flat.outcome, flat.message], ["rate_limited", "slow"], format.name);
    const strange = await told(format, [text, sse({ code: 502, msg: "x" }, "error"), DONE]);
    assertEquals(strange.outcome, "server_error", format.name);
  }
});

Deno.test("readBytes() hears an error of an event stream behind content, and its message in a header", async () => {
  const error = { ":message-type": "error", ":error-code": "InternalError", ":error-message": "boom" };
  const { outcome, message } = await told(bedrock, [...CONVERSE.slice(0, 2), eventStreamMessage(error, "")]);
  assertEquals([outcome, message], ["InternalError", "boom"]);
});

Deno.test("readBytes() adds Anthropic's cached tokens to its input, whichever of the counts an event leaves out", async () => {
  const start = { type: "message_start", message: { usage: { input_tokens: 10, cache_creation_input_tokens: 7 } } };
  for (const usage of [{ cache_read_input_tokens: 4 }, { input_tokens: 10, cache_read_input_tokens: 4 }]) {
    const delta = { type: "message_delta", delta: { stop_reason: "end_turn" }, usage };
    const { operation } = await told({ ...anthropic, name: "mine" }, [
      sse(start),
      sse(delta),
      sse({ type: "message_stop" }),
    ]);
    assertEquals(operation["gen_ai.usage.input_tokens"], 21);
  }
});

Deno.test("readBytes() tells why each choice stopped", async () => {
  const chunks = [
    CHAT[1]!,
    sse(choice({}, "length", 1)),
    sse(choice({}, "stop", 0)),
    sse({ ...choice({}, "stop", 0), usage: { completion_tokens: 3 } }),
  ];
  for (const format of [openaiChat, mistral]) {
    const { operation } = await told(format, chunks);
    assertEquals(operation["gen_ai.response.finish_reasons"], ["length", "stop"]);
  }
  const { operation } = await told(openaiChat, CHAT);
  assertEquals(operation["gen_ai.response.finish_reasons"], ["stop"]);
});

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type Fault, withFaultServer } from "../support/fault_server.ts";
import type { SdkAnswer } from "../support/sdk_answer.ts";
import { SDK_ANSWERS } from "../support/sdk_answers.ts";

const toolCalls = [{ name: "search", arguments: { q: "où?", deep: { n: [1, 2] } } }, { name: "now" }];
const text = "Hé, 世界 👋: a text of several deltas";
const reasoning = "First I think about it";

/** The usage of the server's default reply as each SDK shows it, and its stop reasons. */
const EXPECTED: Readonly<
  Record<string, { usage: unknown; stopReasons: readonly [text: string, tools: string, cut: string] }>
> = {
  "openai.chat": {
    usage: {
      prompt_tokens: 120,
      completion_tokens: 30,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 64, cache_write_tokens: 16 },
      completion_tokens_details: { reasoning_tokens: 12 },
    },
    stopReasons: ["stop", "tool_calls", "length"],
  },
  "openai.responses": {
    usage: {
      input_tokens: 120,
      input_tokens_details: { cached_tokens: 64, cache_write_tokens: 16 },
      output_tokens: 30,
      output_tokens_details: { reasoning_tokens: 12 },
      total_tokens: 150,
    },
    stopReasons: ["completed", "completed", "max_output_tokens"],
  },
  "anthropic.messages": {
    usage: {
      input_tokens: 120,
      output_tokens: 30,
      cache_read_input_tokens: 64,
      cache_creation_input_tokens: 16,
      output_tokens_details: { thinking_tokens: 12 },
    },
    stopReasons: ["end_turn", "tool_use", "max_tokens"],
  },
  "gemini": {
    usage: {
      promptTokenCount: 120,
      candidatesTokenCount: 30,
      totalTokenCount: 162,
      cachedContentTokenCount: 64,
      thoughtsTokenCount: 12,
    },
    stopReasons: ["STOP", "STOP", "MAX_TOKENS"],
  },
  "mistral": {
    usage: { promptTokens: 120, completionTokens: 30, totalTokens: 150, num_cached_tokens: 64 },
    stopReasons: ["stop", "tool_calls", "length"],
  },
  "cohere": {
    usage: {
      billedUnits: { inputTokens: 120, outputTokens: 30 },
      tokens: { inputTokens: 120, outputTokens: 30 },
      cachedTokens: 64,
    },
    stopReasons: ["COMPLETE", "TOOL_CALL", "MAX_TOKENS"],
  },
  "ollama": { usage: { prompt_eval_count: 120, eval_count: 30 }, stopReasons: ["stop", "stop", "length"] },
  "bedrock": {
    usage: {
      inputTokens: 120,
      outputTokens: 30,
      totalTokens: 230,
      cacheReadInputTokens: 64,
      cacheWriteInputTokens: 16,
    },
    stopReasons: ["end_turn", "tool_use", "max_tokens"],
  },
};

/** The overload in a stream as each SDK shows it: as the error it throws, or as the stop reason. */
const ERRORS: Readonly<Record<string, RegExp>> = {
  "openai.chat": /The server is overloaded/,
  "openai.responses": /^failed$/,
  "anthropic.messages": /overloaded_error/,
  "gemini": /UNAVAILABLE/,
  "mistral": /^error$/,
  "cohere": /^ERROR$/,
  "ollama": /server busy/,
  "bedrock": /ServiceUnavailableException/,
};

async function answerOf(ask: (url: string) => Promise<SdkAnswer>, fault: Fault, format: string): Promise<SdkAnswer> {
  return await withFaultServer([fault], async (server) => {
    const answer = await ask(server.url);
    await server.idle();
    assertEquals(server.log.map((entry) => [entry.format, entry.fault]), [[format, fault.kind]]);
    // Without prototypes, and without what is undefined.
    return JSON.parse(JSON.stringify(answer));
  });
}

for (const [format, asks] of Object.entries(SDK_ANSWERS)) {
  const { usage, stopReasons: [textReason, toolReason, cutReason] } = EXPECTED[format]!;
  const plain = { text, reasoning: "", toolCalls: [], stopReason: textReason, usage };
  const calls: SdkAnswer["toolCalls"] = [["search", toolCalls[0]!.arguments], ["now", {}]];

  for (const [way, ask] of Object.entries(asks)) {
    Deno.test(`The ${format} SDK reads the fault server's text as ${way}`, async () => {
      assertEquals(await answerOf(ask, { kind: "ok", text }, format), plain);
    });

    Deno.test(`The ${format} SDK reads the fault server's reasoning and tool calls as ${way}`, async () => {
      const answer = await answerOf(ask, { kind: "ok", reasoning, toolCalls }, format);
      assertEquals(answer, { text: "", reasoning, toolCalls: calls, stopReason: toolReason, usage });
    });

    Deno.test(`The ${format} SDK reads everything at once, cut by max_tokens, as ${way}`, async () => {
      const answer = await answerOf(ask, { kind: "ok", text, reasoning, toolCalls, stopReason: "max_tokens" }, format);
      assertEquals(answer, { text, reasoning, toolCalls: calls, stopReason: cutReason, usage });
    });
  }

  Deno.test(`The ${format} SDK reads the fault server's stream in single bytes`, async () => {
    const answer = await answerOf(asks.stream, { kind: "ok", text: "👋", pieceBytes: 1 }, format);
    assertEquals(answer, { ...plain, text: "👋" });
  });

  Deno.test(`The ${format} SDK reads the fault server's error in a stream`, async () => {
    for (const contents of [0, 2]) {
      const fault: Fault = { kind: "stream_error", after: { contents } };
      const outcome = await answerOf(asks.stream, fault, format).then(({ stopReason }) => stopReason, String);
      assertMatch(outcome as string, ERRORS[format]!);
    }
  });

  Deno.test(`The ${format} SDK fails when the fault server resets a stream`, () =>
    withFaultServer([{ kind: "reset_mid_stream", after: { contents: 1, half: true } }], async (server) => {
      await assertRejects(() => asks.stream(server.url), Error);
      await server.idle();
      assertEquals(server.log.map(({ end }) => end), ["reset"]);
    }));
}

import { assertEquals } from "@std/assert";
import { normalizeStopReason } from "../../src/stop_reason.ts";

/** What each provider can send, by the enums of its official npm package (as of November 2026). */
const SPELLINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // openai 6.49.0, resources/chat/completions: ChatCompletion.Choice.finish_reason
  "OpenAI Chat Completions": {
    stop: "end_turn",
    length: "max_tokens",
    tool_calls: "tool_use",
    function_call: "tool_use",
    content_filter: "content_filter",
  },
  // openai 6.49.0, resources/responses: ResponseStatus, Response.IncompleteDetails.reason
  "OpenAI Responses": {
    completed: "end_turn",
    max_output_tokens: "max_tokens",
    content_filter: "content_filter",
    incomplete: "incomplete",
  },
  // @anthropic-ai/sdk 1.12.0, resources/messages: StopReason; resources/beta/messages: BetaStopReason (compaction)
  Anthropic: {
    end_turn: "end_turn",
    max_tokens: "max_tokens",
    model_context_window_exceeded: "max_tokens",
    stop_sequence: "stop_sequence",
    tool_use: "tool_use",
    pause_turn: "pause",
    compaction: "pause",
    refusal: "refusal",
  },
  // @google/genai 2.32.0: FinishReason. What is malformed or merely other has no common meaning.
  Gemini: {
    STOP: "end_turn",
    MAX_TOKENS: "max_tokens",
    SAFETY: "content_filter",
    RECITATION: "content_filter",
    BLOCKLIST: "content_filter",
    PROHIBITED_CONTENT: "content_filter",
    SPII: "content_filter",
    IMAGE_SAFETY: "content_filter",
    IMAGE_PROHIBITED_CONTENT: "content_filter",
    IMAGE_RECITATION: "content_filter",
    CONTINUATION: "pause",
    LANGUAGE: "LANGUAGE",
    OTHER: "OTHER",
    MALFORMED_FUNCTION_CALL: "MALFORMED_FUNCTION_CALL",
    UNEXPECTED_TOOL_CALL: "UNEXPECTED_TOOL_CALL",
    TOO_MANY_TOOL_CALLS: "TOO_MANY_TOOL_CALLS",
    NO_IMAGE: "NO_IMAGE",
    IMAGE_OTHER: "IMAGE_OTHER",
    FINISH_REASON_UNSPECIFIED: "FINISH_REASON_UNSPECIFIED",
  },
  // @google/genai 2.32.0: BlockedReason
  "Gemini, blocked prompts": {
    SAFETY: "content_filter",
    BLOCKLIST: "content_filter",
    PROHIBITED_CONTENT: "content_filter",
    IMAGE_SAFETY: "content_filter",
    MODEL_ARMOR: "content_filter",
    JAILBREAK: "content_filter",
    OTHER: "OTHER",
  },
  // @aws-sdk/client-bedrock-runtime 3.1164.0, models/enums: StopReason
  "Bedrock Converse": {
    end_turn: "end_turn",
    tool_use: "tool_use",
    max_tokens: "max_tokens",
    model_context_window_exceeded: "max_tokens",
    stop_sequence: "stop_sequence",
    content_filtered: "content_filter",
    guardrail_intervened: "content_filter",
    malformed_model_output: "malformed_model_output",
    malformed_tool_use: "malformed_tool_use",
  },
  // @mistralai/mistralai 2.7.0: ChatCompletionChoiceFinishReason
  Mistral: {
    stop: "end_turn",
    length: "max_tokens",
    model_length: "max_tokens",
    tool_calls: "tool_use",
    error: "error",
  },
  // cohere-ai 8.1.0: ChatFinishReason (v2), FinishReason (v1: ERROR_TOXIC, USER_CANCEL)
  Cohere: {
    COMPLETE: "end_turn",
    STOP_SEQUENCE: "stop_sequence",
    MAX_TOKENS: "max_tokens",
    TOOL_CALL: "tool_use",
    ERROR_TOXIC: "content_filter",
    ERROR: "ERROR",
    TIMEOUT: "TIMEOUT",
    USER_CANCEL: "USER_CANCEL",
  },
  // ollama's docs/api.md: done_reason
  Ollama: {
    stop: "end_turn",
    length: "max_tokens",
    load: "load",
    unload: "unload",
  },
  // @ai-sdk/provider 3.0.19: LanguageModelV3FinishReason.unified
  "AI SDK": {
    stop: "end_turn",
    length: "max_tokens",
    "tool-calls": "tool_use",
    "content-filter": "content_filter",
    error: "error",
    other: "other",
  },
};

const MEANINGS = ["end_turn", "tool_use", "max_tokens", "stop_sequence", "content_filter", "refusal", "pause"];

for (const [provider, spellings] of Object.entries(SPELLINGS)) {
  Deno.test(`normalizeStopReason() knows every reason of ${provider}`, () => {
    for (const [spelling, meaning] of Object.entries(spellings)) {
      assertEquals(normalizeStopReason(spelling), meaning, spelling);
    }
  });
}

Deno.test("normalizeStopReason() leaves alone what is normalized already", () => {
  for (const meaning of MEANINGS) assertEquals(normalizeStopReason(meaning), meaning);
});

Deno.test("normalizeStopReason() keeps an unknown reason as it is spelled", () => {
  const unknown = ["", "Quite-New_Reason", "stopped", "unstop", "stop\n", "__proto__", "constructor", "toString"];
  unknown.push("tool_call_failed", "minmax_tokens", "max_tokens_unset", "length_unknown", "no_stop_sequence");
  unknown.push("stop_sequence_unset", "discontinued");
  for (const reason of unknown) assertEquals(normalizeStopReason(reason), reason);
});

Deno.test("normalizeStopReason() keeps at most 64 characters of an unknown reason", () => {
  assertEquals(normalizeStopReason("x".repeat(64)), "x".repeat(64));
  assertEquals(normalizeStopReason("x".repeat(10_000_000)), "x".repeat(64));
});

Deno.test("normalizeStopReason() reads either case and either separator", () => {
  // Some gateways before OpenAI-compatible servers send `eos`: docs.rs/openai-interface 0.12, chat::FinishReason.
  const expected = { EOS: "end_turn", "TOOL-CALLS": "tool_use", "Max-Tokens": "max_tokens", "PAUSE-TURN": "pause" };
  for (const [spelling, meaning] of Object.entries(expected)) assertEquals(normalizeStopReason(spelling), meaning);
});

Deno.test("normalizeStopReason() knows no reason that is no text", () => {
  for (const reason of [undefined, null, 0, {}, ["stop"], { toString: () => "stop" }]) {
    assertEquals(normalizeStopReason(reason), undefined);
  }
});

import { assertEquals } from "@std/assert";
import { mistral } from "../../src/wire/mistral.ts";
import { CONTENT, END, NEITHER, testWireFormat } from "../support/wire_format_tests.ts";

const MODEL = "mistral-large-2612";
const ID = "cmpl-e5cc70bb";

function chunk(delta: unknown, finish_reason: unknown = null, more: object = {}): Record<string, unknown> {
  const choices = [{ index: 0, delta, finish_reason }];
  return { id: ID, object: "chat.completion.chunk", created: 1772000000, model: MODEL, choices, p: "abcdef", ...more };
}

const USAGE = {
  prompt_tokens: 500,
  completion_tokens: 60,
  total_tokens: 560,
  num_cached_tokens: 448,
  prompt_audio_seconds: null,
};
/** What the SDK makes of it: it keeps the spelling of what it does not know, and version 1 keeps that apart. */
const SDK_USAGE = {
  promptTokens: 500,
  completionTokens: 60,
  totalTokens: 560,
  num_cached_tokens: 448,
  promptAudioSeconds: null,
};
const COUNTED = { usage: { inputTokens: 500, outputTokens: 60, cacheReadTokens: 448 }, totalInputTokens: 500 };

/** An event as the SDK gives it. */
function sdkEvent(delta: unknown, finishReason: unknown = null, more: object = {}): unknown {
  return {
    data: { id: ID, object: "o", created: 1, model: MODEL, choices: [{ index: 0, delta, finishReason }], ...more },
  };
}

testWireFormat("mistral", mistral, {
  paths: {
    calls: [
      "/v1/chat/completions",
      "/v1/agents/completions",
      "/v1/projects/p/locations/l/publishers/mistralai/models/mistral-large-2512:rawPredict",
      "/v1/projects/p/locations/l/publishers/mistralai/models/mistral-large-2512:streamRawPredict",
    ],
    others: ["/v1/fim/completions", "/v1/embeddings", "/v1/conversations"],
  },
  requests: {
    "a request with tools": [
      { model: "mistral-large-latest", messages: [{}, {}], tools: [{}], stream: true },
      "/v1/chat/completions",
      { model: "mistral-large-latest", messageCount: 2, toolCount: 1, isStream: true },
    ],
    "an agent's request": [
      { agent_id: "ag_1", messages: [{}] },
      "/v1/agents/completions",
      { messageCount: 1, toolCount: 0, isStream: false },
    ],
  },
  responses: {
    "an answer": [
      {
        id: ID,
        object: "chat.completion",
        model: MODEL,
        usage: USAGE,
        choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "model_length" }],
      },
      { ...COUNTED, stopReason: "model_length", model: MODEL, id: ID },
    ],
    "the SDK's answer": [
      {
        id: ID,
        object: "chat.completion",
        model: MODEL,
        usage: SDK_USAGE,
        choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finishReason: "stop" }],
      },
      { ...COUNTED, stopReason: "stop", model: MODEL, id: ID },
    ],
    "what version 1 of the SDK keeps apart": [
      { usage: { promptTokens: 5, additionalProperties: { num_cached_tokens: 4 } } },
      { usage: { inputTokens: 5, cacheReadTokens: 4 }, totalInputTokens: 5 },
    ],
    "cached tokens in the details": [
      { usage: { prompt_tokens: 5, prompt_tokens_details: { cached_tokens: 4 }, num_cached_tokens: 4 } },
      { usage: { inputTokens: 5, cacheReadTokens: 4 }, totalInputTokens: 5 },
    ],
    "a failure inside HTTP 200": [
      { id: ID, model: MODEL, choices: [{ finish_reason: "error", message: { content: "" } }] },
      { stopReason: "error", model: MODEL, id: ID, error: ["server_error"] },
    ],
    "the SDK's failure": [
      { id: ID, model: MODEL, choices: [{ finishReason: "error", message: { content: "" } }] },
      { stopReason: "error", model: MODEL, id: ID, error: ["server_error"] },
    ],
  },
  streams: {
    "a stream": [
      [
        [chunk({ role: "assistant", content: "" })],
        [chunk({ content: "Hi" })],
        [chunk({ content: "" }, "stop", { usage: USAGE })],
        ["[DONE]"],
      ],
      "-ctt",
      { ...COUNTED, stopReason: "stop", model: MODEL, id: ID },
    ],
    "the SDK's stream": [
      [
        [sdkEvent({ role: "assistant", content: "" })],
        [sdkEvent({ content: "Hi" })],
        [sdkEvent({ toolCalls: [{ id: "x", function: { name: "f", arguments: "{}" } }] }, null)],
      ],
      "-cc",
      { model: MODEL, id: ID },
    ],
  },
  events: {
    "thinking": [
      { choices: [{ delta: { content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm" }] }] } }] },
      CONTENT,
    ],
    "no content chunks": [{ choices: [{ delta: { role: "assistant", content: [], tool_calls: null } }] }, NEITHER],
    "a failure on its way": [
      chunk({ content: "" }, "error"),
      { ...END, stopReason: "error", model: MODEL, id: ID, error: ["server_error"] },
    ],
    "an error in the data": [
      { error: { message: "Service tier capacity exceeded", type: "service_tier_capacity_exceeded", code: 3505 } },
      { ...NEITHER, error: ["overloaded", "Service tier capacity exceeded"] },
    ],
    "the end": ["[DONE]", END],
  },
});

// What the SDK gives has no text that `telling` could be looked for in, so these stand apart.
Deno.test("mistral.describeEvent() reads the end of the SDK's stream", () => {
  const { isTerminal, stopReason, usage, totalInputTokens } = mistral.describeEvent(
    sdkEvent({ content: "" }, "tool_calls", { usage: SDK_USAGE }),
  );
  assertEquals({ isTerminal, stopReason, totalInputTokens }, {
    isTerminal: true,
    stopReason: "tool_calls",
    totalInputTokens: 500,
  });
  assertEquals(usage?.cacheReadTokens, 448);
});

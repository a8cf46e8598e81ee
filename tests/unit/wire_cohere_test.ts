import { assertEquals } from "@std/assert";
import { cohere } from "../../src/wire/cohere.ts";
import { CONTENT, END, NEITHER, testWireFormat } from "../support/wire_format_tests.ts";

const ID = "c14c80c3-18eb-4519";

const USAGE = {
  billed_units: { input_tokens: 5, output_tokens: 60 },
  tokens: { input_tokens: 260, output_tokens: 66 },
  cached_tokens: 192,
};
const COUNTED = { usage: { inputTokens: 260, outputTokens: 66, cacheReadTokens: 192 }, totalInputTokens: 260 };

function end(delta: object): Record<string, unknown> {
  return { type: "message-end", id: ID, delta };
}

const START = {
  id: ID,
  type: "message-start",
  delta: { message: { role: "assistant", content: [], tool_plan: "", tool_calls: [], citations: [] } },
};

testWireFormat("cohere", cohere, {
  paths: { calls: ["/v2/chat"], others: ["/v1/chat", "/v2/embed", "/v2/chat/stream"] },
  requests: {
    "a request with tools": [
      { model: "command-a-03-2025", messages: [{}, {}], tools: [{}], stream: true },
      "/v2/chat",
      { model: "command-a-03-2025", messageCount: 2, toolCount: 1, isStream: true },
    ],
    "a request without a stream": [
      { model: "command-a-03-2025", messages: [{}], stream: false },
      "/v2/chat",
      { model: "command-a-03-2025", messageCount: 1, toolCount: 0, isStream: false },
    ],
  },
  responses: {
    "an answer": [
      {
        id: ID,
        message: { role: "assistant", content: [{ type: "text", text: "Hi" }] },
        finish_reason: "COMPLETE",
        usage: USAGE,
      },
      { ...COUNTED, stopReason: "COMPLETE", id: ID },
    ],
    "the SDK's answer": [
      {
        id: ID,
        message: { role: "assistant", toolCalls: [{ id: "f_1" }] },
        finishReason: "TOOL_CALL",
        usage: { billedUnits: {}, tokens: { inputTokens: 260, outputTokens: 66 }, cachedTokens: 192 },
      },
      { ...COUNTED, stopReason: "TOOL_CALL", id: ID },
    ],
    "a failure inside HTTP 200": [
      { id: ID, message: { role: "assistant", content: [] }, finish_reason: "ERROR" },
      { stopReason: "ERROR", id: ID, error: ["server_error"] },
    ],
    "a timeout inside HTTP 200": [
      { id: ID, finish_reason: "TIMEOUT" },
      { stopReason: "TIMEOUT", id: ID, error: ["timeout"] },
    ],
    "toxic content, which is no failure": [
      { id: ID, finish_reason: "ERROR_TOXIC" },
      { stopReason: "ERROR_TOXIC", id: ID },
    ],
    "wrong types": [{ id: {}, finish_reason: 1, usage: { tokens: "x" } }, {}],
  },
  streams: {
    "a stream": [
      [
        [START, "message-start"],
        [
          { type: "content-start", index: 0, delta: { message: { content: { type: "text", text: "" } } } },
          "content-start",
        ],
        [
          { type: "content-delta", index: 0, delta: { message: { content: { text: '"message-end" and ' } } } },
          "content-delta",
        ],
        [
          { type: "citation-start", index: 0, delta: { message: { citations: { start: 0, text: "x" } } } },
          "citation-start",
        ],
        [{ type: "citation-end", index: 0 }, "citation-end"],
        [{ type: "content-end", index: 0 }, "content-end"],
        [end({ finish_reason: "COMPLETE", usage: USAGE }), "message-end"],
        ["[DONE]"],
      ],
      "--cc--tt",
      { ...COUNTED, stopReason: "COMPLETE", id: ID },
    ],
    "a stream of a call of a tool": [
      [
        [START],
        [{ type: "tool-plan-delta", delta: { message: { tool_plan: "I will" } } }],
        [{
          type: "tool-call-start",
          index: 0,
          delta: { message: { tool_calls: { id: "f_1", type: "function", function: { name: "f", arguments: "" } } } },
        }],
        [{ type: "tool-call-delta", index: 0, delta: { message: { tool_calls: { function: { arguments: "{" } } } } }],
        [{ type: "tool-call-end", index: 0 }],
        [end({ finish_reason: "TOOL_CALL", usage: USAGE })],
      ],
      "-ccc-t",
      { ...COUNTED, stopReason: "TOOL_CALL", id: ID },
    ],
  },
  events: {
    "thinking": [{ type: "content-delta", index: 0, delta: { message: { content: { thinking: "Hm" } } } }, CONTENT],
    "an error at the end": [
      end({ finish_reason: "ERROR", error: "internal server error" }),
      { ...END, stopReason: "ERROR", id: ID, error: ["server_error", "internal server error"] },
    ],
    "a timeout at the end": [end({ finish_reason: "TIMEOUT" }), {
      ...END,
      stopReason: "TIMEOUT",
      id: ID,
      error: ["timeout"],
    }],
    "the end by the event's type alone": [{ delta: { finish_reason: "MAX_TOKENS" } }, {
      ...END,
      stopReason: "MAX_TOKENS",
    }, "message-end"],
    "what the model was asked": [{ type: "debug", prompt: "<BOS>" }, NEITHER],
  },
});

// What the SDK gives has no text that `telling` could be looked for in, so it stands apart.
Deno.test("cohere.describeEvent() reads the end of the SDK's stream", () => {
  const { isTerminal, stopReason, usage, error } = cohere.describeEvent({
    type: "message-end",
    id: ID,
    delta: {
      finishReason: "ERROR",
      error: "sorry",
      usage: { tokens: { inputTokens: 3, outputTokens: 2 }, cachedTokens: 1 },
    },
  });
  assertEquals({ isTerminal, stopReason, error }, {
    isTerminal: true,
    stopReason: "ERROR",
    error: { finish_reason: "ERROR", error: "sorry" },
  });
  assertEquals([usage?.inputTokens, usage?.outputTokens, usage?.cacheReadTokens], [3, 2, 1]);
});

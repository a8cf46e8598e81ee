import { anthropic } from "../../src/wire/anthropic.ts";
import { CONTENT, END, NEITHER, testWireFormat } from "../support/wire_format_tests.ts";

const MODEL = "claude-sonnet-5-20260115";
const ID = "msg_01AbC";

const USAGE = {
  input_tokens: 20,
  cache_creation_input_tokens: 100,
  cache_read_input_tokens: 4000,
  cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 0 },
  output_tokens: 350,
  output_tokens_details: { thinking_tokens: 300 },
  service_tier: "standard",
};
const COUNTED = {
  usage: { inputTokens: 20, outputTokens: 350, cacheReadTokens: 4000, cacheCreationTokens: 100, reasoningTokens: 300 },
  totalInputTokens: 4120,
};

function message(more: object = {}): Record<string, unknown> {
  return {
    id: ID,
    type: "message",
    role: "assistant",
    model: MODEL,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...USAGE, output_tokens: 1, output_tokens_details: null },
    ...more,
  };
}

function events(...all: Record<string, unknown>[]): [Record<string, unknown>, string][] {
  return all.map((event) => [event, event.type as string]);
}

const START = { type: "message_start", message: message() };
const STOP = { type: "message_stop" };

testWireFormat("anthropic", anthropic, {
  paths: {
    calls: [
      "/v1/messages",
      "/anthropic/v1/messages/",
      "/v1/projects/p/locations/global/publishers/anthropic/models/claude-sonnet-5@20260115:streamRawPredict",
      "/v1/projects/p/locations/europe-west1/publishers/anthropic/models/claude-sonnet-5:rawPredict",
      "/model/anthropic.claude-sonnet-5-v1:0/invoke",
      "/model/us.anthropic.claude-sonnet-5-v1%3A0/invoke-with-response-stream",
    ],
    others: [
      "/v1/messages/batches",
      "/v1/messages/count_tokens",
      "/v1/threads/thread_1/messages",
      "/v1/projects/p/locations/global/publishers/anthropic/models/count-tokens:rawPredict",
      "/v1/projects/p/locations/global/publishers/mistralai/models/mistral-large:rawPredict",
      "/model/amazon.titan-embed-text-v2/invoke",
      "/model/anthropic.claude-sonnet-5/converse",
      "/model/anthropic.claude-sonnet-5/count-tokens",
      // Those that had completions before there were Messages.
      "/model/anthropic.claude-v2:1/invoke-with-response-stream",
      "/model/anthropic.claude-v2%3A1/invoke",
      "/model/anthropic.claude-instant-v1/invoke",
    ],
  },
  requests: {
    "a plain request": [
      { model: "claude-sonnet-5", max_tokens: 100, messages: [{}, {}, {}] },
      "/v1/messages",
      { model: "claude-sonnet-5", messageCount: 3, toolCount: 0, isStream: false },
    ],
    "a request for a stream, with tools": [
      { model: "claude-sonnet-5", messages: [{}], tools: [{}, {}], stream: true },
      "/v1/messages",
      { model: "claude-sonnet-5", messageCount: 1, toolCount: 2, isStream: true },
    ],
    "Vertex's model and wish for a stream in the path": [
      { anthropic_version: "vertex-2023-10-16", messages: [{}] },
      "/v1/projects/p/locations/l/publishers/anthropic/models/claude-sonnet-5%4020260115:streamRawPredict",
      { model: "claude-sonnet-5@20260115", messageCount: 1, toolCount: 0, isStream: true },
    ],
    "Vertex without a stream": [
      { anthropic_version: "vertex-2023-10-16", messages: [{}], stream: false },
      "/v1/projects/p/locations/l/publishers/anthropic/models/claude-sonnet-5:rawPredict",
      { model: "claude-sonnet-5", messageCount: 1, toolCount: 0, isStream: false },
    ],
    "Bedrock's model in the path": [
      { anthropic_version: "bedrock-2023-05-31", messages: [{}], tools: [{}] },
      "/model/anthropic.claude-sonnet-5-v1:0/invoke",
      { model: "anthropic.claude-sonnet-5-v1:0", messageCount: 1, toolCount: 1, isStream: false },
    ],
    "Bedrock's wish for a stream in the path": [
      { anthropic_version: "bedrock-2023-05-31", messages: [{}] },
      "/model/us.anthropic.claude-sonnet-5-v1%3A0/invoke-with-response-stream",
      { model: "us.anthropic.claude-sonnet-5-v1:0", messageCount: 1, toolCount: 0, isStream: true },
    ],
    "wrong types": [{ model: null, messages: 7, tools: "x", stream: {} }, "/v1/messages", { isStream: false }],
  },
  responses: {
    "an answer with every count": [
      message({ content: [{ type: "text", text: "Hi" }], stop_reason: "end_turn", usage: USAGE }),
      { ...COUNTED, stopReason: "end_turn", model: MODEL, id: ID },
    ],
    "a usage without cached tokens": [
      message({
        stop_reason: "tool_use",
        usage: { input_tokens: 20, output_tokens: 5, cache_read_input_tokens: null },
      }),
      {
        usage: { inputTokens: 20, outputTokens: 5 },
        totalInputTokens: 20,
        stopReason: "tool_use",
        model: MODEL,
        id: ID,
      },
    ],
    "a usage without input": [
      message({ usage: { output_tokens: 5, cache_read_input_tokens: 7 } }),
      { usage: { outputTokens: 5, cacheReadTokens: 7 }, model: MODEL, id: ID },
    ],
    "an error inside HTTP 200": [
      { type: "error", error: { type: "overloaded_error", message: "Overloaded" }, request_id: "req_1" },
      { error: ["overloaded", "Overloaded"] },
    ],
    "wrong types": [{ usage: "x", stop_reason: 1, model: [], id: {} }, {}],
  },
  streams: {
    "a stream of thinking and text": [
      events(
        START,
        { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } },
        { type: "ping" },
        { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "Let me" } },
        { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "EqQB" } },
        { type: "content_block_stop", index: 0 },
        { type: "content_block_start", index: 1, content_block: { type: "text", text: "", citations: null } },
        { type: "content_block_delta", index: 1, delta: { type: "text_delta", text: '"type":"error"' } },
        { type: "content_block_stop", index: 1 },
        {
          type: "message_delta",
          delta: { stop_reason: "end_turn", stop_sequence: null, stop_details: null, container: null },
          usage: USAGE,
        },
        STOP,
      ),
      "---cc--c--t",
      { ...COUNTED, stopReason: "end_turn", model: MODEL, id: ID },
    ],
    "a stream whose last counts replace the first": [
      events(
        { type: "message_start", message: message({ usage: { input_tokens: 10, output_tokens: 1 } }) },
        { type: "message_delta", delta: { stop_reason: "max_tokens" }, usage: { output_tokens: 90 } },
        STOP,
      ),
      "--t",
      {
        usage: { inputTokens: 10, outputTokens: 90 },
        totalInputTokens: 10,
        stopReason: "max_tokens",
        model: MODEL,
        id: ID,
      },
    ],
    "a stream whose last usage leaves the cached tokens out": [
      events(
        START,
        {
          type: "message_delta",
          delta: { stop_reason: "end_turn" },
          usage: { input_tokens: 20, cache_read_input_tokens: null, output_tokens: 90 },
        },
        STOP,
      ),
      "--t",
      {
        usage: { inputTokens: 20, outputTokens: 90, cacheReadTokens: 4000, cacheCreationTokens: 100 },
        totalInputTokens: 4120,
        stopReason: "end_turn",
        model: MODEL,
        id: ID,
      },
    ],
    "a stream of a call of a tool": [
      events(
        START,
        {
          type: "content_block_start",
          index: 0,
          content_block: { type: "tool_use", id: "toolu_1", name: "f", input: {} },
        },
        { type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: "" } },
        { type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: '{"a"' } },
        { type: "content_block_stop", index: 0 },
        { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 9 } },
        STOP,
      ),
      "-c-c--t",
      {
        usage: { inputTokens: 20, outputTokens: 9, cacheReadTokens: 4000, cacheCreationTokens: 100 },
        totalInputTokens: 4120,
        stopReason: "tool_use",
        model: MODEL,
        id: ID,
      },
    ],
  },
  events: {
    "a delta with a length of its own": [{ type: "content_block_delta", delta: { length: { toString: 1 } } }, NEITHER],
    "overload as the first event": [
      { type: "error", error: { type: "overloaded_error", message: "Overloaded" }, request_id: null },
      { ...NEITHER, error: ["overloaded", "Overloaded"] },
      "error",
    ],
    "a rate limit": [
      { type: "error", error: { type: "rate_limit_error", message: "Too fast" } },
      { ...NEITHER, error: ["rate_limited", "Too fast"] },
    ],
    "a failure of the service": [
      { type: "error", error: { type: "api_error", message: "Internal server error" } },
      { ...NEITHER, error: ["server_error", "Internal server error"] },
    ],
    "what was redacted": [
      { type: "content_block_start", index: 0, content_block: { type: "redacted_thinking", data: "EmwK" } },
      CONTENT,
    ],
    "a hosted tool's result": [
      {
        type: "content_block_start",
        index: 1,
        content_block: {
          type: "web_search_tool_result",
          tool_use_id: "srvtoolu_1",
          content: { type: "web_search_tool_result_error", error_code: "unavailable" },
        },
      },
      CONTENT,
    ],
    "a ping": [{ type: "ping" }, NEITHER, "ping"],
    "an event of a later version": [{ type: "new_thing", delta: { text: "x" } }, NEITHER, "new_thing"],
    "the end by the event's type alone": [{ type: "message_stop" }, END, "message_stop"],
    "what is no JSON": ["x", NEITHER],
  },
});

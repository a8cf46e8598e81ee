import { openaiResponses } from "../../src/wire/openai_responses.ts";
import { CONTENT, END, NEITHER, testWireFormat } from "../support/wire_format_tests.ts";

const MODEL = "gpt-5-2026-01-15";
const ID = "resp_68af";

function response(status: string, more: object = {}): Record<string, unknown> {
  return {
    id: ID,
    object: "response",
    created_at: 1772000000,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    model: MODEL,
    output: [],
    parallel_tool_calls: true,
    tool_choice: "auto",
    tools: [],
    usage: null,
    metadata: {},
    ...more,
  };
}

const USAGE = {
  input_tokens: 3000,
  input_tokens_details: { cached_tokens: 2048, cache_write_tokens: 128 },
  output_tokens: 250,
  output_tokens_details: { reasoning_tokens: 200 },
  total_tokens: 3250,
};
const COUNTED = {
  usage: {
    inputTokens: 3000,
    outputTokens: 250,
    cacheReadTokens: 2048,
    cacheCreationTokens: 128,
    reasoningTokens: 200,
  },
  totalInputTokens: 3000,
};

const MESSAGE = { id: "msg_1", type: "message", status: "completed", role: "assistant", content: [] };
const REASONING = { id: "rs_1", type: "reasoning", summary: [] };
const CALL = { id: "fc_1", type: "function_call", status: "in_progress", arguments: "", call_id: "call_1", name: "f" };

/** Events as OpenAI sends them, their types beside them too. */
function events(...all: Record<string, unknown>[]): [Record<string, unknown>, string][] {
  return all.map((event, sequence_number) => [{ ...event, sequence_number }, event.type as string]);
}

testWireFormat("openaiResponses", openaiResponses, {
  paths: {
    calls: ["/v1/responses", "/openai/responses", "/openai/v1/responses/"],
    others: [
      "/v1/responses/resp_1",
      "/v1/responses/resp_1/cancel",
      "/v1/responses/compact",
      "/v1/responses/input_tokens",
    ],
  },
  requests: {
    "a text as one message": [
      { model: "gpt-5", input: "Hi" },
      "/v1/responses",
      { model: "gpt-5", messageCount: 1, toolCount: 0, isStream: false },
    ],
    "items, tools and the wish for a stream": [
      { model: "gpt-5", input: [{}, {}], tools: [{ type: "web_search" }], stream: true },
      "/v1/responses",
      { model: "gpt-5", messageCount: 2, toolCount: 1, isStream: true },
    ],
    "a stored prompt instead of a model": [{ prompt: { id: "pmpt_1" } }, "/v1/responses", { isStream: false }],
    "wrong types": [{ model: [], input: 5, tools: {}, stream: 1 }, "/v1/responses", { isStream: false }],
  },
  responses: {
    "an answer with every count": [
      response("completed", { output: [REASONING, MESSAGE], usage: USAGE }),
      { ...COUNTED, stopReason: "completed", model: MODEL, id: ID },
    ],
    "that it waits for a tool": [
      response("completed", { output: [MESSAGE, { ...CALL, status: "completed" }] }),
      { stopReason: "function_call", finishReasons: ["completed"], model: MODEL, id: ID },
    ],
    "that a hosted tool was used, which waits for nothing": [
      response("completed", { output: [{ type: "web_search_call", id: "ws_1", status: "completed" }, MESSAGE] }),
      { stopReason: "completed", model: MODEL, id: ID },
    ],
    "that it waits for commands to be run by the caller": [
      response("completed", {
        output: [{ type: "shell_call", call_id: "call_1", environment: { type: "local" }, status: "completed" }],
      }),
      { stopReason: "function_call", finishReasons: ["completed"], model: MODEL, id: ID },
    ],
    "that commands were run in a container, which waits for nothing": [
      response("completed", {
        output: [
          { type: "shell_call", call_id: "call_1", environment: { type: "container_reference", container_id: "c" } },
          { type: "shell_call_output", call_id: "call_1", output: [] },
          MESSAGE,
        ],
      }),
      { stopReason: "completed", model: MODEL, id: ID },
    ],
    "that it waits for tools to be looked for by the caller": [
      response("completed", { output: [{ type: "tool_search_call", call_id: "call_1", execution: "client" }] }),
      { stopReason: "function_call", finishReasons: ["completed"], model: MODEL, id: ID },
    ],
    "that tools were looked for by the service": [
      response("completed", { output: [{ type: "tool_search_call", call_id: null, execution: "server" }, MESSAGE] }),
      { stopReason: "completed", model: MODEL, id: ID },
    ],
    "what is incomplete": [
      response("incomplete", { incomplete_details: { reason: "max_output_tokens" }, output: [CALL] }),
      { stopReason: "max_output_tokens", model: MODEL, id: ID },
    ],
    "what runs in the background and has not stopped yet": [response("queued"), { model: MODEL, id: ID }],
    "what was cancelled": [response("cancelled"), { stopReason: "cancelled", model: MODEL, id: ID }],
    "a failure inside HTTP 200": [
      response("failed", { error: { code: "rate_limit_exceeded", message: "Rate limit reached" } }),
      { stopReason: "failed", model: MODEL, id: ID, error: ["rate_limited", "Rate limit reached"] },
    ],
    "a failure that says nothing": [
      response("failed"),
      { stopReason: "failed", model: MODEL, id: ID, error: ["server_error"] },
    ],
    "a gateway's error": [{ error: { code: 503, message: "No provider" } }, { error: ["server_error", "No provider"] }],
    "wrong types": [{ status: {}, output: "x", usage: 1, incomplete_details: "x" }, {}],
  },
  streams: {
    "a stream of reasoning and text": [
      events(
        { type: "response.created", response: response("in_progress") },
        { type: "response.in_progress", response: response("in_progress") },
        { type: "response.output_item.added", output_index: 0, item: REASONING },
        { type: "response.reasoning_summary_part.added", item_id: "rs_1", part: { type: "summary_text", text: "" } },
        { type: "response.reasoning_summary_text.delta", item_id: "rs_1", delta: "**Plan" },
        { type: "response.reasoning_summary_text.done", item_id: "rs_1", text: "**Plan" },
        { type: "response.output_item.done", output_index: 0, item: REASONING },
        { type: "response.output_item.added", output_index: 1, item: { ...MESSAGE, status: "in_progress" } },
        {
          type: "response.content_part.added",
          item_id: "msg_1",
          part: { type: "output_text", text: "", annotations: [] },
        },
        { type: "response.output_text.delta", item_id: "msg_1", delta: '"type":"error" is a word', logprobs: [] },
        { type: "response.output_text.done", item_id: "msg_1", text: "Hello", logprobs: [] },
        { type: "response.content_part.done", item_id: "msg_1", part: { type: "output_text", text: "Hello" } },
        { type: "response.output_item.done", output_index: 1, item: MESSAGE },
        { type: "response.completed", response: response("completed", { output: [REASONING, MESSAGE], usage: USAGE }) },
      ),
      "----c----c---t",
      { ...COUNTED, stopReason: "completed", model: MODEL, id: ID },
    ],
    "a stream of a call of a tool": [
      events(
        { type: "response.created", response: response("in_progress") },
        { type: "response.output_item.added", output_index: 0, item: CALL },
        { type: "response.function_call_arguments.delta", item_id: "fc_1", delta: '{"a":1}' },
        { type: "response.function_call_arguments.done", item_id: "fc_1", name: "f", arguments: '{"a":1}' },
        { type: "response.output_item.done", output_index: 0, item: CALL },
        { type: "response.completed", response: response("completed", { output: [CALL], usage: USAGE }) },
      ),
      "-cc-ct",
      { ...COUNTED, stopReason: "function_call", finishReasons: ["completed"], model: MODEL, id: ID },
    ],
    "a stream that ends early": [
      events(
        { type: "response.output_text.delta", delta: "Hel" },
        {
          type: "response.incomplete",
          response: response("incomplete", { incomplete_details: { reason: "content_filter" }, usage: USAGE }),
        },
      ),
      "ct",
      { ...COUNTED, stopReason: "content_filter", model: MODEL, id: ID },
    ],
    "a stream that fails": [
      events(
        { type: "response.created", response: response("in_progress") },
        {
          type: "response.failed",
          response: response("failed", { error: { code: "server_is_overloaded", message: "Overloaded" } }),
        },
      ),
      "-t",
      { stopReason: "failed", model: MODEL, id: ID, error: ["overloaded", "Overloaded"] },
    ],
  },
  events: {
    "a flat error": [
      { type: "error", code: "rate_limit_exceeded", message: "Slow down", param: null, sequence_number: 2 },
      { ...NEITHER, error: ["rate_limited", "Slow down"] },
    ],
    "a nested error": [
      { type: "error", error: { type: "server_error", code: "server_error", message: "Sorry" }, sequence_number: 2 },
      { ...NEITHER, error: ["server_error", "Sorry"] },
    ],
    "an error that only its event's type tells": [
      { error: { code: "context_length_exceeded", message: "Too long" } },
      { ...NEITHER, error: ["context_too_long", "Too long"] },
      "error",
    ],
    "a failure without a reason": [
      { type: "response.failed", response: {} },
      { ...END, error: ["server_error"] },
    ],
    "an empty delta": [{ type: "response.output_text.delta", delta: "" }, NEITHER],
    "a refusal": [{ type: "response.refusal.delta", delta: "I" }, CONTENT],
    "audio": [{ type: "response.audio.delta", delta: "UklGRg==" }, CONTENT],
    "a hosted tool's call": [
      { type: "response.output_item.added", item: { id: "ws_1", type: "web_search_call", status: "in_progress" } },
      CONTENT,
    ],
    "a call of code": [{ type: "response.code_interpreter_call_code.delta", delta: "print" }, CONTENT],
    "tools of an MCP server": [{ type: "response.mcp_list_tools.in_progress", item_id: "mcpl_1" }, NEITHER],
    "what goes on in the background, by the id that it has from now on": [
      { type: "response.created", response: { id: ID, status: "queued", background: true } },
      { ...CONTENT, id: ID },
    ],
    "what waits": [{ type: "response.queued", response: response("queued") }, { ...NEITHER, model: MODEL, id: ID }],
    "a keepalive": [{ type: "keepalive", sequence_number: 3 }, NEITHER],
    "the end of those who follow OpenAI": ["[DONE]", END],
  },
});

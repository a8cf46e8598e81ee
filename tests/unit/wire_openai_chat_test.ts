import { openaiChat } from "../../src/wire/openai_chat.ts";
import { CONTENT, END, NEITHER, testWireFormat } from "../support/wire_format_tests.ts";

const MODEL = "gpt-5-mini-2026-03-01";
const ID = "chatcmpl-BxQ7";

/** A chunk as OpenAI sends it. */
function chunk(delta: unknown, finish_reason: unknown = null, usage: unknown = null): unknown {
  const choices = delta === undefined ? [] : [{ index: 0, delta, logprobs: null, finish_reason }];
  return {
    id: ID,
    object: "chat.completion.chunk",
    created: 1772000000,
    model: MODEL,
    choices,
    usage,
    obfuscation: "x7",
  };
}

const USAGE = {
  prompt_tokens: 2006,
  completion_tokens: 300,
  total_tokens: 2306,
  prompt_tokens_details: { cached_tokens: 1920, cache_write_tokens: 64, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 192, audio_tokens: 0, accepted_prediction_tokens: 0 },
};
const COUNTED = {
  usage: { inputTokens: 2006, outputTokens: 300, cacheReadTokens: 1920, cacheCreationTokens: 64, reasoningTokens: 192 },
  totalInputTokens: 2006,
};

function completion(choices: unknown, more: object = {}): unknown {
  return { id: ID, object: "chat.completion", created: 1772000000, model: MODEL, choices, ...more };
}

testWireFormat("openaiChat", openaiChat, {
  paths: {
    calls: ["/v1/chat/completions", "/openai/deployments/gpt-5/chat/completions", "/api/v1/chat/completions/"],
    others: ["/v1/completions", "/v1/chat/completions/chatcmpl-1", "/v1/chat/completions/chatcmpl-1/messages", "/"],
  },
  requests: {
    "a plain request": [
      { model: "gpt-5-mini", messages: [{ role: "user", content: "Hi" }] },
      "/v1/chat/completions",
      { model: "gpt-5-mini", messageCount: 1, toolCount: 0, isStream: false },
    ],
    "a request for a stream, with tools": [
      { model: "gpt-5", stream: true, messages: [{}, {}, {}], tools: [{ type: "function" }, { type: "custom" }] },
      "/v1/chat/completions",
      { model: "gpt-5", messageCount: 3, toolCount: 2, isStream: true },
    ],
    "the functions of old": [
      { model: "gpt-4", messages: [{}], functions: [{ name: "f" }] },
      "/v1/chat/completions",
      { model: "gpt-4", messageCount: 1, toolCount: 1, isStream: false },
    ],
    "the name of Azure's deployment where the body has no model": [
      { messages: [{}] },
      "/openai/deployments/my%20gpt/chat/completions",
      { model: "my gpt", messageCount: 1, toolCount: 0, isStream: false },
    ],
    "the body's model rather than the deployment": [
      { model: "gpt-5", messages: [{}] },
      "/openai/deployments/d/chat/completions",
      { model: "gpt-5", messageCount: 1, toolCount: 0, isStream: false },
    ],
    "a deployment that is not encoded well": [
      { messages: [] },
      "/openai/deployments/100%/chat/completions",
      { model: "100%", messageCount: 0, toolCount: 0, isStream: false },
    ],
    "no body": [undefined, "/v1/chat/completions", { isStream: false }],
    "wrong types": [
      { model: 5, messages: { 0: {} }, tools: "f", stream: "true" },
      "/v1/chat/completions",
      { isStream: false },
    ],
  },
  responses: {
    "an answer with every count": [
      completion([{ index: 0, message: { role: "assistant", content: "Hi" }, logprobs: null, finish_reason: "stop" }], {
        usage: USAGE,
      }),
      { ...COUNTED, stopReason: "stop", model: MODEL, id: ID },
    ],
    "calls of tools": [
      completion([{ message: { content: null, tool_calls: [{ id: "call_1" }] }, finish_reason: "tool_calls" }]),
      { stopReason: "tool_calls", model: MODEL, id: ID },
    ],
    "several choices": [
      completion([{ index: 0, finish_reason: "length" }, { index: 1, finish_reason: "stop" }]),
      { stopReason: "length", finishReasons: ["length", "stop"], model: MODEL, id: ID },
    ],
    "no usage": [completion([{ finish_reason: "stop" }], { usage: null }), {
      stopReason: "stop",
      model: MODEL,
      id: ID,
    }],
    "counts of 0, and only those that are there": [
      completion([], { usage: { prompt_tokens: 0, prompt_tokens_details: null } }),
      { usage: { inputTokens: 0 }, totalInputTokens: 0, model: MODEL, id: ID },
    ],
    "OpenRouter's error inside HTTP 200": [
      { error: { code: 429, message: "Rate limited upstream", metadata: { provider_name: "P" } }, user_id: "u" },
      { error: ["rate_limited", "Rate limited upstream"] },
    ],
    "an error that says nothing": [{ error: { message: "Oops" } }, { error: ["server_error", "Oops"] }],
    "an error as mere text": [{ error: "model overloaded" }, { error: ["overloaded", "model overloaded"] }],
    "OpenRouter's error of a choice": [
      completion([{
        finish_reason: "error",
        error: { code: 502, message: "Upstream is down" },
        message: { content: "" },
      }]),
      { stopReason: "error", model: MODEL, id: ID, error: ["server_error", "Upstream is down"] },
    ],
    "vLLM's error": [
      { object: "error", message: "The prompt is too long", type: "BadRequestError", code: 400 },
      { error: ["context_too_long", "The prompt is too long"] },
    ],
    "wrong types": [{ id: 1, model: {}, choices: {}, usage: [] }, {}],
    "no body": ["", {}],
  },
  streams: {
    "a stream with usage": [
      [
        [chunk({ role: "assistant", content: "", refusal: null })],
        [chunk({ content: "Hel" })],
        [chunk({ content: 'say "usage": {} or \\"finish_reason\\":\\"stop\\"' })],
        [chunk({}, "stop")],
        [chunk(undefined, null, USAGE)],
        ["[DONE]"],
      ],
      "-cct-t",
      { ...COUNTED, stopReason: "stop", model: MODEL, id: ID },
    ],
    "a stream of calls of tools": [
      [
        [chunk({ role: "assistant", content: null })],
        [chunk({ tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "f", arguments: "" } }] })],
        [chunk({ tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] })],
        [chunk({}, "tool_calls")],
        ["[DONE]"],
      ],
      "-cctt",
      { stopReason: "tool_calls", model: MODEL, id: ID },
    ],
    "Azure's stream, whose first chunk tells of its filter": [
      [
        [{ choices: [], created: 0, id: "", model: "", object: "", prompt_filter_results: [{ prompt_index: 0 }] }],
        [{
          id: ID,
          model: MODEL,
          choices: [{ content_filter_results: {}, delta: { content: "Hi" }, finish_reason: null }],
        }],
        [{
          id: ID,
          model: MODEL,
          choices: [{ content_filter_results: {}, delta: {}, finish_reason: "content_filter" }],
        }],
        ["[DONE]"],
      ],
      "-ctt",
      { stopReason: "content_filter", model: MODEL, id: ID },
    ],
    "Groq's stream, whose last chunk has the usage in a corner": [
      [
        [{ ...chunk({ role: "assistant", content: "" }) as object, x_groq: { id: "req_1" } }],
        [chunk({ content: "Hi" })],
        [{
          ...chunk({}, "stop") as object,
          x_groq: { id: "req_1", usage: { prompt_tokens: 5, completion_tokens: 2 } },
        }],
        ["[DONE]"],
      ],
      "-ctt",
      { usage: { inputTokens: 5, outputTokens: 2 }, totalInputTokens: 5, stopReason: "stop", model: MODEL, id: ID },
    ],
    "OpenRouter's stream that fails on its way": [
      [
        [chunk({ role: "assistant", content: "Hi" })],
        [{
          ...chunk({ role: "assistant", content: "" }, "error") as object,
          error: { code: 503, message: "Provider disconnected" },
        }],
        ["[DONE]"],
      ],
      "ctt",
      { stopReason: "error", model: MODEL, id: ID, error: ["server_error", "Provider disconnected"] },
    ],
  },
  events: {
    "DeepSeek's reasoning": [
      { choices: [{ delta: { role: "assistant", content: null, reasoning_content: "Hm" }, finish_reason: null }] },
      CONTENT,
    ],
    "OpenRouter's reasoning": [
      { choices: [{ delta: { role: "assistant", content: "", reasoning: "Hm", reasoning_details: [{}] } }] },
      CONTENT,
    ],
    "empty reasoning": [{ choices: [{ delta: { reasoning: "", reasoning_details: [], content: "" } }] }, NEITHER],
    "a refusal": [{ choices: [{ delta: { refusal: "I can" } }] }, CONTENT],
    "a function call of old": [{ choices: [{ delta: { function_call: { name: "f", arguments: "" } } }] }, CONTENT],
    "audio": [{ choices: [{ delta: { audio: { id: "audio_1", data: "UklGRg==" } } }] }, CONTENT],
    "the end of audio": [{ choices: [{ delta: { audio: { expires_at: 1772000000 } } }] }, NEITHER],
    "a second choice": [{ choices: [{ index: 0, delta: {} }, { index: 1, delta: { content: "x" } }] }, CONTENT],
    "a choice of null": [{ choices: [null, { delta: null }] }, NEITHER],
    "the last content and the end at once": [
      { choices: [{ delta: { content: "." }, finish_reason: "stop" }] },
      { isContent: true, isTerminal: true, stopReason: "stop" },
    ],
    "an error in the data": [
      { error: { message: "The engine is overloaded", type: "server_error", code: null, param: null } },
      { ...NEITHER, error: ["overloaded", "The engine is overloaded"] },
    ],
    "an event of the type error": [
      { message: "Rate limit reached", code: "rate_limit_exceeded" },
      { ...NEITHER, error: ["rate_limited", "Rate limit reached"] },
      "error",
    ],
    "exhausted quota": [
      { error: { message: "You exceeded your quota", type: "insufficient_quota", code: "insufficient_quota" } },
      { ...NEITHER, error: ["quota_exhausted", "You exceeded your quota"] },
    ],
    "an error of null": [{ error: null, choices: [] }, NEITHER],
    "a finish_reason of error": [
      { choices: [{ delta: { content: "" }, finish_reason: "error" }] },
      { ...END, stopReason: "error", error: ["server_error"] },
    ],
    "the end": ["[DONE]", END],
    "what is no JSON": ["data", NEITHER],
    "nothing": [undefined, NEITHER],
  },
});

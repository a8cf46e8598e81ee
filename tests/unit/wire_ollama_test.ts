import { ollama } from "../../src/wire/ollama.ts";
import { CONTENT, END, NEITHER, testWireFormat } from "../support/wire_format_tests.ts";

const MODEL = "qwen3:8b";

function line(message: object, more: object = { done: false }): Record<string, unknown> {
  return { model: MODEL, created_at: "2026-02-01T12:00:00Z", message: { role: "assistant", ...message }, ...more };
}

const LAST = {
  done: true,
  done_reason: "stop",
  total_duration: 5000000,
  prompt_eval_count: 26,
  prompt_eval_duration: 1000,
  eval_count: 290,
};
const COUNTED = {
  usage: { inputTokens: 26, outputTokens: 290 },
  totalInputTokens: 26,
  stopReason: "stop",
  model: MODEL,
};

testWireFormat("ollama", ollama, {
  paths: { calls: ["/api/chat", "/ollama/api/chat"], others: ["/api/generate", "/api/chat/completions", "/v1/chat"] },
  requests: {
    "a request that streams because it does not say otherwise": [
      { model: "qwen3:8b", messages: [{}], tools: [{}, {}] },
      "/api/chat",
      { model: "qwen3:8b", messageCount: 1, toolCount: 2, isStream: true },
    ],
    "a request without a stream": [
      { model: "qwen3:8b", messages: [{}], stream: false },
      "/api/chat",
      { model: "qwen3:8b", messageCount: 1, toolCount: 0, isStream: false },
    ],
  },
  responses: {
    "an answer": [line({ content: "Hi" }, LAST), COUNTED],
    "that it waits for a tool": [
      line({ content: "", tool_calls: [{ function: { name: "f", arguments: {} } }] }, LAST),
      { ...COUNTED, stopReason: "function_call", finishReasons: ["stop"] },
    ],
    "an empty list of calls": [line({ content: "Hi", tool_calls: [] }, LAST), COUNTED],
    "an answer from the cache, which counts no prompt": [
      line({ content: "Hi" }, { done: true, done_reason: "length", eval_count: 5 }),
      { usage: { outputTokens: 5 }, stopReason: "length", model: MODEL },
    ],
    "an error": [{ error: "model 'x' not found" }, { error: ["server_error", "model 'x' not found"] }],
    "wrong types": [{ model: 1, done_reason: {}, eval_count: "5" }, {}],
  },
  streams: {
    "a stream of thinking and text": [
      [
        [line({ content: "", thinking: "Hm" })],
        [line({ content: 'He said "done": true' })],
        [line({ content: "" }, LAST)],
      ],
      "cct",
      COUNTED,
    ],
    "a stream of a call of a tool": [
      [
        [line({ content: "", tool_calls: [{ function: { name: "f", arguments: { city: "Paris" } } }] })],
        [line({ content: "" }, LAST)],
      ],
      "ct",
      { ...COUNTED, stopReason: "function_call", finishReasons: ["stop"] },
    ],
    "a stream of a call of a tool that was cut off": [
      [
        [line({ content: "", thinking: "Hm" })],
        [line({ content: "", tool_calls: [{ function: { name: "f", arguments: {} } }] })],
        [line({ content: "" }, { ...LAST, done_reason: "length" })],
      ],
      "cct",
      { ...COUNTED, stopReason: "length" },
    ],
    "a stream that fails on its way": [
      [[line({ content: "H" })], [{ error: "model runner has unexpectedly stopped" }]],
      "c-",
      { model: MODEL, error: ["server_error", "model runner has unexpectedly stopped"] },
    ],
  },
  events: {
    "an empty line": [line({ content: "" }), { ...NEITHER, model: MODEL }],
    "images": [{ message: { role: "assistant", content: "", images: ["iVBO"] } }, CONTENT],
    "the end without counts": [{ done: true }, END],
    "a word that is no end": [{ done: "true" }, NEITHER],
  },
  remembered: /"tool_calls"/,
});

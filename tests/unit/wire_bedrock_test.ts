import { bedrock } from "../../src/wire/bedrock.ts";
import { CONTENT, END, NEITHER, testWireFormat } from "../support/wire_format_tests.ts";

const USAGE = {
  inputTokens: 20,
  outputTokens: 350,
  totalTokens: 4470,
  cacheReadInputTokens: 4000,
  cacheWriteInputTokens: 100,
};
const COUNTED = {
  usage: { inputTokens: 20, outputTokens: 350, cacheReadTokens: 4000, cacheCreationTokens: 100 },
  totalInputTokens: 4120,
};

/** A stream on the wire: the types are headers, and each payload is padded. */
const STREAM: readonly (readonly [payload: Record<string, unknown>, type: string])[] = [
  [{ role: "assistant", p: "abcdefg" }, "messageStart"],
  [{ contentBlockIndex: 0, delta: { reasoningContent: { text: "Hm" } }, p: "abc" }, "contentBlockDelta"],
  [{ contentBlockIndex: 0, delta: { reasoningContent: { signature: "EqQ" } }, p: "abc" }, "contentBlockDelta"],
  [{ contentBlockIndex: 0, p: "ab" }, "contentBlockStop"],
  [{ contentBlockIndex: 1, delta: { text: '"usage": {' }, p: "abcd" }, "contentBlockDelta"],
  [{ contentBlockIndex: 1, p: "abc" }, "contentBlockStop"],
  [{ contentBlockIndex: 2, start: { toolUse: { toolUseId: "t1", name: "f" } }, p: "a" }, "contentBlockStart"],
  [{ contentBlockIndex: 2, delta: { toolUse: { input: '{"a"' } }, p: "ab" }, "contentBlockDelta"],
  [{ contentBlockIndex: 2, p: "abc" }, "contentBlockStop"],
  [{ stopReason: "tool_use", p: "abcdef" }, "messageStop"],
  [{ usage: USAGE, metrics: { latencyMs: 800 }, p: "abcde" }, "metadata"],
];
const MARKS = "-cc-c-cc-tt";

testWireFormat("bedrock", bedrock, {
  paths: {
    calls: [
      "/model/anthropic.claude-sonnet-5-v1%3A0/converse",
      "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123%3Ainference-profile%2Fx/converse-stream",
    ],
    others: ["/model/m/invoke", "/model/m/count-tokens", "/model/m/invoke-with-response-stream", "/model/converse"],
  },
  requests: {
    "the model in the path": [
      { messages: [{ role: "user", content: [{ text: "Hi" }] }], inferenceConfig: { maxTokens: 5 } },
      "/model/anthropic.claude-sonnet-5-v1%3A0/converse",
      { model: "anthropic.claude-sonnet-5-v1:0", messageCount: 1, toolCount: 0, isStream: false },
    ],
    "a stream with tools": [
      { messages: [{}, {}], toolConfig: { tools: [{ toolSpec: {} }, { cachePoint: {} }] } },
      "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123%3Ainference-profile%2Fx/converse-stream",
      {
        model: "arn:aws:bedrock:us-east-1:123:inference-profile/x",
        messageCount: 2,
        toolCount: 2,
        isStream: true,
      },
    ],
    "the SDK's input": [
      { modelId: "amazon.nova-pro-v1:0", messages: [{}] },
      "",
      { model: "amazon.nova-pro-v1:0", messageCount: 1, toolCount: 0, isStream: false },
    ],
    "wrong types": [{ modelId: {}, messages: 1, toolConfig: "x" }, "/model/m/converse", {
      toolCount: 0,
      isStream: false,
    }],
  },
  responses: {
    "an answer with every count": [
      {
        output: { message: { role: "assistant", content: [{ text: "Hi" }] } },
        stopReason: "end_turn",
        usage: USAGE,
        metrics: { latencyMs: 900 },
      },
      { ...COUNTED, stopReason: "end_turn" },
    ],
    "a usage without cached tokens": [
      { stopReason: "guardrail_intervened", usage: { inputTokens: 5, outputTokens: 0, totalTokens: 5 } },
      { usage: { inputTokens: 5, outputTokens: 0 }, totalInputTokens: 5, stopReason: "guardrail_intervened" },
    ],
    "wrong types": [{ stopReason: {}, usage: "x" }, {}],
  },
  streams: {
    "a stream on the wire": [STREAM, MARKS, { ...COUNTED, stopReason: "tool_use" }],
    "the SDK's stream": [
      STREAM.map(([{ p: _padding, ...payload }, type]) => [{ [type]: payload }]),
      MARKS,
      { ...COUNTED, stopReason: "tool_use" },
    ],
  },
  events: {
    "throttling": [
      { message: "Too many requests, please wait" },
      { ...NEITHER, error: ["rate_limited", "Too many requests, please wait"] },
      "throttlingException",
    ],
    "an unavailable service": [
      { message: "Bedrock is unable to process your request." },
      { ...NEITHER, error: ["overloaded", "Bedrock is unable to process your request."] },
      "serviceUnavailableException",
    ],
    "a failure of the model": [
      { message: "The model failed", originalStatusCode: 400, originalMessage: "m" },
      { ...NEITHER, error: ["server_error", "The model failed"] },
      "modelStreamErrorException",
    ],
    "a failure of the service": [
      { Message: "Sorry" },
      { ...NEITHER, error: ["server_error", "Sorry"] },
      "internalServerException",
    ],
    "a request that is not valid": [
      { message: "Malformed input request" },
      { ...NEITHER, error: ["invalid_request", "Malformed input request"] },
      "validationException",
    ],
    "a model that took too long": [
      { message: "Model timed out" },
      { ...NEITHER, error: ["timeout", "Model timed out"] },
      "modelTimeoutException",
    ],
    "an exception without a payload": ["", { ...NEITHER, error: ["rate_limited"] }, "throttlingException"],
    "an exception as the SDK's type has it": [
      { throttlingException: { name: "ThrottlingException", message: "Slow down" } },
      { ...NEITHER, error: ["rate_limited", "Slow down"] },
    ],
    "redacted reasoning as the SDK's bytes": [
      {
        contentBlockDelta: {
          contentBlockIndex: 0,
          delta: { reasoningContent: { redactedContent: new Uint8Array(3) } },
        },
      },
      CONTENT,
    ],
    "an image": [
      { contentBlockDelta: { contentBlockIndex: 0, delta: { image: { source: { bytes: new Uint8Array(9) } } } } },
      CONTENT,
    ],
    "empty text": [{ contentBlockIndex: 0, delta: { text: "" } }, NEITHER, "contentBlockDelta"],
    "the start of a block of no kind": [{ contentBlockIndex: 0, start: {} }, NEITHER, "contentBlockStart"],
    "the end without a reason": [{}, END, "metadata"],
    "an event of a later version": [{ newThing: { delta: { text: "x" } } }, NEITHER],
    "nothing": [{}, NEITHER],
  },
});

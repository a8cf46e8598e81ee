import { gemini } from "../../src/wire/gemini.ts";
import { CONTENT, NEITHER, testWireFormat } from "../support/wire_format_tests.ts";

const MODEL = "gemini-3-flash-001";
const ID = "x7QkaZ";

const USAGE = {
  promptTokenCount: 1200,
  candidatesTokenCount: 40,
  totalTokenCount: 1600,
  cachedContentTokenCount: 1000,
  thoughtsTokenCount: 260,
  toolUsePromptTokenCount: 100,
  promptTokensDetails: [{ modality: "TEXT", tokenCount: 1200 }],
};
const COUNTED = {
  usage: { inputTokens: 1200, outputTokens: 300, cacheReadTokens: 1000, reasoningTokens: 260 },
  totalInputTokens: 1300,
};

/** An answer, or a part of it: they look the same. */
function answer(parts: unknown, finishReason?: string, usageMetadata: unknown = { promptTokenCount: 1200 }): unknown {
  const candidate = { content: { parts, role: "model" }, ...(finishReason && { finishReason }), index: 0 };
  return { candidates: [candidate], usageMetadata, modelVersion: MODEL, responseId: ID };
}

const QUOTA = {
  error: {
    code: 429,
    message: "Resource has been exhausted",
    status: "RESOURCE_EXHAUSTED",
    details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34s" }],
  },
};
const ASKED = { role: "user", parts: [{ text: "Hi" }] };
const PATH = "/v1beta/models/gemini-3-flash:generateContent";

testWireFormat("gemini", gemini, {
  paths: {
    calls: [
      PATH,
      "/v1beta/models/gemini-3-flash:streamGenerateContent",
      "/v1beta/tunedModels/mine:generateContent",
      "/v1beta1/projects/p/locations/global/publishers/google/models/gemini-3-flash:streamGenerateContent",
      "/v1/projects/p/locations/l/endpoints/123:generateContent",
    ],
    others: [
      "/v1beta/models/gemini-3-flash:countTokens",
      "/v1beta/models/m:embedContent",
      "/v1beta/models/m:batchGenerateContent",
    ],
  },
  requests: {
    "a plain request": [
      { contents: [ASKED] },
      PATH,
      { model: "gemini-3-flash", messageCount: 1, toolCount: 0, isStream: false },
    ],
    "functions in several tools, and a stream": [
      {
        contents: [ASKED, ASKED, ASKED],
        tools: [{ functionDeclarations: [{}, {}] }, { googleSearch: {} }, { functionDeclarations: [{}] }],
      },
      "/v1beta/models/gemini-3-flash:streamGenerateContent",
      { model: "gemini-3-flash", messageCount: 3, toolCount: 3, isStream: true },
    ],
    "the spelling of Google's own curl examples": [
      { contents: [ASKED], tools: [{ function_declarations: [{}, {}] }] },
      PATH,
      { model: "gemini-3-flash", messageCount: 1, toolCount: 2, isStream: false },
    ],
    "Vertex's model": [
      { contents: [ASKED] },
      "/v1/projects/p/locations/l/publishers/google/models/gemini-3%2Eflash:streamGenerateContent",
      { model: "gemini-3.flash", messageCount: 1, toolCount: 0, isStream: true },
    ],
    "the SDK's request": [
      { model: "models/gemini-3-flash", contents: "Hi", config: { tools: [{ functionDeclarations: [{}] }] } },
      "",
      { model: "gemini-3-flash", messageCount: 1, toolCount: 1, isStream: false },
    ],
    "the SDK's one message": [
      { model: "gemini-3-flash", contents: ASKED },
      "",
      { model: "gemini-3-flash", messageCount: 1, toolCount: 0, isStream: false },
    ],
    "the SDK's parts of one message": [
      { model: "gemini-3-flash", contents: ["What is this?", { inlineData: { data: "iVBO" } }] },
      "",
      { model: "gemini-3-flash", messageCount: 1, toolCount: 0, isStream: false },
    ],
    "wrong types": [{ model: 5, contents: 5, tools: [null, 1, { functionDeclarations: "x" }] }, "", {
      toolCount: 0,
      isStream: false,
    }],
  },
  responses: {
    "an answer with every count, thoughts as output": [
      answer([{ text: "Hi" }], "STOP", USAGE),
      { ...COUNTED, stopReason: "STOP", model: MODEL, id: ID },
    ],
    "thoughts that used up all tokens": [
      answer([], "MAX_TOKENS", { promptTokenCount: 5, thoughtsTokenCount: 99 }),
      {
        usage: { inputTokens: 5, outputTokens: 99, reasoningTokens: 99 },
        totalInputTokens: 5,
        stopReason: "MAX_TOKENS",
        model: MODEL,
        id: ID,
      },
    ],
    "that it waits for a tool": [
      answer([{ text: "Let me look" }, { functionCall: { name: "f", args: {} } }], "STOP", {}),
      { stopReason: "function_call", finishReasons: ["STOP"], model: MODEL, id: ID },
    ],
    "several candidates": [
      { candidates: [{ finishReason: "MAX_TOKENS" }, {}, { finishReason: "STOP" }] },
      { stopReason: "MAX_TOKENS", finishReasons: ["MAX_TOKENS", "STOP"] },
    ],
    "a call of a tool that was cut off": [
      answer([{ functionCall: { name: "f" } }], "MAX_TOKENS", {}),
      { stopReason: "MAX_TOKENS", model: MODEL, id: ID },
    ],
    "a blocked prompt": [
      { promptFeedback: { blockReason: "SAFETY" }, usageMetadata: { promptTokenCount: 9 }, modelVersion: MODEL },
      { usage: { inputTokens: 9 }, totalInputTokens: 9, stopReason: "SAFETY", model: MODEL },
    ],
    "the array of a stream without alt=sse": [
      [answer([{ text: "H" }]), answer([{ text: "i" }], "STOP", USAGE)],
      { ...COUNTED, stopReason: "STOP", model: MODEL, id: ID },
    ],
    "the array of a stream with a call in its middle": [
      [answer([{ functionCall: { name: "f" } }]), answer([{ text: "" }], "STOP", USAGE)],
      { ...COUNTED, stopReason: "function_call", finishReasons: ["STOP"], model: MODEL, id: ID },
    ],
    "an error": [QUOTA, { error: ["rate_limited", "Resource has been exhausted"] }],
    "an error in an array": [[QUOTA], { error: ["rate_limited", "Resource has been exhausted"] }],
    "an empty array": [[], {}],
    "wrong types": [{ candidates: [null, 5], usageMetadata: [], modelVersion: 3, promptFeedback: "x" }, {}],
  },
  streams: {
    "a stream of thoughts and text": [
      [
        [answer([{ text: "**Plan**", thought: true }])],
        [answer([{ text: 'He said "error": ' }])],
        [answer([{ text: "" }], "STOP", USAGE)],
      ],
      "cct",
      { ...COUNTED, stopReason: "STOP", model: MODEL, id: ID },
    ],
    "a stream of a call of a tool": [
      [[answer([{ functionCall: { name: "f", args: { error: 1 } }, thoughtSignature: "CtQ" }], "STOP", USAGE)]],
      "b",
      { ...COUNTED, stopReason: "function_call", finishReasons: ["STOP"], model: MODEL, id: ID },
    ],
    "a stream of a call of a tool, and an end that says nothing of it": [
      [
        [answer([{ text: "Let me see" }])],
        [{ candidates: [{ content: { parts: [{ functionCall: { name: "f" } }] } }] }],
        [answer([{ text: "" }], "STOP", USAGE)],
      ],
      "cct",
      { ...COUNTED, stopReason: "function_call", finishReasons: ["STOP"], model: MODEL, id: ID },
    ],
    "a stream whose prompt is blocked": [
      [[{ promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, modelVersion: MODEL }]],
      "t",
      { stopReason: "PROHIBITED_CONTENT", model: MODEL },
    ],
    "a stream that fails on its way": [
      [
        [answer([{ text: "H" }], undefined, undefined)],
        [{ error: { code: 503, message: "The model is overloaded", status: "UNAVAILABLE" } }],
      ],
      "c-",
      {
        usage: { inputTokens: 1200 },
        totalInputTokens: 1200,
        model: MODEL,
        id: ID,
        error: ["overloaded", "The model is overloaded"],
      },
    ],
  },
  events: {
    "usage alone": [
      { usageMetadata: { promptTokenCount: 7 } },
      { ...NEITHER, usage: { inputTokens: 7 }, totalInputTokens: 7 },
    ],
    "an image": [
      { candidates: [{ content: { parts: [{ inlineData: { mimeType: "image/png", data: "iVBO" } }] } }] },
      CONTENT,
    ],
    "code": [
      { candidates: [{ content: { parts: [{ executableCode: { language: "PYTHON", code: "1" } }] } }] },
      CONTENT,
    ],
    "empty text": [{ candidates: [{ content: { parts: [{ text: "", thought: true }], role: "model" } }] }, NEITHER],
    "a second candidate": [
      { candidates: [{ content: { parts: [] } }, { index: 1, content: { parts: [{ text: "x" }] } }] },
      CONTENT,
    ],
    "parts of null": [{ candidates: [{ content: { parts: [null, {}] } }, null, {}] }, NEITHER],
    "exhausted quota of the day": [
      { error: { ...QUOTA.error, details: [{ violations: [{ quotaId: "GenerateRequestsPerDayPerProject" }] }] } },
      { ...NEITHER, error: ["quota_exhausted", "Resource has been exhausted"] },
    ],
  },
  remembered: /"functionCall"/,
});

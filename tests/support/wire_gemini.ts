import {
  deltasOf,
  fullReply,
  type ReplySpec,
  type ReplyToolCall,
  type ReplyUsage,
  textDeltas,
  textOf,
} from "./reply_spec.ts";
import {
  encode,
  type ErrorSpec,
  jsonBody,
  type WireBody,
  type WireEvent,
  type WireFormat,
  type WireRequest,
  type WireStream,
} from "./wire_format.ts";

const PATH = /\/models\/([^/:]+):(streamG|g)enerateContent$/;

const FINISH_REASONS: Readonly<Record<string, string>> = {
  end_turn: "STOP",
  stop_sequence: "STOP",
  tool_use: "STOP",
  max_tokens: "MAX_TOKENS",
  content_filter: "SAFETY",
};

const ERRORS: Readonly<Record<number, readonly [status: string, message: string]>> = {
  400: ["INVALID_ARGUMENT", "Request contains an invalid argument."],
  401: ["UNAUTHENTICATED", "API key not valid."],
  403: ["PERMISSION_DENIED", "The caller does not have permission."],
  404: ["NOT_FOUND", "The model is not found."],
  429: ["RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."],
  500: ["INTERNAL", "An internal error has occurred."],
  503: ["UNAVAILABLE", "The model is overloaded. Please try again later."],
  504: ["DEADLINE_EXCEEDED", "The deadline expired before the operation could complete."],
};

/** Gemini's `generateContent` and `streamGenerateContent`, of Google AI and of Vertex. */
export const gemini: WireFormat = {
  name: "gemini",
  matches: (path) => PATH.test(path),

  success(reply, request) {
    const { toolCalls, usage, stopReason, model } = replyOf(reply, request);
    const text = textOf(reply);
    const parts = [
      ...(reply.reasoning === undefined ? [] : [{ text: reply.reasoning, thought: true }]),
      ...(text === undefined ? [] : [{ text }]),
      ...toolCalls.map(functionCall),
    ];
    return json({
      candidates: [candidate(parts, stopReason)],
      ...(usage !== null && { usageMetadata: usageMetadata(usage) }),
      modelVersion: model,
      responseId: `resp_${request.index}`,
    });
  },

  error: (status, error) => json(errorBody(status, error)),

  stream(request) {
    if (PATH.exec(request.path)?.[2] !== "streamG") return undefined;
    return request.query.alt === "sse" ? sseStream(request) : arrayStream(request);
  },
};

/** An error is no event, but bare JSON between the events. */
function sseStream(request: WireRequest): WireStream {
  return {
    contentType: "text/event-stream",
    *events(reply) {
      for (const { kind, value } of chunks(reply, request)) {
        yield { kind, bytes: encode(`data: ${JSON.stringify(value)}\r\n\r\n`) };
      }
    },
    error: ({ status = 503, ...error }) => encode(`${JSON.stringify(errorBody(status, error), null, 2)}\n`),
  };
}

/** All events are elements of one JSON array. */
function arrayStream(request: WireRequest): WireStream {
  const element = (value: unknown, sent: number) => `${sent === 0 ? "[" : ",\r\n"}${JSON.stringify(value)}`;
  return {
    contentType: "application/json; charset=UTF-8",
    *events(reply) {
      let sent = 0;
      for (const { kind, value } of chunks(reply, request)) {
        yield { kind, bytes: encode(element(value, sent++) + (kind === "terminal" ? "\n]\n" : "\r\n")) };
      }
    },
    error: ({ status = 503, ...error }, sent) => encode(`${element(errorBody(status, error), sent)}\n]\n`),
  };
}

interface Chunk {
  readonly kind: WireEvent["kind"];
  readonly value: unknown;
}

/** Every chunk reports usage; only the last has all of it, and the finish reason. */
function* chunks(reply: ReplySpec, request: WireRequest): Generator<Chunk> {
  const { toolCalls, usage, stopReason, model } = replyOf(reply, request);
  const chunk = (parts: readonly object[], reason?: string): unknown => ({
    candidates: [candidate(parts, reason)],
    ...(usage !== null && { usageMetadata: usageMetadata(reason === undefined ? inputOf(usage) : usage) }),
    modelVersion: model,
    responseId: `resp_${request.index}`,
  });
  for (const text of deltasOf(reply.reasoning, reply)) {
    yield { kind: "content", value: chunk([{ text, thought: true }]) };
  }
  for (const text of textDeltas(reply)) yield { kind: "content", value: chunk([{ text }]) };
  for (const [at, call] of toolCalls.entries()) {
    yield { kind: "content", value: chunk([functionCall(call, at)]) };
  }
  yield { kind: "terminal", value: chunk([{ text: "" }], stopReason) };
}

function replyOf(reply: ReplySpec, request: WireRequest): ReturnType<typeof fullReply> {
  return fullReply(reply, request, decodeURIComponent(PATH.exec(request.path)![1]!));
}

function candidate(parts: readonly object[], stopReason: string | undefined): object {
  const finishReason = stopReason === undefined ? undefined : FINISH_REASONS[stopReason] ?? stopReason;
  return { content: { parts, role: "model" }, finishReason, index: 0 };
}

function functionCall(call: ReplyToolCall, at: number): object {
  return {
    functionCall: { ...(call.id !== undefined && { id: call.id }), name: call.name, args: call.arguments ?? {} },
    ...(at === 0 && { thoughtSignature: "c2lnbmF0dXJl" }),
  };
}

function usageMetadata(usage: ReplyUsage): object {
  const { inputTokens, outputTokens, cacheReadTokens, reasoningTokens } = usage;
  return {
    promptTokenCount: inputTokens,
    candidatesTokenCount: outputTokens,
    totalTokenCount: (inputTokens ?? 0) + (outputTokens ?? 0) + (reasoningTokens ?? 0),
    cachedContentTokenCount: cacheReadTokens,
    thoughtsTokenCount: reasoningTokens,
  };
}

function inputOf({ inputTokens, cacheReadTokens }: ReplyUsage): ReplyUsage {
  return {
    ...(inputTokens !== undefined && { inputTokens }),
    ...(cacheReadTokens !== undefined && { cacheReadTokens }),
  };
}

function errorBody(code: number, error: ErrorSpec): unknown {
  const [status, message] = ERRORS[code] ?? (code < 500 ? ERRORS[400]! : ERRORS[500]!);
  return {
    error: { code, message: error.message ?? message, status: error.type ?? status, details: error.details },
  };
}

function json(value: unknown): WireBody {
  return { ...jsonBody(value), contentType: "application/json; charset=UTF-8" };
}

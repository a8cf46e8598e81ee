import {
  type ErrorSpec,
  fullReply,
  jsonBody,
  type ReplySpec,
  type ReplyToolCall,
  type ReplyUsage,
  requestId,
  type WireBody,
  type WireFormat,
  type WireRequest,
} from "./wire_format.ts";

const FINISH_REASONS: Readonly<Record<string, string>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  tool_use: "tool_calls",
  max_tokens: "length",
};

/** OpenAI Chat Completions, not streamed. */
export const openaiChat: WireFormat = {
  name: "openai.chat",
  requestIdHeader: "x-request-id",
  matches: (path) => path.endsWith("/chat/completions"),

  success(reply: ReplySpec, request: WireRequest): WireBody {
    const { text, toolCalls, usage, stopReason, model } = fullReply(reply, request);
    return jsonBody({
      id: `chatcmpl-${request.index}`,
      object: "chat.completion",
      created: Math.floor(Date.now() / 1000),
      model,
      choices: [{
        index: 0,
        message: {
          role: "assistant",
          content: text ?? null,
          refusal: null,
          ...(toolCalls.length > 0 && { tool_calls: toolCalls.map((call, at) => toolCall(call, at, request)) }),
        },
        logprobs: null,
        finish_reason: FINISH_REASONS[stopReason] ?? stopReason,
      }],
      ...(usage !== null && { usage: wireUsage(usage) }),
    });
  },

  error(status: number, error: ErrorSpec, request: WireRequest): WireBody {
    const usual = usualError(status);
    return jsonBody({
      error: {
        message: error.message ?? `${usual.message} (request ${requestId(request)})`,
        type: error.type ?? usual.type,
        param: null,
        code: error.code === undefined ? usual.code : error.code,
      },
    });
  },
};

function toolCall(call: ReplyToolCall, at: number, request: WireRequest): unknown {
  return {
    id: call.id ?? `call_${request.index}_${at}`,
    type: "function",
    function: { name: call.name, arguments: JSON.stringify(call.arguments ?? {}) },
  };
}

function wireUsage(usage: ReplyUsage): unknown {
  const { inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens, reasoningTokens } = usage;
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens === undefined || outputTokens === undefined ? undefined : inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: cacheReadTokens, cache_write_tokens: cacheCreationTokens },
    completion_tokens_details: { reasoning_tokens: reasoningTokens },
  };
}

function usualError(status: number): { readonly type: string; readonly code: string | null; readonly message: string } {
  switch (status) {
    case 401:
      return { type: "invalid_request_error", code: "invalid_api_key", message: "Incorrect API key provided." };
    case 404:
      return { type: "invalid_request_error", code: "model_not_found", message: "The model does not exist." };
    case 429:
      return { type: "requests", code: "rate_limit_exceeded", message: "Rate limit reached." };
    case 503:
      return { type: "server_error", code: "server_is_overloaded", message: "The server is overloaded." };
    default:
      return status < 500
        ? { type: "invalid_request_error", code: null, message: "The request is not valid." }
        : { type: "server_error", code: null, message: "The server had an error while processing your request." };
  }
}

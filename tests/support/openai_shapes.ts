/** What OpenAI's APIs have in common with each other, and those in their manner with them. */
import type { ReplyToolCall, ReplyUsage } from "./reply_spec.ts";
import { type ErrorSpec, requestId, type WireRequest } from "./wire_format.ts";

/** When an answer was made, in seconds: always the same, so that equal requests have equal answers. */
export const CREATED = 1_767_225_600;

const FINISH_REASONS: Readonly<Record<string, string>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  tool_use: "tool_calls",
  max_tokens: "length",
};

export function finishReason(stopReason: string): string {
  return FINISH_REASONS[stopReason] ?? stopReason;
}

export function wireToolCall(call: ReplyToolCall, at: number, request: WireRequest): WireToolCall {
  return {
    id: call.id ?? `call_${request.index}_${at}`,
    type: "function",
    function: { name: call.name, arguments: JSON.stringify(call.arguments ?? {}) },
  };
}

export interface WireToolCall {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
}

export function wireUsage(usage: ReplyUsage): unknown {
  const { inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens, reasoningTokens } = usage;
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens === undefined || outputTokens === undefined ? undefined : inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: cacheReadTokens, cache_write_tokens: cacheCreationTokens },
    completion_tokens_details: { reasoning_tokens: reasoningTokens },
  };
}

/** The body of an error; the same in a response of its own and in a stream. */
export function openaiError(status: number, error: ErrorSpec, request: WireRequest): { readonly error: OpenaiError } {
  const usual = usualError(status);
  return {
    error: {
      message: error.message ?? `${usual.message} (request ${requestId(request)})`,
      type: error.type ?? usual.type,
      param: null,
      code: error.code === undefined ? usual.code : error.code,
    },
  };
}

export interface OpenaiError {
  readonly message: string;
  readonly type: string;
  readonly param: null;
  readonly code: string | null;
}

function usualError(status: number): Pick<OpenaiError, "type" | "code" | "message"> {
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

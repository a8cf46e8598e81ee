import {
  type ErrorSpec,
  fullReply,
  jsonBody,
  type ReplySpec,
  requestId,
  type WireBody,
  type WireFormat,
  type WireRequest,
} from "./wire_format.ts";

const ERRORS: Readonly<Record<number, readonly [type: string, message: string]>> = {
  400: ["invalid_request_error", "The request is not valid."],
  401: ["authentication_error", "invalid x-api-key"],
  402: ["billing_error", "There is a problem with your billing."],
  403: ["permission_error", "This key may not use the resource."],
  404: ["not_found_error", "The model was not found."],
  413: ["request_too_large", "The request is too large."],
  429: ["rate_limit_error", "This request would exceed your rate limit."],
  500: ["api_error", "Internal server error"],
  504: ["timeout_error", "The request timed out."],
  529: ["overloaded_error", "Overloaded"],
};

/** Anthropic Messages, not streamed. */
export const anthropicMessages: WireFormat = {
  name: "anthropic.messages",
  requestIdHeader: "request-id",
  matches: (path) => path.endsWith("/v1/messages"),

  success(reply: ReplySpec, request: WireRequest): WireBody {
    const { text, toolCalls, usage, stopReason, model } = fullReply(reply, request);
    return jsonBody({
      id: `msg_${request.index}`,
      type: "message",
      role: "assistant",
      model,
      content: [
        ...(text === undefined ? [] : [{ type: "text", text }]),
        ...toolCalls.map((call, at) => ({
          type: "tool_use",
          id: call.id ?? `toolu_${request.index}_${at}`,
          name: call.name,
          input: call.arguments ?? {},
        })),
      ],
      stop_reason: stopReason === "pause" ? "pause_turn" : stopReason,
      stop_sequence: null,
      ...(usage !== null && {
        usage: {
          input_tokens: usage.inputTokens,
          output_tokens: usage.outputTokens,
          cache_read_input_tokens: usage.cacheReadTokens,
          cache_creation_input_tokens: usage.cacheCreationTokens,
          ...(usage.reasoningTokens !== undefined && {
            output_tokens_details: { thinking_tokens: usage.reasoningTokens },
          }),
        },
      }),
    });
  },

  error(status: number, error: ErrorSpec, request: WireRequest): WireBody {
    const [type, message] = ERRORS[status] ?? (status < 500 ? ERRORS[400]! : ERRORS[500]!);
    return jsonBody({
      type: "error",
      error: { type: error.type ?? type, message: error.message ?? message, details: error.details },
      request_id: requestId(request),
    });
  },
};

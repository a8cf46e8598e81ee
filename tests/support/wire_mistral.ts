import { CREATED, finishReason, wireToolCall } from "./openai_shapes.ts";
import {
  deltasOf,
  type FullReply,
  fullReply,
  type ReplySpec,
  type ReplyUsage,
  textDeltas,
  textOf,
} from "./reply_spec.ts";
import { sse, SSE_DONE, SSE_TYPE } from "./sse.ts";
import {
  asksForStream,
  type ErrorSpec,
  jsonBody,
  type WireEvent,
  type WireFormat,
  type WireRequest,
} from "./wire_format.ts";

const ERRORS: Readonly<Record<number, readonly [type: string, code: string, message: string]>> = {
  400: ["invalid_request_error", "3051", "The request is not valid."],
  404: ["invalid_model", "1500", "Invalid model."],
  429: ["rate_limited", "1300", "Rate limit exceeded"],
  500: ["internal_server_error", "3000", "Internal server error"],
  503: ["service_unavailable", "3700", "Service unavailable."],
};

/** Mistral, below `/mistral`: only the host would tell it from OpenAI. */
export const mistral: WireFormat = {
  name: "mistral",
  requestIdHeader: "x-request-id",
  matches: (path) => path.startsWith("/mistral/") && path.endsWith("/v1/chat/completions"),

  rejection({ body }) {
    if (typeof body !== "object" || body === null || !("stream_options" in body)) return undefined;
    const detail = { type: "extra_forbidden", loc: ["body", "stream_options"], msg: "Extra inputs are not permitted" };
    return jsonBody({ object: "error", message: { detail: [detail] }, type: "invalid_request_error" });
  },

  success(reply, request) {
    const { toolCalls, usage, stopReason, model } = fullReply(reply, request);
    const text = textOf(reply) ?? "";
    const { reasoning } = reply;
    return jsonBody({
      id: `cmpl-${request.index}`,
      object: "chat.completion",
      created: CREATED,
      model,
      choices: [{
        index: 0,
        message: {
          role: "assistant",
          content: reasoning === undefined ? text : [thinking(reasoning), { type: "text", text }],
          tool_calls: toolCalls.length === 0 ? null : toolCalls.map((call, at) => wireToolCall(call, at, request)),
        },
        finish_reason: finishReason(stopReason),
      }],
      ...(usage !== null && { usage: wireUsage(usage) }),
    });
  },

  error: (status, error) => jsonBody(errorBody(status, error)),

  stream: (request) =>
    asksForStream(request)
      ? {
        contentType: SSE_TYPE,
        events: (reply) => events(reply, request),
        error({ status = 503, asEnding = true, ...error }) {
          if (!asEnding) return sse("other", errorBody(status, error)).bytes;
          return chunk("other", { content: "" }, "error", fullReply({ usage: null }, request), request).bytes;
        },
      }
      : undefined,
};

/** Usage comes unasked, with the finish reason; a tool call comes as a whole. */
function* events(reply: ReplySpec, request: WireRequest): Generator<WireEvent> {
  const full = fullReply(reply, request);
  const { toolCalls, stopReason } = full;
  const delta = (kind: WireEvent["kind"], delta: unknown): WireEvent => chunk(kind, delta, null, full, request);

  yield delta("other", { role: "assistant", content: "" });
  for (const part of deltasOf(reply.reasoning, reply)) yield delta("content", { content: [thinking(part)] });
  for (const part of textDeltas(reply)) yield delta("content", { content: part });
  if (toolCalls.length > 0) {
    const calls = toolCalls.map((call, index) => ({ ...wireToolCall(call, index, request), index }));
    yield delta("content", { content: "", tool_calls: calls });
  }
  yield chunk("other", { content: "" }, finishReason(stopReason), full, request);
  yield SSE_DONE;
}

function chunk(
  kind: WireEvent["kind"],
  delta: unknown,
  finish_reason: string | null,
  { model, usage }: FullReply,
  request: WireRequest,
): WireEvent {
  return sse(kind, {
    id: `cmpl-${request.index}`,
    object: "chat.completion.chunk",
    created: CREATED,
    model,
    choices: [{ index: 0, delta, finish_reason }],
    ...(finish_reason !== null && usage !== null && { usage: wireUsage(usage) }),
  });
}

function thinking(text: string): object {
  return { type: "thinking", thinking: [{ type: "text", text }] };
}

function wireUsage({ inputTokens, outputTokens, cacheReadTokens }: ReplyUsage): unknown {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens === undefined || outputTokens === undefined ? undefined : inputTokens + outputTokens,
    num_cached_tokens: cacheReadTokens,
  };
}

function errorBody(status: number, error: ErrorSpec): unknown {
  const [type, code, message] = ERRORS[status] ?? (status < 500 ? ERRORS[400]! : ERRORS[500]!);
  return {
    object: "error",
    message: error.message ?? message,
    type: error.type ?? type,
    param: null,
    code: error.code === undefined ? code : error.code,
  };
}

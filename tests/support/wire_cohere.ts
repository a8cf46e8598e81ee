import { wireToolCall } from "./openai_shapes.ts";
import { deltasOf, fullReply, hasText, type ReplySpec, type ReplyUsage, textDeltas, textOf } from "./reply_spec.ts";
import { sse, SSE_DONE, SSE_TYPE } from "./sse.ts";
import {
  asksForStream,
  type ErrorSpec,
  jsonBody,
  type WireEvent,
  type WireFormat,
  type WireRequest,
} from "./wire_format.ts";

const FINISH_REASONS: Readonly<Record<string, string>> = {
  end_turn: "COMPLETE",
  stop_sequence: "STOP_SEQUENCE",
  tool_use: "TOOL_CALL",
  max_tokens: "MAX_TOKENS",
};

const MESSAGES: Readonly<Record<number, string>> = {
  401: "invalid api token",
  404: "model not found",
  429: "Please wait and try again later",
  500: "internal server error",
  503: "the service is overloaded, please try again later",
};

/** Cohere v2. */
export const cohere: WireFormat = {
  name: "cohere",
  requestIdHeader: "x-debug-trace-id",
  matches: (path) => path.endsWith("/v2/chat"),

  success(reply, request) {
    const { toolCalls, usage, stopReason } = fullReply(reply, request);
    const text = textOf(reply);
    const content = [
      ...(reply.reasoning === undefined ? [] : [{ type: "thinking", thinking: reply.reasoning }]),
      ...(text === undefined ? [] : [{ type: "text", text }]),
    ];
    return jsonBody({
      id: messageId(request),
      finish_reason: FINISH_REASONS[stopReason] ?? stopReason,
      message: {
        role: "assistant",
        ...(content.length > 0 && { content }),
        ...(toolCalls.length > 0 && { tool_calls: toolCalls.map((call, at) => wireToolCall(call, at, request)) }),
      },
      ...(usage !== null && { usage: wireUsage(usage) }),
    });
  },

  error: (status, error, request) => jsonBody({ id: messageId(request), message: messageOf(status, error) }),

  stream: (request) =>
    asksForStream(request)
      ? {
        contentType: SSE_TYPE,
        events: (reply) => events(reply, request),
        error({ status = 503, ...error }) {
          const delta = { finish_reason: error.type ?? "ERROR", error: messageOf(status, error) };
          return sse("other", { type: "message-end", delta }, "message-end").bytes;
        },
      }
      : undefined,
};

function* events(reply: ReplySpec, request: WireRequest): Generator<WireEvent> {
  const { toolCalls, usage, stopReason } = fullReply(reply, request);
  const event = (kind: WireEvent["kind"], type: string, fields: object): WireEvent =>
    sse(kind, { type, ...fields }, type);
  const message = (fields: object) => ({ delta: { message: fields } });

  const empty = { role: "assistant", content: [], tool_plan: "", tool_calls: [], citations: [] };
  yield event("other", "message-start", { id: messageId(request), ...message(empty) });

  let index = 0;
  function* block(type: "thinking" | "text", deltas: Iterable<string>): Generator<WireEvent> {
    yield event("other", "content-start", { index, ...message({ content: { type, [type]: "" } }) });
    for (const delta of deltas) {
      yield event("content", "content-delta", { index, ...message({ content: { [type]: delta } }) });
    }
    yield event("other", "content-end", { index });
    index++;
  }
  if (reply.reasoning !== undefined) yield* block("thinking", deltasOf(reply.reasoning, reply));
  if (hasText(reply)) yield* block("text", textDeltas(reply));

  for (const [index, call] of toolCalls.entries()) {
    const { function: { name, arguments: all }, ...rest } = wireToolCall(call, index, request);
    const start = { ...rest, function: { name, arguments: "" } };
    yield event("content", "tool-call-start", { index, ...message({ tool_calls: start }) });
    for (const delta of deltasOf(all, reply)) {
      yield event("content", "tool-call-delta", {
        index,
        ...message({ tool_calls: { function: { arguments: delta } } }),
      });
    }
    yield event("other", "tool-call-end", { index });
  }

  yield event("terminal", "message-end", {
    id: messageId(request),
    delta: {
      finish_reason: FINISH_REASONS[stopReason] ?? stopReason,
      ...(usage !== null && { usage: wireUsage(usage) }),
    },
  });
  yield SSE_DONE;
}

function messageId(request: WireRequest): string {
  return `00000000-0000-4000-8000-${String(request.index).padStart(12, "0")}`;
}

function wireUsage({ inputTokens, outputTokens, cacheReadTokens }: ReplyUsage): unknown {
  const tokens = { input_tokens: inputTokens, output_tokens: outputTokens };
  return { billed_units: tokens, tokens, cached_tokens: cacheReadTokens };
}

function messageOf(status: number, error: ErrorSpec): string {
  return error.message ?? MESSAGES[status] ?? (status < 500 ? "invalid request" : MESSAGES[500]!);
}

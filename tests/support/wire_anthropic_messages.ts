import {
  deltasOf,
  fullReply,
  hasText,
  type ReplySpec,
  type ReplyToolCall,
  type ReplyUsage,
  textDeltas,
  textOf,
} from "./reply_spec.ts";
import { sse, SSE_TYPE } from "./sse.ts";
import {
  asksForStream,
  type ErrorSpec,
  jsonBody,
  requestId,
  type WireEvent,
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

/** What the service signs its thoughts with. */
const SIGNATURE = "c2lnbmF0dXJl";

/** Anthropic Messages. */
export const anthropicMessages: WireFormat = {
  name: "anthropic.messages",
  requestIdHeader: "request-id",
  matches: (path) => path.endsWith("/v1/messages"),

  success(reply, request) {
    const { toolCalls, usage, stopReason, model } = fullReply(reply, request);
    const text = textOf(reply);
    return jsonBody({
      id: messageId(request),
      type: "message",
      role: "assistant",
      model,
      content: [
        ...(reply.reasoning === undefined
          ? []
          : [{ type: "thinking", thinking: reply.reasoning, signature: SIGNATURE }]),
        ...(text === undefined ? [] : [{ type: "text", text }]),
        ...toolCalls.map((call, at) => ({ ...toolUse(call, at, request), input: call.arguments ?? {} })),
      ],
      stop_reason: wireStopReason(stopReason),
      stop_sequence: null,
      ...(usage !== null && { usage: wireUsage(usage) }),
    });
  },

  error: (status, error, request) => jsonBody(anthropicError(status, error, request)),

  stream: (request) =>
    asksForStream(request)
      ? {
        contentType: SSE_TYPE,
        events: (reply) => events(reply, request),
        error: (error) => sse("other", anthropicError(error.status ?? 529, error, request), "error").bytes,
      }
      : undefined,
};

function* events(reply: ReplySpec, request: WireRequest): Generator<WireEvent> {
  const { toolCalls, usage, stopReason, model } = fullReply(reply, request);
  const event = (kind: WireEvent["kind"], type: string, fields: object = {}): WireEvent =>
    sse(kind, { type, ...fields }, type);

  yield event("other", "message_start", {
    message: {
      id: messageId(request),
      type: "message",
      role: "assistant",
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      ...(usage !== null && { usage: firstUsage(usage) }),
    },
  });

  let index = -1;
  function* block(content: object, deltas: Iterable<object>, empty: { first?: object; last?: object } = {}) {
    index++;
    yield event("other", "content_block_start", { index, content_block: content });
    if (index === 0) yield event("other", "ping");
    if (empty.first !== undefined) yield event("other", "content_block_delta", { index, delta: empty.first });
    for (const delta of deltas) yield event("content", "content_block_delta", { index, delta });
    if (empty.last !== undefined) yield event("other", "content_block_delta", { index, delta: empty.last });
    yield event("other", "content_block_stop", { index });
  }
  if (reply.reasoning !== undefined) {
    const deltas = deltasOf(reply.reasoning, reply).map((thinking) => ({ type: "thinking_delta", thinking }));
    const last = { type: "signature_delta", signature: SIGNATURE };
    yield* block({ type: "thinking", thinking: "", signature: "" }, deltas, { last });
  }
  if (hasText(reply)) {
    yield* block({ type: "text", text: "" }, textBlockDeltas(reply));
  }
  for (const [at, call] of toolCalls.entries()) {
    const [first, ...deltas] = ["", ...deltasOf(JSON.stringify(call.arguments ?? {}), reply)]
      .map((partial_json) => ({ type: "input_json_delta", partial_json }));
    yield* block({ ...toolUse(call, at, request), input: {} }, deltas, { first: first! });
  }

  yield event("other", "message_delta", {
    delta: { stop_reason: wireStopReason(stopReason), stop_sequence: null },
    ...(usage !== null && { usage: wireUsage(usage) }),
  });
  yield event("terminal", "message_stop");
}

function* textBlockDeltas(reply: ReplySpec): Generator<object> {
  for (const text of textDeltas(reply)) yield { type: "text_delta", text };
}

/** The first count of the output is a guess; those of `message_delta` replace it. */
function firstUsage({ reasoningTokens: _, ...usage }: ReplyUsage): object {
  return wireUsage({ ...usage, ...(usage.outputTokens !== undefined && { outputTokens: 1 }) });
}

function messageId(request: WireRequest): string {
  return `msg_${request.index}`;
}

function wireStopReason(stopReason: string): string {
  return stopReason === "pause" ? "pause_turn" : stopReason;
}

/** A block without its input. */
function toolUse(call: ReplyToolCall, at: number, request: WireRequest): object {
  return { type: "tool_use", id: call.id ?? `toolu_${request.index}_${at}`, name: call.name };
}

function wireUsage(usage: ReplyUsage): object {
  return {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    cache_creation_input_tokens: usage.cacheCreationTokens,
    ...(usage.reasoningTokens !== undefined && {
      output_tokens_details: { thinking_tokens: usage.reasoningTokens },
    }),
  };
}

/** The body of an error; the same in a response of its own and in a stream. */
function anthropicError(status: number, error: ErrorSpec, request: WireRequest): unknown {
  const [type, message] = ERRORS[status] ?? (status < 500 ? ERRORS[400]! : ERRORS[500]!);
  return {
    type: "error",
    error: { type: error.type ?? type, message: error.message ?? message, details: error.details },
    request_id: requestId(request),
  };
}

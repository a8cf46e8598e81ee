import { CREATED, finishReason, openaiError, wireToolCall, wireUsage } from "./openai_shapes.ts";
import { deltasOf, fullReply, type ReplySpec, textDeltas } from "./reply_spec.ts";
import { sse, SSE_DONE, SSE_TYPE } from "./sse.ts";
import type { StreamErrorSpec, WireEvent, WireRequest, WireStream } from "./wire_format.ts";

/** OpenAI Chat Completions as a stream: usage in a chunk of its own, and only for a request that asks for it. */
export function openaiChatStream(request: WireRequest): WireStream {
  return {
    contentType: SSE_TYPE,
    events: (reply) => events(reply, request),
    error: (error) => errorEvent(error, request).bytes,
  };
}

function* events(reply: ReplySpec, request: WireRequest): Generator<WireEvent> {
  const { toolCalls, usage, stopReason, model } = fullReply(reply, request);
  const withUsage = asksForUsage(request.body);
  const head = headOf(request, model);
  const chunk = (kind: WireEvent["kind"], delta: unknown, reason: string | null = null): WireEvent =>
    sse(kind, {
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
      ...(withUsage && { usage: null }),
    });

  yield chunk("other", { role: "assistant", content: toolCalls.length > 0 ? null : "", refusal: null });
  for (const delta of deltasOf(reply.reasoning, reply)) yield chunk("content", { reasoning_content: delta });
  for (const delta of textDeltas(reply)) yield chunk("content", { content: delta });
  for (const [index, call] of toolCalls.entries()) {
    const { id, type, function: { name, arguments: all } } = wireToolCall(call, index, request);
    yield chunk("content", { tool_calls: [{ index, id, type, function: { name, arguments: "" } }] });
    for (const delta of deltasOf(all, reply)) {
      yield chunk("content", { tool_calls: [{ index, function: { arguments: delta } }] });
    }
  }
  yield chunk("other", {}, finishReason(stopReason));
  if (withUsage && usage !== null) yield sse("other", { ...head, choices: [], usage: wireUsage(usage) });
  yield SSE_DONE;
}

function headOf({ index }: WireRequest, model: string): object {
  return {
    id: `chatcmpl-${index}`,
    object: "chat.completion.chunk",
    created: CREATED,
    model,
    service_tier: "default",
    system_fingerprint: "fp_test",
  };
}

/** As an ending it is OpenRouter's: a chunk with an error beside its choice. */
function errorEvent({ status = 503, asEnding = false, ...spec }: StreamErrorSpec, request: WireRequest): WireEvent {
  const { error } = openaiError(status, spec, request);
  if (!asEnding) return sse("other", { error });
  const choice = { index: 0, delta: { role: "assistant", content: "" }, finish_reason: "error" };
  return sse("other", {
    ...headOf(request, fullReply({}, request).model),
    error: { code: status, message: error.message },
    choices: [choice],
  });
}

function asksForUsage(body: unknown): boolean {
  const { stream_options } = body as { stream_options?: { include_usage?: unknown } | null };
  return stream_options?.include_usage === true;
}

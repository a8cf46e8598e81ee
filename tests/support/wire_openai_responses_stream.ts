import {
  functionCallItem,
  messageItem,
  reasoningItem,
  responseBody,
  startedResponse,
  summaryPart,
  textPart,
} from "./openai_response.ts";
import { openaiError } from "./openai_shapes.ts";
import { deltasOf, hasText, type ReplySpec, textDeltas, textOf } from "./reply_spec.ts";
import { sse, SSE_TYPE } from "./sse.ts";
import type { StreamErrorSpec, WireEvent, WireRequest, WireStream } from "./wire_format.ts";

/** OpenAI Responses as a stream: every item, and every part of it, is announced, sent in deltas, and sent as a whole. */
export function openaiResponsesStream(request: WireRequest): WireStream {
  return {
    contentType: SSE_TYPE,
    events: (reply) => events(reply, request),
    error: (error, sent) => errorEvent(error, sent, request).bytes,
  };
}

function* events(reply: ReplySpec, request: WireRequest): Generator<WireEvent> {
  let sequence_number = 0;
  let output_index = 0;
  const event = (kind: WireEvent["kind"], type: string, fields: object): WireEvent =>
    sse(kind, { type, sequence_number: sequence_number++, ...fields }, type);

  const response = startedResponse(reply, request);
  yield event("other", "response.created", { response });
  yield event("other", "response.in_progress", { response });

  if (reply.reasoning !== undefined) {
    const item = reasoningItem(reply.reasoning, request);
    const at = { item_id: `rs_${request.index}`, output_index, summary_index: 0 };
    yield event("other", "response.output_item.added", { output_index, item: { ...item, summary: [] } });
    yield event("other", "response.reasoning_summary_part.added", { ...at, part: summaryPart("") });
    for (const delta of deltasOf(reply.reasoning, reply)) {
      yield event("content", "response.reasoning_summary_text.delta", { ...at, delta });
    }
    yield event("other", "response.reasoning_summary_text.done", { ...at, text: reply.reasoning });
    yield event("other", "response.reasoning_summary_part.done", { ...at, part: summaryPart(reply.reasoning) });
    yield event("other", "response.output_item.done", { output_index, item });
    output_index++;
  }

  if (hasText(reply)) {
    const empty = { ...messageItem("", request), status: "in_progress", content: [] };
    const at = { item_id: `msg_${request.index}`, output_index, content_index: 0 };
    yield event("other", "response.output_item.added", { output_index, item: empty });
    yield event("other", "response.content_part.added", { ...at, part: textPart("") });
    for (const delta of textDeltas(reply)) {
      yield event("content", "response.output_text.delta", { ...at, delta, logprobs: [] });
    }
    const text = textOf(reply)!;
    yield event("other", "response.output_text.done", { ...at, text, logprobs: [] });
    yield event("other", "response.content_part.done", { ...at, part: textPart(text) });
    yield event("other", "response.output_item.done", { output_index, item: messageItem(text, request) });
    output_index++;
  }

  for (const [index, call] of (reply.toolCalls ?? []).entries()) {
    const item = functionCallItem(call, index, request);
    const at = { item_id: item.id, output_index };
    const empty = { ...item, status: "in_progress", arguments: "" };
    yield event("other", "response.output_item.added", { output_index, item: empty });
    for (const delta of deltasOf(item.arguments, reply)) {
      yield event("content", "response.function_call_arguments.delta", { ...at, delta });
    }
    yield event("other", "response.function_call_arguments.done", { ...at, arguments: item.arguments });
    yield event("other", "response.output_item.done", { output_index, item });
    output_index++;
  }

  const finished = responseBody(reply, request);
  yield event("terminal", `response.${finished.status}`, { response: finished });
}

function errorEvent(spec: StreamErrorSpec, sequence_number: number, request: WireRequest): WireEvent {
  const { code, message, param } = openaiError(spec.status ?? 503, spec, request).error;
  const { asEnding = sequence_number > 0 } = spec;
  if (!asEnding) return sse("other", { type: "error", sequence_number, code, message, param }, "error");
  const response = { ...startedResponse({}, request), status: "failed", error: { code, message } };
  return sse("other", { type: "response.failed", sequence_number, response }, "response.failed");
}

import { CREATED } from "./openai_shapes.ts";
import { fullReply, type ReplySpec, type ReplyToolCall, type ReplyUsage, textOf } from "./reply_spec.ts";
import type { WireRequest } from "./wire_format.ts";

const INCOMPLETE: Readonly<Record<string, string>> = {
  max_tokens: "max_output_tokens",
  content_filter: "content_filter",
};

/** The object that an answer of OpenAI Responses is, and that its stream begins and ends with. */
export function responseBody(reply: ReplySpec, request: WireRequest): ResponseBody {
  const { usage, stopReason } = fullReply(reply, request);
  const reason = INCOMPLETE[stopReason];
  return {
    ...startedResponse(reply, request),
    status: reason === undefined ? "completed" : "incomplete",
    incomplete_details: reason === undefined ? null : { reason },
    output: outputItems(reply, request),
    ...(usage !== null && { usage: wireUsage(usage) }),
  };
}

/** The same before there is any output. */
export function startedResponse(reply: ReplySpec, request: WireRequest): ResponseBody {
  return {
    id: `resp_${request.index}`,
    object: "response",
    created_at: CREATED,
    status: "in_progress",
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model: fullReply(reply, request).model,
    output: [],
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: "auto",
    tools: [],
    top_p: 1,
    usage: null,
  };
}

export interface ResponseBody {
  readonly id: string;
  readonly status: string;
  readonly [field: string]: unknown;
}

export function messageItem(text: string, request: WireRequest): object {
  return {
    id: `msg_${request.index}`,
    type: "message",
    status: "completed",
    role: "assistant",
    content: [textPart(text)],
  };
}

export function textPart(text: string): object {
  return { type: "output_text", annotations: [], logprobs: [], text };
}

export function reasoningItem(text: string, request: WireRequest): object {
  return { id: `rs_${request.index}`, type: "reasoning", summary: [summaryPart(text)] };
}

export function summaryPart(text: string): object {
  return { type: "summary_text", text };
}

export function functionCallItem(call: ReplyToolCall, at: number, request: WireRequest): FunctionCallItem {
  return {
    id: `fc_${request.index}_${at}`,
    type: "function_call",
    status: "completed",
    call_id: call.id ?? `call_${request.index}_${at}`,
    name: call.name,
    arguments: JSON.stringify(call.arguments ?? {}),
  };
}

export interface FunctionCallItem {
  readonly id: string;
  readonly arguments: string;
  readonly [field: string]: unknown;
}

function outputItems(reply: ReplySpec, request: WireRequest): object[] {
  const text = textOf(reply);
  return [
    ...(reply.reasoning === undefined ? [] : [reasoningItem(reply.reasoning, request)]),
    ...(text === undefined ? [] : [messageItem(text, request)]),
    ...(reply.toolCalls ?? []).map((call, at) => functionCallItem(call, at, request)),
  ];
}

function wireUsage(usage: ReplyUsage): unknown {
  const { inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens, reasoningTokens } = usage;
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: cacheReadTokens, cache_write_tokens: cacheCreationTokens },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: inputTokens === undefined || outputTokens === undefined ? undefined : inputTokens + outputTokens,
  };
}

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
} from "./wire_format.ts";

const DONE_REASONS: Readonly<Record<string, string>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  tool_use: "stop",
  max_tokens: "length",
};

const MESSAGES: Readonly<Record<number, string>> = {
  400: "the request is not valid",
  401: "unauthorized",
  404: "model 'm' not found",
  429: "too many concurrent requests",
  500: "llama runner process has terminated",
  503: "server busy, please try again.  maximum pending requests exceeded",
};

/** Ollama. It streams unless told not to. */
export const ollama: WireFormat = {
  name: "ollama",
  matches: (path) => path.endsWith("/api/chat"),

  success(reply, request) {
    const { toolCalls } = fullReply(reply, request);
    const message = {
      role: "assistant",
      content: textOf(reply) ?? "",
      thinking: reply.reasoning,
      ...(toolCalls.length > 0 && { tool_calls: toolCalls.map(wireToolCall) }),
    };
    return json(last(message, reply, request));
  },

  error: (status, error) => json({ error: messageOf(status, error) }),

  stream: (request) =>
    isStreamDeclined(request.body) ? undefined : {
      contentType: "application/x-ndjson",
      events: (reply) => events(reply, request),
      error: ({ status = 503, ...error }) => line("other", { error: messageOf(status, error) }).bytes,
    },
};

/** Every line is an answer of its own; a tool call comes as a whole. */
function* events(reply: ReplySpec, request: WireRequest): Generator<WireEvent> {
  const { toolCalls, model } = fullReply(reply, request);
  const content = (fields: object): WireEvent =>
    line("content", {
      model,
      created_at: CREATED_AT,
      message: { role: "assistant", content: "", ...fields },
      done: false,
    });
  for (const thinking of deltasOf(reply.reasoning, reply)) yield content({ thinking });
  for (const text of textDeltas(reply)) yield content({ content: text });
  for (const call of toolCalls) yield content({ tool_calls: [wireToolCall(call)] });
  yield line("terminal", last({ role: "assistant", content: "" }, reply, request));
}

const CREATED_AT = "2026-01-01T00:00:00.000000Z";

function last(message: object, reply: ReplySpec, request: WireRequest): unknown {
  const { usage, stopReason, model } = fullReply(reply, request);
  return {
    model,
    created_at: CREATED_AT,
    message,
    done: true,
    done_reason: DONE_REASONS[stopReason] ?? stopReason,
    total_duration: 5_000_000,
    load_duration: 1_000_000,
    ...(usage !== null && wireUsage(usage)),
  };
}

function wireUsage({ inputTokens, outputTokens }: ReplyUsage): object {
  return {
    prompt_eval_count: inputTokens,
    prompt_eval_duration: 1_000_000,
    eval_count: outputTokens,
    eval_duration: 3_000_000,
  };
}

function wireToolCall(call: ReplyToolCall): object {
  return { function: { name: call.name, arguments: call.arguments ?? {} } };
}

function isStreamDeclined(body: unknown): boolean {
  return typeof body === "object" && body !== null && "stream" in body && body.stream === false;
}

function messageOf(status: number, error: ErrorSpec): string {
  return error.message ?? MESSAGES[status] ?? MESSAGES[status < 500 ? 400 : 500]!;
}

function line(kind: WireEvent["kind"], value: unknown): WireEvent {
  return { kind, bytes: encode(`${JSON.stringify(value)}\n`) };
}

function json(value: unknown): WireBody {
  return { ...jsonBody(value), contentType: "application/json; charset=utf-8" };
}

import { awsFrame } from "./aws_event_stream.ts";
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
import { encode, type ErrorSpec, jsonBody, type WireEvent, type WireFormat, type WireRequest } from "./wire_format.ts";

const PATH = /\/model\/([^/]+)\/converse(-stream)?$/;

const ERRORS: Readonly<Record<number, readonly [type: string, message: string]>> = {
  400: ["ValidationException", "The request is not valid."],
  403: ["AccessDeniedException", "You don't have access to the model."],
  404: ["ResourceNotFoundException", "The model is not found."],
  408: ["ModelTimeoutException", "The model took too long."],
  424: ["ModelErrorException", "The model could not process the request."],
  429: ["ThrottlingException", "Too many requests, please wait before trying again."],
  500: ["InternalServerException", "An internal server error occurred."],
  503: ["ServiceUnavailableException", "The service is currently unavailable."],
};

const SIGNATURE = "c2lnbmF0dXJl";

/** Bedrock's Converse and ConverseStream. */
export const bedrock: WireFormat = {
  name: "bedrock",
  requestIdHeader: "x-amzn-requestid",
  matches: (path) => PATH.test(path),

  success(reply, request) {
    const { toolCalls, usage, stopReason } = fullReply(reply, request);
    const text = textOf(reply);
    const content = [
      ...(reply.reasoning === undefined
        ? []
        : [{ reasoningContent: { reasoningText: { text: reply.reasoning, signature: SIGNATURE } } }]),
      ...(text === undefined ? [] : [{ text }]),
      ...toolCalls.map((call, at) => ({ toolUse: { ...toolUse(call, at, request), input: call.arguments ?? {} } })),
    ];
    return jsonBody({
      output: { message: { role: "assistant", content } },
      stopReason,
      ...(usage !== null && { usage: wireUsage(usage) }),
      metrics: { latencyMs: 5 },
    });
  },

  error: (status, error) => jsonBody({ message: errorOf(status, error).message }),
  errorHeaders: (status, error) => ({ "x-amzn-errortype": errorOf(status, error).type }),

  stream: (request) =>
    PATH.exec(request.path)?.[2] === undefined ? undefined : {
      contentType: "application/vnd.amazon.eventstream",
      events: (reply) => events(reply, request),
      error: ({ status = 503, ...error }) => exception(errorOf(status, error)),
    },
};

/** A block of text has no start; usage comes behind the end of the message. */
function* events(reply: ReplySpec, request: WireRequest): Generator<WireEvent> {
  const { toolCalls, usage, stopReason } = fullReply(reply, request);
  yield event("other", "messageStart", { role: "assistant" });

  let contentBlockIndex = 0;
  function* block(deltas: Iterable<object>, start?: object, last?: object): Generator<WireEvent> {
    if (start !== undefined) yield event("other", "contentBlockStart", { start, contentBlockIndex });
    for (const delta of deltas) yield event("content", "contentBlockDelta", { delta, contentBlockIndex });
    if (last !== undefined) yield event("other", "contentBlockDelta", { delta: last, contentBlockIndex });
    yield event("other", "contentBlockStop", { contentBlockIndex });
    contentBlockIndex++;
  }
  if (reply.reasoning !== undefined) {
    const deltas = deltasOf(reply.reasoning, reply).map((text) => ({ reasoningContent: { text } }));
    yield* block(deltas, undefined, { reasoningContent: { signature: SIGNATURE } });
  }
  if (hasText(reply)) yield* block(textBlockDeltas(reply));
  for (const [at, call] of toolCalls.entries()) {
    const deltas = deltasOf(JSON.stringify(call.arguments ?? {}), reply).map((input) => ({ toolUse: { input } }));
    yield* block(deltas, { toolUse: toolUse(call, at, request) });
  }

  yield event("terminal", "messageStop", { stopReason });
  yield event("terminal", "metadata", {
    ...(usage !== null && { usage: wireUsage(usage) }),
    metrics: { latencyMs: 5 },
  });
}

function* textBlockDeltas(reply: ReplySpec): Generator<object> {
  for (const text of textDeltas(reply)) yield { text };
}

function toolUse(call: ReplyToolCall, at: number, request: WireRequest): object {
  return { toolUseId: call.id ?? `tooluse_${request.index}_${at}`, name: call.name };
}

function wireUsage(usage: ReplyUsage): unknown {
  const { inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens } = usage;
  return {
    inputTokens,
    outputTokens,
    totalTokens: (inputTokens ?? 0) + (outputTokens ?? 0) + (cacheReadTokens ?? 0) + (cacheCreationTokens ?? 0),
    cacheReadInputTokens: cacheReadTokens,
    cacheWriteInputTokens: cacheCreationTokens,
  };
}

function errorOf(status: number, error: ErrorSpec): { readonly type: string; readonly message: string } {
  const [type, message] = ERRORS[status] ?? (status < 500 ? ERRORS[400]! : ERRORS[500]!);
  return { type: error.type ?? type, message: error.message ?? message };
}

function event(kind: WireEvent["kind"], type: string, fields: object): WireEvent {
  // The service pads every event, so that its length does not tell what it says.
  const payload = encode(JSON.stringify({ ...fields, p: "abcdefghij" }));
  return {
    kind,
    bytes: awsFrame(
      { ":event-type": type, ":content-type": "application/json", ":message-type": "event" },
      payload,
    ),
  };
}

/** The same names as in a response of its own, but in lower camel case. */
function exception({ type, message }: { readonly type: string; readonly message: string }): Uint8Array {
  return awsFrame(
    {
      ":exception-type": type.charAt(0).toLowerCase() + type.slice(1),
      ":content-type": "application/json",
      ":message-type": "exception",
    },
    encode(JSON.stringify({ message })),
  );
}

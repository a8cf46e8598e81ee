import { CREATED, finishReason, openaiError, wireToolCall, wireUsage } from "./openai_shapes.ts";
import { fullReply, textOf } from "./reply_spec.ts";
import { asksForStream, jsonBody, type WireFormat } from "./wire_format.ts";
import { openaiChatStream } from "./wire_openai_chat_stream.ts";

/** OpenAI Chat Completions. Reasoning is in `reasoning_content`, as the compatible services have it. */
export const openaiChat: WireFormat = {
  name: "openai.chat",
  requestIdHeader: "x-request-id",
  matches: (path) => path.endsWith("/chat/completions"),

  success(reply, request) {
    const { toolCalls, usage, stopReason, model } = fullReply(reply, request);
    return jsonBody({
      id: `chatcmpl-${request.index}`,
      object: "chat.completion",
      created: CREATED,
      model,
      choices: [{
        index: 0,
        message: {
          role: "assistant",
          content: textOf(reply) ?? null,
          refusal: null,
          reasoning_content: reply.reasoning,
          ...(toolCalls.length > 0 && { tool_calls: toolCalls.map((call, at) => wireToolCall(call, at, request)) }),
        },
        logprobs: null,
        finish_reason: finishReason(stopReason),
      }],
      ...(usage !== null && { usage: wireUsage(usage) }),
    });
  },

  error: (status, error, request) => jsonBody(openaiError(status, error, request)),

  stream: (request) => asksForStream(request) ? openaiChatStream(request) : undefined,
};

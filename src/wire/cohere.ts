import type { ChunkDescription } from "../provider.ts";
import { asked, isDone, kind, type Loose, read, says, text, tokens } from "./_read.ts";
import type { WireFormat, WireRequest, WireResponse } from "./wire_format.ts";

/** Cohere's chat, version 2, and the camel-case objects of its SDK. */
export const cohere: WireFormat = {
  name: "cohere",
  framing: "sse",
  path: /\/v2\/chat\/?$/,
  telling: /message-end"|finish_reason"\s*:\s*"|event: ?error|DONE\]/,
  describeRequest: (body) => read(request, body) ?? { isStream: false },
  describeResponse: (body) => read(response, body) ?? {},
  describeEvent: (data, type) => read(event, data, type) ?? {},
};

function request(body: Loose | undefined): WireRequest {
  return asked(body?.model, body?.tools, body?.messages, body?.stream);
}

function response(body: Loose | undefined): WireResponse {
  const usage = body?.usage;
  const counts = usage?.tokens;
  const reason = text(body?.finish_reason ?? body?.finishReason);
  return {
    stopReason: reason,
    id: text(body?.id),
    error: body?.error || /^(error|timeout)$/i.test(reason ?? "")
      ? { finish_reason: reason, error: body?.error }
      : undefined,
    ...tokens(
      counts?.input_tokens ?? counts?.inputTokens,
      counts?.output_tokens ?? counts?.outputTokens,
      usage?.cached_tokens ?? usage?.cachedTokens,
    ),
  };
}

function event(data: Loose | undefined, hint: string): ChunkDescription {
  return Object.assign(response(data?.delta), {
    id: text(data?.id),
    isContent: says(data?.delta?.message),
    isTerminal: isDone(data) || kind(data, hint) === "message-end",
  });
}

import type { ChunkDescription } from "../provider.ts";
import { asked, kind, type Loose, modelIn, read, says, sum, text, tokens } from "./_read.ts";
import type { WireFormat, WireRequest, WireResponse } from "./wire_format.ts";

/** Anthropic's Messages, its own and those at Vertex and Bedrock, where a stream's events come wrapped. */
export const anthropic: WireFormat = {
  name: "anthropic",
  framing: "sse",
  path:
    /\/v1\/messages\/?$|\/anthropic\/models\/(?!count-tokens)[^/]+:(streamR|r)awPredict$|\/model\/[^/]*anthropic\.claude-(?!v\d|instant)[^/]{0,99}\/invoke(-with-response-stream)?$/,
  telling: /message_(start|delta|stop)"|bytes"|(?<!_)error"|event: ?error/,
  describeRequest: (body, path) => read(request, body, path) ?? { isStream: false },
  describeResponse: (body) => read(response, body) ?? {},
  describeEvent: (data, type) => describeEvents()(data, type),
  describeEvents,
};

function describeEvents(): WireFormat["describeEvent"] {
  let before: (number | undefined)[] = [];
  return (data, type) => {
    const described: ChunkDescription = read(event, data, type) ?? {};
    const { usage } = described;
    if (!usage) return described;
    // Each event leaves out counts that stay as they were.
    before = [usage.inputTokens, usage.cacheReadTokens, usage.cacheCreationTokens]
      .map((count, at) => count ?? before[at]);
    return { ...described, totalInputTokens: total(...before) };
  };
}

/** The input and what of the prompt was cached; unknown without the former. */
function total(...counts: unknown[]): number | undefined {
  return sum(counts[0]) === undefined ? undefined : sum(...counts);
}

function request(body: Loose | undefined, path: string): WireRequest {
  const model = body?.model || modelIn(path, /\/models?\/([^/]+?)(?:\/|:\w+Predict$)/);
  return asked(model, body?.tools, body?.messages, body?.stream ?? /(:s\w+|-stream)$/.test(path));
}

function response(body: Loose | undefined): WireResponse {
  const usage = body?.usage;
  const input = usage?.input_tokens;
  const fromCache = usage?.cache_read_input_tokens;
  const toCache = usage?.cache_creation_input_tokens;
  return {
    stopReason: text(body?.stop_reason),
    model: text(body?.model),
    id: text(body?.id),
    error: kind(body) === "error" ? body : undefined,
    ...tokens(
      input,
      usage?.output_tokens,
      fromCache,
      toCache,
      usage?.output_tokens_details?.thinking_tokens,
      total(input, fromCache, toCache),
    ),
  };
}

function event(data: Loose | undefined, hint: string): ChunkDescription {
  const type = kind(data, hint);
  return Object.assign(response(data?.message ?? { usage: data?.usage }), {
    stopReason: text(data?.delta?.stop_reason),
    error: type === "error" ? data : undefined,
    isContent: /^content_block_/.test(type) && says(data?.content_block ?? data?.delta),
    isTerminal: type === "message_stop",
  });
}

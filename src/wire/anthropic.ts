import type { ChunkDescription, ResponseDescription } from "../provider.ts";
import { asked, kind, type Loose, modelIn, read, says, sum, text, tokens } from "./_read.ts";
import type { WireFormat, WireRequest, WireResponse } from "./wire_format.ts";

/** Anthropic's Messages, its own and those at Vertex. */
export const anthropic: WireFormat = {
  name: "anthropic",
  framing: "sse",
  path: /\/v1\/messages\/?$|\/anthropic\/models\/(?!count-tokens)[^/]+:(streamR|r)awPredict$/,
  telling: /message_(start|delta|stop)"|(?<!_)error"|event: ?error/,
  describeRequest: (body, path) => read(request, body, path) ?? { isStream: false },
  describeResponse: (body) => read(response, body) ?? {},
  describeEvent: (data, type) => read(event, data, type) ?? {},
  describeEvents() {
    let before: (number | undefined)[] = [];
    return (data, type) => {
      const described = anthropic.describeEvent(data, type);
      const { usage } = described;
      if (!usage) return described;
      // Each event leaves out counts that stay as they were.
      before = [usage.inputTokens, usage.cacheReadTokens, usage.cacheCreationTokens]
        .map((count, at) => count ?? before[at]);
      return { ...described, totalInputTokens: total(...before) };
    };
  },
};

/** The input and what of the prompt was cached; unknown without the former. */
function total(...counts: unknown[]): number | undefined {
  return sum(counts[0]) === undefined ? undefined : sum(...counts);
}

function request(body: Loose | undefined, path: string): WireRequest {
  const model = body?.model || modelIn(path, /\/models\/([^/:]+)/);
  return asked(model, body?.tools, body?.messages, body?.stream ?? /:s\w+$/.test(path));
}

function response(body: Loose | undefined): WireResponse {
  return {
    ...used(body?.usage),
    stopReason: text(body?.stop_reason),
    model: text(body?.model),
    id: text(body?.id),
    error: kind(body) === "error" ? body : undefined,
  };
}

function event(data: Loose | undefined, hint: string): ChunkDescription {
  const type = kind(data, hint);
  return {
    ...(data?.message ? response(data.message) : used(data?.usage, true)),
    stopReason: text(data?.delta?.stop_reason),
    error: type === "error" ? data : undefined,
    isContent: /^content_block_/.test(type) && says(data?.content_block ?? data?.delta),
    isTerminal: type === "message_stop",
  };
}

/** The counts of `message_delta` are cumulative; those it leaves out stay as they were, so they are no 0 in the total. */
function used(usage: Loose | undefined, isPart?: boolean): ResponseDescription {
  const input = usage?.input_tokens;
  const fromCache = usage?.cache_read_input_tokens;
  const toCache = usage?.cache_creation_input_tokens;
  return tokens(
    input,
    usage?.output_tokens,
    fromCache,
    toCache,
    usage?.output_tokens_details?.thinking_tokens,
    isPart ? null : total(input, fromCache, toCache) ?? null,
  );
}

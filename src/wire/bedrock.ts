import type { ChunkDescription } from "../provider.ts";
import { asked, type Loose, modelIn, read, says, sum, text, tokens } from "./_read.ts";
import type { WireFormat, WireRequest, WireResponse } from "./wire_format.ts";

/** Bedrock's Converse. On the wire an event's type is a header; the SDK's event is an object with the type as its only key. */
export const bedrock: WireFormat = {
  name: "bedrock",
  framing: "event-stream",
  path: /\/model\/[^/]+\/converse(-stream)?$/,
  // An exception may come without a payload.
  telling: /exception|:error-|stopReason"|usage"|message"|^\W*$/i,
  goesOnWhenStopped: true,
  describeRequest: (body, path) => read(request, body, path) ?? { isStream: false },
  describeResponse: (body) => read(response, body) ?? {},
  describeEvent: (data, type) => read(event, data, type) ?? {},
};

function request(body: Loose | undefined, path: string): WireRequest {
  const model = body?.modelId || modelIn(path, /\/model\/([^/]+)/);
  return asked(model, body?.toolConfig?.tools, body?.messages, /-stream$/.test(path));
}

function response(body: Loose | undefined): WireResponse {
  const usage = body?.usage;
  const input = usage?.inputTokens;
  const fromCache = usage?.cacheReadInputTokens;
  const toCache = usage?.cacheWriteInputTokens;
  return {
    stopReason: text(body?.stopReason),
    ...tokens(input, usage?.outputTokens, fromCache, toCache, undefined, sum(input, fromCache, toCache)),
  };
}

function event(data: Loose | undefined, hint: string): ChunkDescription {
  const type = hint || Object.keys(data ?? {})[0] || "";
  const payload = hint ? data : data?.[type];
  return Object.assign(response(payload), {
    error: /exception|error|failure/i.test(type)
      ? { name: type, message: payload?.message ?? payload?.Message ?? text(payload) }
      : undefined,
    isContent: /^contentBlock/.test(type) && says(payload?.start ?? payload?.delta),
    isTerminal: /^(messageStop|metadata)$/.test(type),
  });
}

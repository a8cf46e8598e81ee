import type { ChunkDescription } from "../provider.ts";
import { asked, type Loose, read, says, text, tokens } from "./_read.ts";
import type { WireFormat, WireRequest, WireResponse } from "./wire_format.ts";

/** Ollama's chat, which streams unless it is told not to. */
export const ollama: WireFormat = {
  name: "ollama",
  framing: "ndjson",
  path: /\/api\/chat\/?$/,
  telling: /done"\s*:\s*true|error"\s*:/,
  describeRequest: (body) => read(request, body) ?? { isStream: false },
  describeResponse: (body) => read(response, body) ?? {},
  describeEvent: (data) => read(event, data) ?? {},
};

function request(body: Loose | undefined): WireRequest {
  return asked(body?.model, body?.tools, body?.messages, (body?.stream as unknown) !== false);
}

function response(body: Loose | undefined): WireResponse {
  return {
    ...tokens(body?.prompt_eval_count, body?.eval_count),
    stopReason: text(body?.done_reason),
    model: text(body?.model),
    error: body?.error ? body : undefined,
  };
}

function event(data: Loose | undefined): ChunkDescription {
  return {
    ...response(data),
    isContent: says(data?.message),
    isTerminal: (data?.done as unknown) === true,
  };
}

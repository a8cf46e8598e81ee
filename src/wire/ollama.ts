import type { ChunkDescription } from "../provider.ts";
import { asked, type Loose, read, readWithCalls, says, text, tokens } from "./_read.ts";
import type { WireFormat, WireRequest, WireResponse } from "./wire_format.ts";

/** Ollama's chat, which streams unless it is told not to. */
export const ollama: WireFormat = {
  name: "ollama",
  framing: "ndjson",
  path: /\/api\/chat\/?$/,
  telling: /done"\s*:\s*true|error"\s*:|tool_calls"/,
  describeRequest: (body) => read(request, body) ?? { isStream: false },
  describeResponse: (body) => readWithCalls(response, callsIn)(body),
  describeEvent: (data) => readWithCalls(event, callsIn)(data),
  describeEvents: () => readWithCalls(event, callsIn),
};

function callsIn(body: Loose | undefined): boolean {
  return says(body?.message?.tool_calls);
}

function request(body: Loose | undefined): WireRequest {
  return asked(body?.model, body?.tools, body?.messages, (body?.stream as unknown) !== false);
}

function response(body: Loose | undefined): WireResponse {
  return {
    stopReason: text(body?.done_reason),
    model: text(body?.model),
    error: body?.error ? body : undefined,
    ...tokens(body?.prompt_eval_count, body?.eval_count),
  };
}

function event(data: Loose | undefined): ChunkDescription {
  return {
    isContent: says(data?.message),
    isTerminal: (data?.done as unknown) === true,
    ...response(data),
  };
}

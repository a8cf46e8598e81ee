import type { ChunkDescription } from "../provider.ts";
import { asked, isDone, list, type Loose, modelIn, read, says, text, tokens } from "./_read.ts";
import type { WireFormat, WireRequest, WireResponse } from "./wire_format.ts";

/** Found in every event that can say more than content. */
export const CHAT_TELLING =
  /finish_reason"\s*:\s*"|usage"\s*:\s*\{|error"\s*:\s*[^n\s]|message"\s*:|t"\s*:\s*"error"|event: ?error|DONE\]/;

/**
 * OpenAI's Chat Completions, and what is compatible with it: Azure, OpenRouter, Groq, DeepSeek, xAI, vLLM and many more.
 *
 * `[DONE]` ends the stream, but the official SDK keeps it to itself, so of its objects a `finish_reason` is the end as well.
 */
export const openaiChat: WireFormat = {
  name: "openai",
  framing: "sse",
  path: /\/chat\/completions\/?$/,
  telling: CHAT_TELLING,
  goesOnWhenStopped: true,
  describeRequest: (body, path) => read(chatRequest, body, path) ?? { isStream: false },
  describeResponse: (body) => read(chatResponse, body) ?? {},
  describeEvent: (data, type) => chatEvents()(data, type),
  describeEvents: chatEvents,
};

/** Reads a request. */
export function chatRequest(body: Loose | undefined, path: string): WireRequest {
  const model = body?.model || modelIn(path, /\/deployments\/([^/]+)/);
  return asked(model, body?.tools ?? body?.functions, body?.messages, body?.stream);
}

/** Why choices stopped, by their index. */
type Stopped = Map<unknown, string>;

/** Reads a response, and of an event of this `type` what is spelled like one. Mistral's SDK is understood. */
export function chatResponse(body: Loose | undefined, type: string, stopped: Stopped = new Map()): WireResponse {
  const choices = list(body?.choices);
  const reasons = choices.map((choice) => text(choice?.finish_reason ?? choice?.finishReason));
  reasons.forEach((reason, at) => reason && stopped.set(choices[at]?.index ?? at, reason));
  const usage = body?.usage ?? body?.x_groq?.usage;
  const cache = usage?.prompt_tokens_details;
  const isError = type === "error" || body?.error || (body?.object as unknown) === "error";
  return {
    stopReason: reasons.find(Boolean),
    finishReasons: stopped.size > 1 ? [...stopped.values()] : undefined,
    model: text(body?.model),
    id: text(body?.id),
    error: isError
      ? body
      : reasons.includes("error")
      ? { finish_reason: "error", error: choices[reasons.indexOf("error")]?.error }
      : undefined,
    ...tokens(
      usage?.prompt_tokens ?? usage?.promptTokens,
      usage?.completion_tokens ?? usage?.completionTokens,
      cache?.cached_tokens ?? (usage?.additionalProperties ?? usage)?.num_cached_tokens,
      cache?.cache_write_tokens,
      usage?.completion_tokens_details?.reasoning_tokens,
    ),
  };
}

/** Reads the events of one stream. Mistral's SDK hands each over as `data`. */
export function chatEvents(): WireFormat["describeEvent"] {
  const stopped: Stopped = new Map();
  return (data, type) => read((data, type) => chatEvent(data?.data ?? data, type, stopped), data, type) ?? {};
}

function chatEvent(data: Loose | undefined, type: string, stopped: Stopped): ChunkDescription {
  const described = chatResponse(data, type, stopped);
  return {
    isContent: list(data?.choices).some((choice) => says(choice?.delta)),
    isTerminal: isDone(data) || !!described.stopReason,
    ...described,
  };
}

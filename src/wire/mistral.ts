import { read } from "./_read.ts";
import { CHAT_TELLING, chatEvents, chatRequest, chatResponse } from "./openai_chat.ts";
import type { WireFormat } from "./wire_format.ts";

/** Mistral's chat completions: OpenAI's, and the camel-case objects of Mistral's SDK, whose events hold the chunk as `data`. */
export const mistral: WireFormat = {
  name: "mistral",
  framing: "sse",
  path: /\/(chat|agents)\/completions\/?$|\/mistralai\/models\/[^/]+:(streamR|r)awPredict$/,
  telling: CHAT_TELLING,
  goesOnWhenStopped: true,
  describeRequest: (body, path) => read(chatRequest, body, path) ?? { isStream: false },
  describeResponse: (body) => read(chatResponse, body) ?? {},
  describeEvent: (data, type) => chatEvents()(data, type),
  describeEvents: chatEvents,
};

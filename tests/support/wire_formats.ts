import { anthropicMessages } from "./wire_anthropic_messages.ts";
import { bedrock } from "./wire_bedrock.ts";
import { cohere } from "./wire_cohere.ts";
import type { WireFormat } from "./wire_format.ts";
import { gemini } from "./wire_gemini.ts";
import { mistral } from "./wire_mistral.ts";
import { ollama } from "./wire_ollama.ts";
import { openaiChat } from "./wire_openai_chat.ts";
import { openaiResponses } from "./wire_openai_responses.ts";

/** Every API the fault server speaks; the first that matches a request answers it. */
export const wireFormats: readonly WireFormat[] = [
  mistral,
  openaiChat,
  openaiResponses,
  anthropicMessages,
  gemini,
  cohere,
  ollama,
  bedrock,
];

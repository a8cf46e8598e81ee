import { anthropicMessages } from "./wire_anthropic_messages.ts";
import type { WireFormat } from "./wire_format.ts";
import { openaiChat } from "./wire_openai_chat.ts";

/** Every API the fault server speaks; the first that matches a request answers it. */
export const wireFormats: readonly WireFormat[] = [
  openaiChat,
  anthropicMessages,
];

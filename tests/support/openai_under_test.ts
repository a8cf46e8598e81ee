import OpenAI from "openai";
import OpenAI6 from "openai6";
import { openaiChat, openaiResponses } from "../../src/openai.ts";
import { type ClientOptions, sdk, type SdkUnderTest } from "./sdk_under_test.ts";
import {
  OPENAI_CHAT_FAILED,
  OPENAI_COUNTS,
  OPENAI_QUOTA,
  OPENAI_RESPONSE_FAILED,
  RETRY_AFTER_7,
  told,
} from "./told_facts.ts";

const apiKey = "test";
const model = "m";
const messages = [{ role: "user" as const, content: "hi" }];
const parameters = { type: "object" as const, properties: { q: { type: "string" } } };
const tools = [{ type: "function" as const, function: { name: "search", description: "d", parameters } }];
function openAi(Client: typeof OpenAI, alias: "openai" | "openai6"): SdkUnderTest[] {
  const client = (url: string, { retries, fetch }: ClientOptions) =>
    new Client({ apiKey, baseURL: `${url}/v1`, ...(fetch && { fetch }), ...(!retries && { maxRetries: 0 }) });
  const request = { model, messages, tools };
  const streamRequest = { ...request, stream_options: { include_usage: true } };
  const toResponses = {
    model,
    input: "hi",
    tools: [{ type: "function" as const, name: "search", strict: false, parameters }],
  };
  return [
    sdk({
      name: "openai.chat",
      format: "openai.chat",
      alias,
      client,
      binding: (client) => openaiChat(client),
      request,
      streamRequest,
      json: (client, signal) => client.chat.completions.create(request, { signal }),
      stream: (client, signal) => client.chat.completions.create({ ...streamRequest, stream: true }, { signal }),
      tellsHttp: true,
      told: told("openai", { ...OPENAI_COUNTS, reason: "tool_calls" }),
      retryAfter: RETRY_AFTER_7,
      quota: OPENAI_QUOTA,
      failedJson: OPENAI_CHAT_FAILED,
    }),
    sdk({
      name: "openai.responses",
      format: "openai.responses",
      alias,
      client,
      binding: (client) => openaiResponses(client),
      request: toResponses,
      json: (client, signal) => client.responses.create(toResponses, { signal }),
      stream: (client, signal) => client.responses.create({ ...toResponses, stream: true }, { signal }),
      tellsHttp: true,
      told: told("openai", { ...OPENAI_COUNTS, reason: "completed" }),
      retryAfter: RETRY_AFTER_7,
      quota: OPENAI_QUOTA,
      failedJson: OPENAI_RESPONSE_FAILED,
    }),
  ];
}

/** OpenAI's SDK, and the major version before. */
export const OPENAIS: readonly SdkUnderTest[] = [
  ...openAi(OpenAI, "openai"),
  ...openAi(OpenAI6 as unknown as typeof OpenAI, "openai6"),
];

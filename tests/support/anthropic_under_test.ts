import Anthropic from "@anthropic-ai/sdk";
import Anthropic0 from "anthropic0";
import { anthropicMessages, anthropicMessageStream } from "../../src/anthropic.ts";
import { type ClientOptions, sdk, type SdkUnderTest } from "./sdk_under_test.ts";
import { OPENAI_COUNTS, RETRY_AFTER_7, told } from "./told_facts.ts";

const apiKey = "test";
const model = "m";
const messages = [{ role: "user" as const, content: "hi" }];
const parameters = { type: "object" as const, properties: { q: { type: "string" } } };
function anthropic(Client: typeof Anthropic, alias: "@anthropic-ai/sdk" | "anthropic0"): SdkUnderTest[] {
  const request = { model, messages, max_tokens: 1, tools: [{ name: "search", input_schema: parameters }] };
  const common = {
    format: "anthropic.messages",
    alias,
    client: (url: string, { retries, fetch }: ClientOptions) =>
      new Client({ apiKey, baseURL: url, ...(fetch && { fetch }), ...(!retries && { maxRetries: 0 }) }),
    request,
    tellsHttp: true,
    told: told("anthropic", { ...OPENAI_COUNTS, total: 200, reason: "tool_use" }),
    retryAfter: RETRY_AFTER_7,
    quota: { details: { error_code: "enforced_spend_limit_reached" } },
  };
  return [
    sdk({
      ...common,
      name: "anthropic.messages",
      binding: (client) => anthropicMessages(client),
      json: (client, signal) => client.messages.create(request, { signal }),
      stream: (client, signal) => client.messages.create({ ...request, stream: true }, { signal }),
    }),
    sdk({
      ...common,
      name: "anthropic.stream",
      binding: (client) => anthropicMessageStream(client),
      json: (client, signal) => client.messages.stream(request, { signal }).finalMessage(),
      stream: (client, signal) => client.messages.stream(request, { signal }),
      alwaysStreams: true,
      outerDefects: { "reset in the middle (json)": "what it reads is a stream, and under way" },
    }),
  ];
}

/** Anthropic's SDK, and the major version before. */
export const ANTHROPICS: readonly SdkUnderTest[] = [
  ...anthropic(Anthropic, "@anthropic-ai/sdk"),
  ...anthropic(Anthropic0 as unknown as typeof Anthropic, "anthropic0"),
];

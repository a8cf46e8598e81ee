import { createOpenAI } from "@ai-sdk/openai";
import { ConverseCommand } from "@aws-sdk/client-bedrock-runtime";
import { ChatOpenAI } from "@langchain/openai";
import { generateText } from "ai";
import { readFetch, SDK_CLIENTS } from "./sdk_clients.ts";

const apiKey = "test";
const model = "m";
const messages = [{ role: "user" as const, content: "hi" }];
const { openai, anthropic, gemini, mistral, cohere, ollama, bedrock } = SDK_CLIENTS;

async function drain(chunks: PromiseLike<AsyncIterable<unknown>>): Promise<void> {
  for await (const _ of await chunks);
}

/** One question through each of the official SDKs, their own retries off. */
export const SDK_CALLS = {
  "openai": (url: string) => openai(url).chat.completions.create({ model, messages }),
  "openai responses": (url: string) => openai(url).responses.create({ model, input: "hi" }),
  "anthropic": (url: string) => anthropic(url).messages.create({ model, messages, max_tokens: 1 }),
  "google": (url: string) => gemini(url).models.generateContent({ model, contents: "hi" }),
  "mistral": (url: string) => mistral(url).chat.complete({ model, messages }),
  "cohere": async (url: string) => {
    const timeoutInSeconds = 0.3;
    try {
      return await cohere(url).chat({ model, messages }, { timeoutInSeconds });
    } finally {
      // It leaves its timer running when `fetch` fails, by default for five minutes.
      await new Promise((resolve) => setTimeout(resolve, timeoutInSeconds * 1000));
    }
  },
  "ollama": (url: string) => ollama(url).chat({ model, messages }),
  "bedrock": (url: string) =>
    bedrock(url).send(
      new ConverseCommand({ modelId: model, messages: [{ role: "user", content: [{ text: "hi" }] }] }),
    ),
  "ai sdk": (url: string) => {
    const provider = createOpenAI({ apiKey, baseURL: `${url}/v1` });
    return generateText({ model: provider.chat(model), prompt: "hi", maxRetries: 0 });
  },
  "langchain": (url: string) => {
    return new ChatOpenAI({ apiKey, model, maxRetries: 0, configuration: { baseURL: `${url}/v1` } }).invoke("hi");
  },
} satisfies Record<string, (url: string) => PromiseLike<unknown>>;

/** The same where the answer is a stream. */
export const SDK_STREAMS = {
  "openai": (url: string) => drain(openai(url).chat.completions.create({ model, messages, stream: true })),
  "openai responses": (url: string) => drain(openai(url).responses.create({ model, input: "hi", stream: true })),
  "anthropic": (url: string) => drain(anthropic(url).messages.create({ model, messages, max_tokens: 1, stream: true })),
  "ollama": (url: string) => drain(ollama(url, readFetch).chat({ model, messages, stream: true })),
} satisfies Record<string, (url: string) => PromiseLike<unknown>>;

/** An OpenAI call that is given up by the SDK itself. */
export function timedOutCall(url: string): PromiseLike<unknown> {
  return openai(url).chat.completions.create({ model, messages }, { timeout: 50 });
}

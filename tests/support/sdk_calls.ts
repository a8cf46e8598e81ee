import Anthropic from "@anthropic-ai/sdk";
import { createOpenAI } from "@ai-sdk/openai";
import { BedrockRuntimeClient, ConverseCommand } from "@aws-sdk/client-bedrock-runtime";
import { GoogleGenAI } from "@google/genai";
import { ChatOpenAI } from "@langchain/openai";
import { Mistral } from "@mistralai/mistralai";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { generateText } from "ai";
import { CohereClientV2 } from "cohere-ai";
import { Ollama } from "ollama";
import OpenAI from "openai";

const apiKey = "test";
const model = "m";
const messages = [{ role: "user" as const, content: "hi" }];

function openAi(url: string): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 });
}

function anthropic(url: string): Anthropic {
  return new Anthropic({ apiKey, baseURL: url, maxRetries: 0 });
}

/** `fetch`, for an SDK that leaves a body unread. */
async function readFetch(...args: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...args);
  return new Response(await response.text(), response);
}

async function drain(chunks: PromiseLike<AsyncIterable<unknown>>): Promise<void> {
  for await (const _ of await chunks);
}

/** One question through each of the official SDKs, their own retries off. */
export const SDK_CALLS = {
  "openai": (url: string) => openAi(url).chat.completions.create({ model, messages }),
  "openai responses": (url: string) => openAi(url).responses.create({ model, input: "hi" }),
  "anthropic": (url: string) => anthropic(url).messages.create({ model, messages, max_tokens: 1 }),
  "google": (url: string) => {
    const httpOptions = { baseUrl: url, retryOptions: { attempts: 1 } };
    return new GoogleGenAI({ apiKey, httpOptions }).models.generateContent({ model, contents: "hi" });
  },
  "mistral": (url: string) => {
    return new Mistral({ apiKey, serverURL: url, retryConfig: { strategy: "none" } }).chat.complete({
      model,
      messages,
    });
  },
  "cohere": async (url: string) => {
    const client = new CohereClientV2({ token: apiKey, environment: url });
    const timeoutInSeconds = 0.3;
    try {
      return await client.chat({ model, messages }, { maxRetries: 0, timeoutInSeconds });
    } finally {
      // It leaves its timer running when `fetch` fails, by default for five minutes.
      await new Promise((resolve) => setTimeout(resolve, timeoutInSeconds * 1000));
    }
  },
  "ollama": (url: string) => new Ollama({ host: url }).chat({ model, messages }),
  "bedrock": (url: string) => {
    const client = new BedrockRuntimeClient({
      region: "us-east-1",
      endpoint: url,
      maxAttempts: 1,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      // By default it speaks HTTP/2, which the test's server does not.
      requestHandler: new NodeHttpHandler(),
    });
    return client.send(
      new ConverseCommand({ modelId: model, messages: [{ role: "user", content: [{ text: "hi" }] }] }),
    );
  },
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
  "openai": (url: string) => drain(openAi(url).chat.completions.create({ model, messages, stream: true })),
  "openai responses": (url: string) => drain(openAi(url).responses.create({ model, input: "hi", stream: true })),
  "anthropic": (url: string) => drain(anthropic(url).messages.create({ model, messages, max_tokens: 1, stream: true })),
  "ollama": (url: string) => drain(new Ollama({ host: url, fetch: readFetch }).chat({ model, messages, stream: true })),
} satisfies Record<string, (url: string) => PromiseLike<unknown>>;

/** An OpenAI call that is given up by the SDK itself. */
export function timedOutCall(url: string): PromiseLike<unknown> {
  return openAi(url).chat.completions.create({ model, messages }, { timeout: 50 });
}

import Anthropic from "@anthropic-ai/sdk";
import { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import { GoogleGenAI } from "@google/genai";
import { Mistral } from "@mistralai/mistralai";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { CohereClientV2 } from "cohere-ai";
import { Ollama } from "ollama";
import OpenAI from "openai";

const apiKey = "test";

/** The official SDKs' clients for a server at `url`, their own retries off. */
export const SDK_CLIENTS = {
  openai: (url: string): OpenAI => new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 }),
  anthropic: (url: string): Anthropic => new Anthropic({ apiKey, baseURL: url, maxRetries: 0 }),
  gemini: (url: string, fetch = globalThis.fetch): GoogleGenAI =>
    new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url, fetch, retryOptions: { attempts: 1 } } }),
  mistral: (url: string): Mistral => new Mistral({ apiKey, serverURL: url, retryConfig: { strategy: "none" } }),
  cohere: (url: string): CohereClientV2 => new CohereClientV2({ token: apiKey, environment: url, maxRetries: 0 }),
  ollama: (url: string, fetch = globalThis.fetch): Ollama => new Ollama({ host: url, fetch }),
  bedrock: (url: string): BedrockRuntimeClient =>
    new BedrockRuntimeClient({
      region: "us-east-1",
      endpoint: url,
      maxAttempts: 1,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      // By default it speaks HTTP/2, which the test's server does not.
      requestHandler: new NodeHttpHandler(),
    }),
};

/** `fetch` for Ollama's SDK, which leaves the end of a body unread: that would count as a leak. */
export async function readFetch(...args: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...args);
  return new Response(await response.text(), response);
}

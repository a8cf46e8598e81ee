import {
  BedrockRuntime,
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";
import { GoogleGenAI } from "@google/genai";
import { GoogleGenAI as GoogleGenAI2 } from "genai2";
import { HTTPClient, Mistral } from "@mistralai/mistralai";
import { HTTPClient as HTTPClient1, Mistral as Mistral1 } from "mistral1";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { CohereClientV2 } from "cohere-ai";
import { CohereClientV2 as CohereClientV27 } from "cohere7";
import { Ollama } from "ollama";
import { bedrockConverse } from "../../src/bedrock.ts";
import { cohere } from "../../src/cohere.ts";
import { gemini } from "../../src/gemini.ts";
import { mistral } from "../../src/mistral.ts";
import { ollama } from "../../src/ollama.ts";
import { ANTHROPICS } from "./anthropic_under_test.ts";
import { OPENAIS } from "./openai_under_test.ts";
import { sdk, type SdkUnderTest } from "./sdk_under_test.ts";
import { RETRY_AFTER_7, told } from "./told_facts.ts";

const apiKey = "test";
const model = "m";
const messages = [{ role: "user" as const, content: "hi" }];
const parameters = { type: "object" as const, properties: { q: { type: "string" } } };
const tools = [{ type: "function" as const, function: { name: "search", description: "d", parameters } }];
function genAi(Client: typeof GoogleGenAI, alias: "@google/genai" | "genai2"): SdkUnderTest[] {
  const config = { tools: [{ functionDeclarations: [{ name: "search" }] }] };
  const request = { model, contents: "hi", config };
  const until = (signal: AbortSignal | undefined) => ({
    ...request,
    config: { ...config, ...(signal && { abortSignal: signal }) },
  });
  return [sdk({
    name: "gemini",
    format: "gemini",
    alias,
    client(url, { retries, fetch }) {
      // They are off by default.
      const retryOptions = { attempts: retries ? 3 : 1, initialDelay: 0.001 };
      return new Client({ apiKey, httpOptions: { baseUrl: url, retryOptions, ...(fetch && { fetch }) } });
    },
    binding: (client) => gemini(client),
    request,
    json: (client, signal) => client.models.generateContent(until(signal)),
    stream: (client, signal) => client.models.generateContentStream(until(signal)),
    outerDefects: { "break (stream)": "it does not let go of the body" },
    tellsHttp: false,
    told: told("gemini", { read: 64, reasoning: 12, output: 42, reason: "STOP" }),
    retryAfter: {
      details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "7s" }],
      source: "body",
    },
    quota: {
      details: [{
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        violations: [{ quotaId: "GenerateRequestsPerDayPerProject-FreeTier" }],
      }],
    },
  })];
}

function mistralAi(
  Client: typeof Mistral,
  Http: typeof HTTPClient,
  alias: "@mistralai/mistralai" | "mistral1",
  defects: NonNullable<SdkUnderTest["defects"]> = {},
): SdkUnderTest[] {
  const request = { model, messages, tools };
  const failed = {
    id: "cmpl-0",
    object: "chat.completion.chunk",
    created: 1,
    model,
    choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }],
  };
  const backoff = { initialInterval: 1, maxInterval: 1, exponent: 1, maxElapsedTime: 1000 };
  return [sdk({
    name: "mistral",
    format: "mistral",
    alias,
    client: (url, { retries, fetch }) =>
      new Client({
        apiKey,
        serverURL: `${url}/mistral`,
        // They are off by default.
        retryConfig: retries ? { strategy: "backoff", backoff, retryConnectionErrors: true } : { strategy: "none" },
        ...(fetch && { httpClient: new Http({ fetcher: fetch }) }),
      }),
    binding: (client) => mistral(client),
    request,
    json: (client, signal) => client.chat.complete(request, signal && { signal }),
    stream: (client, signal) => client.chat.stream(request, signal && { signal }),
    provider: "mistral",
    tellsHttp: false,
    told: told("mistral", { read: 64, reason: "tool_calls" }),
    defects,
    retryAfter: RETRY_AFTER_7,
    quota: { message: "Monthly limit of 5 $ / month reached" },
    failedJson: JSON.stringify({
      ...failed,
      object: "chat.completion",
      choices: [{ ...failed.choices[0], message: { role: "assistant", content: "" } }],
      usage: { prompt_tokens: 1, completion_tokens: 0, total_tokens: 1 },
    }),
    // An event that is no chunk is nothing but a parse error to this SDK.
    failedStream: `data: ${JSON.stringify(failed)}\n\ndata: [DONE]\n\n`,
  })];
}

function cohereAi(Client: typeof CohereClientV2, alias: "cohere-ai" | "cohere7"): SdkUnderTest[] {
  const request = { model, messages, tools };
  const lingersMs = 1000;
  return [sdk({
    name: "cohere",
    format: "cohere",
    alias,
    client: (url, { retries, fetch }) =>
      new Client({
        token: apiKey,
        environment: url,
        // It leaves the timer running when a request fails, by default for five minutes.
        timeoutInSeconds: lingersMs / 1000,
        ...(fetch && { fetch }),
        ...(!retries && { maxRetries: 0 }),
      }),
    binding: (client) => cohere(client),
    request,
    json: (client, abortSignal) => client.chat(request, abortSignal && { abortSignal }),
    stream: (client, abortSignal) => client.chatStream(request, abortSignal && { abortSignal }),
    tellsHttp: true,
    told: told("cohere", { read: 64, reason: "TOOL_CALL" }),
    retryAfter: RETRY_AFTER_7,
    quota: { message: "You are using a Trial key, which is limited to 1000 API calls / month." },
    failedJson: '{"id":"x","finish_reason":"ERROR","message":{"role":"assistant"}}',
    lingersMs,
  })];
}

function ollamaJs(): SdkUnderTest[] {
  const request = { model, messages, tools };
  return [sdk({
    name: "ollama",
    format: "ollama",
    alias: "ollama",
    client: (url, { fetch = eager }) => new Ollama({ host: url, fetch }),
    binding: (client) => ollama(client),
    request,
    json: (client) => client.chat({ ...request, stream: false }),
    async stream(client, signal) {
      const stream = await client.chat({ ...request, stream: true });
      signal?.addEventListener("abort", () => stream.abort());
      return stream;
    },
    outerDefects: {
      "abort (json)": "it takes no signal",
      "break (stream)": "it does not let go of the body",
    },
    tellsHttp: false,
    told: told("ollama", { reason: "stop" }),
    retryAfter: { source: "backoff" },
  })];
}

/** `fetch` for Ollama's SDK, which leaves the end of a body unread: that would count as a leak. */
async function eager(...args: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...args);
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      try {
        for await (const bytes of response.body!) controller.enqueue(bytes);
        controller.close();
      } catch (error) {
        controller.error(error);
      }
    },
  });
  return new Response(body, response);
}

function bedrock(): SdkUnderTest[] {
  const request = {
    modelId: "provider.m-v1:0",
    messages: [{ role: "user" as const, content: [{ text: "hi" }] }],
    toolConfig: { tools: [{ toolSpec: { name: "search", inputSchema: { json: {} } } }] },
  };
  const config = (url: string, retries: boolean) => ({
    region: "us-east-1",
    endpoint: url,
    ...(!retries && { maxAttempts: 1 }),
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    // By default it speaks HTTP/2, which the test's server does not.
    requestHandler: new NodeHttpHandler(),
  });
  const common = {
    format: "bedrock",
    // It sends requests through handlers of its own, none of which takes a fetch.
    takes: [],
    alias: "@aws-sdk/client-bedrock-runtime" as const,
    request,
    tellsHttp: true,
    told: told("bedrock", { read: 64, written: 16, total: 200, reason: "tool_use", model: request.modelId }),
    retryAfter: RETRY_AFTER_7,
    quota: { message: "Too many tokens per day, please wait before trying again." },
  };
  return [
    sdk({
      ...common,
      name: "bedrock",
      client: (url, { retries }) => new BedrockRuntime(config(url, retries)),
      binding: (client) => bedrockConverse(client),
      json: (client, abortSignal) => client.converse(request, { ...(abortSignal && { abortSignal }) }),
      stream: async (client, abortSignal) =>
        (await client.converseStream(request, { ...(abortSignal && { abortSignal }) })).stream!,
    }),
    sdk({
      ...common,
      name: "bedrock.send",
      client: (url, { retries }) => new BedrockRuntimeClient(config(url, retries)),
      binding: (client) => bedrockConverse(client, { ConverseCommand, ConverseStreamCommand }),
      json: (client, abortSignal) => client.send(new ConverseCommand(request), { ...(abortSignal && { abortSignal }) }),
      stream: async (client, abortSignal) =>
        (await client.send(new ConverseStreamCommand(request), { ...(abortSignal && { abortSignal }) })).stream!,
    }),
  ];
}

/** The SDKs, and the major version before where the newest is younger than a year. */
export const SDKS: readonly SdkUnderTest[] = [
  ...OPENAIS,
  ...ANTHROPICS,
  ...genAi(GoogleGenAI, "@google/genai"),
  ...genAi(GoogleGenAI2 as unknown as typeof GoogleGenAI, "genai2"),
  ...mistralAi(Mistral, HTTPClient, "@mistralai/mistralai"),
  ...mistralAi(
    Mistral1 as unknown as typeof Mistral,
    HTTPClient1 as unknown as typeof HTTPClient,
    "mistral1",
    { "reset in the middle (json)": "it rejects a promise that nobody can handle" },
  ),
  ...cohereAi(CohereClientV2, "cohere-ai"),
  ...cohereAi(CohereClientV27 as unknown as typeof CohereClientV2, "cohere7"),
  ...ollamaJs(),
  ...bedrock(),
];

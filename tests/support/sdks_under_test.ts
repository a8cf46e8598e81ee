import Anthropic from "@anthropic-ai/sdk";
import Anthropic0 from "anthropic0";
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
import OpenAI from "openai";
import OpenAI6 from "openai6";
import { anthropicMessages, anthropicMessageStream } from "../../src/anthropic.ts";
import { bedrockConverse } from "../../src/bedrock.ts";
import { cohere } from "../../src/cohere.ts";
import { gemini } from "../../src/gemini.ts";
import { mistral } from "../../src/mistral.ts";
import { ollama } from "../../src/ollama.ts";
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
      told: told("openai", { ...OPENAI_COUNTS, reason: "function_call" }),
      retryAfter: RETRY_AFTER_7,
      quota: OPENAI_QUOTA,
      failedJson: OPENAI_RESPONSE_FAILED,
    }),
  ];
}

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
    told: told("gemini", { read: 64, reasoning: 12, output: 42, reason: "function_call" }),
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
  { toldBySdk = {}, defects = {} }: Pick<SdkUnderTest, "toldBySdk" | "defects">,
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
    toldBySdk,
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
    told: told("ollama", { reason: "stop", stopReason: "end_turn" }),
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
    told: told("bedrock", { read: 64, written: 16, total: 200, reason: "tool_use", answersBy: request.modelId }),
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
  ...openAi(OpenAI, "openai"),
  ...openAi(OpenAI6 as unknown as typeof OpenAI, "openai6"),
  ...anthropic(Anthropic, "@anthropic-ai/sdk"),
  ...anthropic(Anthropic0 as unknown as typeof Anthropic, "anthropic0"),
  ...genAi(GoogleGenAI, "@google/genai"),
  ...genAi(GoogleGenAI2 as unknown as typeof GoogleGenAI, "genai2"),
  ...mistralAi(Mistral, HTTPClient, "@mistralai/mistralai", {}),
  ...mistralAi(
    Mistral1 as unknown as typeof Mistral,
    HTTPClient1 as unknown as typeof HTTPClient,
    "mistral1",
    {
      toldBySdk: { attempt: { "llm.cache_read_tokens": undefined } },
      defects: { "reset in the middle (json)": "it rejects a promise that nobody can handle" },
    },
  ),
  ...cohereAi(CohereClientV2, "cohere-ai"),
  ...cohereAi(CohereClientV27 as unknown as typeof CohereClientV2, "cohere7"),
  ...ollamaJs(),
  ...bedrock(),
];

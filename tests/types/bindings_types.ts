/** What the compiler has to make of the bindings, for the SDKs and the major versions before. Nothing of it is run. */
import Anthropic from "@anthropic-ai/sdk";
import {
  type BedrockRuntime,
  type BedrockRuntimeClient,
  ConverseCommand,
  type ConverseCommandOutput,
  ConverseStreamCommand,
  type ConverseStreamOutput,
} from "@aws-sdk/client-bedrock-runtime";
import type { GenerateContentResponse, GoogleGenAI } from "@google/genai";
import type { Mistral } from "@mistralai/mistralai";
import type Anthropic0 from "anthropic0";
import type { Cohere, CohereClient, CohereClientV2 } from "cohere-ai";
import type { Cohere as Cohere7, CohereClientV2 as CohereClientV27 } from "cohere7";
import type { GenerateContentResponse as GenerateContentResponse2, GoogleGenAI as GoogleGenAI2 } from "genai2";
import type { Mistral as Mistral1 } from "mistral1";
import type { ChatResponse, Ollama } from "ollama";
import type { AzureOpenAI, default as OpenAI } from "openai";
import type OpenAI6 from "openai6";
import { callWithRetry, createCaller, createStreamer, streamWithRetry } from "../../mod.ts";
import { anthropicMessages, anthropicMessageStream } from "../../src/anthropic.ts";
import { bedrockConverse } from "../../src/bedrock.ts";
import { cohere } from "../../src/cohere.ts";
import { callWithFallback } from "../../src/fallback.ts";
import { gemini } from "../../src/gemini.ts";
import { mistral } from "../../src/mistral.ts";
import { ollama } from "../../src/ollama.ts";
import { openaiChat, openaiResponses } from "../../src/openai.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
function isTrue<_T extends true>(): void {}

const model = "m";
const messages = [{ role: "user" as const, content: "Hello" }];
const request = { model, messages };
const toAnthropic = { ...request, max_tokens: 1 };
const toBedrock = { modelId: model, messages: [{ role: "user" as const, content: [{ text: "Hello" }] }] };

export async function ofOpenAi(client: OpenAI, azure: AzureOpenAI, older: OpenAI6): Promise<void> {
  type Completion = OpenAI.ChatCompletion & { _request_id?: string | null };
  const completion = await callWithRetry(openaiChat(client), request);
  isTrue<Same<typeof completion, Completion>>();
  const fromAzure = await callWithRetry(openaiChat(azure), request);
  isTrue<Same<typeof fromAzure, Completion>>();
  const created = await createCaller()(openaiChat(client), request);
  isTrue<Same<typeof created, Completion>>();
  const older1 = await callWithRetry(openaiChat(older), request);
  isTrue<Same<typeof older1, OpenAI6.ChatCompletion & { _request_id?: string | null }>>();

  const options = { stream_options: { include_usage: true } };
  for await (const chunk of streamWithRetry(openaiChat(client), { ...request, ...options })) {
    isTrue<Same<typeof chunk, OpenAI.ChatCompletionChunk>>();
  }
  for await (const chunk of createStreamer()(openaiChat(older), request)) {
    isTrue<Same<typeof chunk, OpenAI6.ChatCompletionChunk>>();
  }
  const typed: OpenAI.ChatCompletionCreateParamsStreaming = { ...request, stream: true };
  streamWithRetry(openaiChat(client), typed);

  const response = await callWithRetry(openaiResponses(client), { model, input: "Hello" });
  isTrue<Same<typeof response, OpenAI.Responses.Response & { _request_id?: string | null }>>();
  for await (const event of streamWithRetry(openaiResponses(client), { model, input: "Hello" })) {
    isTrue<Same<typeof event, OpenAI.Responses.ResponseStreamEvent>>();
  }

  openaiChat(client, { name: "groq", requestOptions: { timeout: 1000, headers: { "x-team": "search" } } });
  // @ts-expect-error -- no option of the SDK
  openaiChat(client, { requestOptions: { timeot: 1000 } });
  // @ts-expect-error -- no field of a request
  await callWithRetry(openaiChat(client), { ...request, max_tokns: 5 });
  // @ts-expect-error -- a field is missing
  await callWithRetry(openaiChat(client), { model });
  // @ts-expect-error -- a call gives no stream
  await callWithRetry(openaiChat(client), { ...request, stream: true });
  // @ts-expect-error -- no client of OpenAI's
  openaiChat(new Anthropic());
}

export async function ofAnthropic(client: Anthropic, older: Anthropic0): Promise<void> {
  const message = await callWithRetry(anthropicMessages(client), toAnthropic);
  isTrue<typeof message extends Anthropic.Message ? true : false>();
  isTrue<Same<(typeof message)["_request_id"], string | null | undefined>>();
  for await (const event of streamWithRetry(anthropicMessages(client), toAnthropic)) {
    isTrue<Same<typeof event, Anthropic.RawMessageStreamEvent>>();
  }
  const final = await callWithRetry(anthropicMessageStream(client), toAnthropic);
  isTrue<typeof final extends Anthropic.Message ? true : false>();
  for await (const event of streamWithRetry(anthropicMessageStream(client), toAnthropic)) {
    isTrue<Same<typeof event, Anthropic.MessageStreamEvent>>();
  }
  const beta = await callWithRetry(anthropicMessages(client.beta), { ...toAnthropic, betas: ["b"] });
  isTrue<typeof beta extends Anthropic.Beta.BetaMessage ? true : false>();
  const older0 = await callWithRetry(anthropicMessages(older), toAnthropic);
  isTrue<typeof older0 extends Anthropic0.Message ? true : false>();
  for await (const event of streamWithRetry(anthropicMessages(older), toAnthropic)) {
    isTrue<Same<typeof event, Anthropic0.RawMessageStreamEvent>>();
  }
  // @ts-expect-error -- no field of a request
  await callWithRetry(anthropicMessages(client), { ...toAnthropic, max_tokns: 5 });
}

export async function ofGemini(client: GoogleGenAI, older: GoogleGenAI2): Promise<void> {
  const toGemini = { model, contents: "Hello", config: { temperature: 1 } };
  const response = await callWithRetry(gemini(client), toGemini);
  isTrue<Same<typeof response, GenerateContentResponse>>();
  for await (const chunk of streamWithRetry(gemini(client), toGemini)) {
    isTrue<Same<typeof chunk, GenerateContentResponse>>();
  }
  const older2 = await callWithRetry(gemini(older), toGemini);
  isTrue<Same<typeof older2, GenerateContentResponse2>>();
  // @ts-expect-error -- no field of a request
  await callWithRetry(gemini(client), { model, contents: "Hello", config: { temprature: 1 } });
}

export async function ofMistral(client: Mistral, older: Mistral1): Promise<void> {
  const response = await callWithRetry(mistral(client), request);
  isTrue<Same<typeof response, Awaited<ReturnType<Mistral["chat"]["complete"]>>>>();
  for await (const event of streamWithRetry(mistral(client), request)) event.data.choices;
  const older1 = await callWithRetry(mistral(older), request);
  isTrue<Same<typeof older1, Awaited<ReturnType<Mistral1["chat"]["complete"]>>>>();
  for await (const event of streamWithRetry(mistral(older), request)) event.data.choices;
  // @ts-expect-error -- no option of the SDK
  mistral(client, { requestOptions: { timeoutMilliseconds: 1000 } });
}

export async function ofCohere(client: CohereClientV2, first: CohereClient, older: CohereClientV27): Promise<void> {
  const response = await callWithRetry(cohere(client), request);
  isTrue<Same<typeof response, Cohere.V2ChatResponse>>();
  const second = await callWithRetry(cohere(first.v2), request);
  isTrue<Same<typeof second, Cohere.V2ChatResponse>>();
  for await (const event of streamWithRetry(cohere(client), request)) {
    isTrue<Same<typeof event, Cohere.V2ChatStreamResponse>>();
  }
  const older7 = await callWithRetry(cohere(older), request);
  isTrue<Same<typeof older7, Cohere7.V2ChatResponse>>();
}

export async function ofOllama(client: Ollama): Promise<void> {
  const response = await callWithRetry(ollama(client), request);
  isTrue<Same<typeof response, ChatResponse>>();
  for await (const chunk of streamWithRetry(ollama(client), request)) isTrue<Same<typeof chunk, ChatResponse>>();
  // @ts-expect-error -- no field of a request
  await callWithRetry(ollama(client), { ...request, thnk: true });
}

export async function ofBedrock(whole: BedrockRuntime, client: BedrockRuntimeClient): Promise<void> {
  const bound = bedrockConverse(client, { ConverseCommand, ConverseStreamCommand });
  const output = await callWithRetry(bedrockConverse(whole), toBedrock);
  isTrue<Same<typeof output, ConverseCommandOutput>>();
  const sent = await callWithRetry(bound, toBedrock);
  isTrue<Same<typeof sent, ConverseCommandOutput>>();
  for await (const event of streamWithRetry(bedrockConverse(whole), toBedrock)) {
    isTrue<Same<typeof event, ConverseStreamOutput>>();
  }
  for await (const event of streamWithRetry(bound, toBedrock)) isTrue<Same<typeof event, ConverseStreamOutput>>();
  // @ts-expect-error -- no field of a request
  await callWithRetry(bound, { modelId: model, mesages: [] });
  // @ts-expect-error -- this client needs the commands
  bedrockConverse(client);
}

export async function ofSeveral(openAi: OpenAI, anthropic: Anthropic): Promise<void> {
  const answer = await callWithFallback([
    { provider: openaiChat(openAi), request },
    { provider: anthropicMessages(anthropic), request: toAnthropic },
  ]);
  if ("choices" in answer) answer.choices satisfies OpenAI.ChatCompletion.Choice[];
  else answer.content satisfies Anthropic.ContentBlock[];
}

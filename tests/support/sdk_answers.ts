import { ConverseCommand, ConverseStreamCommand } from "@aws-sdk/client-bedrock-runtime";
import {
  ofChatCompletion,
  ofGenerated,
  ofMessage,
  ofMistral,
  ofOllama,
  ofResponse,
  type SdkAnswer,
} from "./sdk_answer.ts";
import { readFetch, SDK_CLIENTS } from "./sdk_clients.ts";

export interface SdkAsk {
  readonly json: (url: string) => Promise<SdkAnswer>;
  readonly stream: (url: string) => Promise<SdkAnswer>;
}

const model = "m";
const messages = [{ role: "user" as const, content: "hi" }];
const parameters = { type: "object" as const, properties: { q: { type: "string" } } };
const tool = { name: "search", description: "d", parameters };
const tools = [{ type: "function" as const, function: tool }];
const responsesTools = [{ type: "function" as const, strict: false, ...tool }];
const anthropicTools = [{ name: "search", input_schema: parameters }];
const geminiTools = { config: { tools: [{ functionDeclarations: [{ name: "search" }] }] } };
const bedrockRequest = {
  modelId: "provider.m-v1:0",
  messages: [{ role: "user" as const, content: [{ text: "hi" }] }],
  toolConfig: { tools: [{ toolSpec: { name: "search", inputSchema: { json: {} } } }] },
};

/** One question through each of the official SDKs, answered at once and as a stream. */
export const SDK_ANSWERS: Readonly<Record<string, SdkAsk>> = {
  "openai.chat": {
    async json(url) {
      return ofChatCompletion(await SDK_CLIENTS.openai(url).chat.completions.create({ model, messages, tools }));
    },
    async stream(url) {
      const stream_options = { include_usage: true };
      const stream = SDK_CLIENTS.openai(url).chat.completions.stream({ model, messages, tools, stream_options });
      let reasoning = "";
      for await (const { choices } of stream) {
        reasoning += (choices[0]?.delta as { reasoning_content?: string } | undefined)?.reasoning_content ?? "";
      }
      return { ...ofChatCompletion(await stream.finalChatCompletion()), reasoning };
    },
  },

  "openai.responses": {
    async json(url) {
      return ofResponse(await SDK_CLIENTS.openai(url).responses.create({ model, input: "hi", tools: responsesTools }));
    },
    async stream(url) {
      const stream = SDK_CLIENTS.openai(url).responses.stream({ model, input: "hi", tools: responsesTools });
      return ofResponse(await stream.finalResponse());
    },
  },

  "anthropic.messages": {
    async json(url) {
      const request = { model, messages, max_tokens: 1, tools: anthropicTools };
      return ofMessage(await SDK_CLIENTS.anthropic(url).messages.create(request));
    },
    async stream(url) {
      const request = { model, messages, max_tokens: 1, tools: anthropicTools };
      return ofMessage(await SDK_CLIENTS.anthropic(url).messages.stream(request).finalMessage());
    },
  },

  "gemini": {
    async json(url) {
      const request = { model, contents: "hi", ...geminiTools };
      return ofGenerated([await SDK_CLIENTS.gemini(url).models.generateContent(request)]);
    },
    async stream(url) {
      const request = { model, contents: "hi", ...geminiTools };
      // It leaves the rest of a body unread behind an error: that would count as a leak.
      const bodies: (ReadableStream | null)[] = [];
      const client = SDK_CLIENTS.gemini(url, async (...args) => {
        const response = await fetch(...args);
        bodies.push(response.body);
        return response;
      });
      try {
        return ofGenerated(await all(await client.models.generateContentStream(request)));
      } finally {
        await Promise.allSettled(bodies.map((body) => body?.cancel()));
      }
    },
  },

  "mistral": {
    async json(url) {
      const { choices, usage } = await SDK_CLIENTS.mistral(`${url}/mistral`).chat.complete({ model, messages, tools });
      const { message, finishReason } = choices[0]!;
      return ofMistral([message!], finishReason, usage);
    },
    async stream(url) {
      const events = await all(await SDK_CLIENTS.mistral(`${url}/mistral`).chat.stream({ model, messages, tools }));
      const { choices, usage } = events.at(-1)!.data;
      return ofMistral(events.map(({ data }) => data.choices[0]!.delta), choices[0]!.finishReason, usage);
    },
  },

  "cohere": {
    async json(url) {
      const { message, finishReason, usage } = await SDK_CLIENTS.cohere(url).chat({ model, messages, tools });
      const content = message.content ?? [];
      return {
        text: content.map((part) => part.type === "text" ? part.text : "").join(""),
        reasoning: content.map((part) => part.type === "thinking" ? part.thinking : "").join(""),
        toolCalls: (message.toolCalls ?? []).map((
          call,
        ) => [call.function!.name!, JSON.parse(call.function!.arguments!)]),
        stopReason: finishReason,
        usage,
      };
    },
    async stream(url) {
      let [text, reasoning, stopReason, usage]: [string, string, unknown, unknown] = ["", "", undefined, undefined];
      const calls: { name: string; json: string }[] = [];
      for await (const event of await SDK_CLIENTS.cohere(url).chatStream({ model, messages, tools })) {
        if (event.type === "content-delta") {
          text += event.delta?.message?.content?.text ?? "";
          reasoning += event.delta?.message?.content?.thinking ?? "";
        } else if (event.type === "tool-call-start") {
          calls.push({ name: event.delta!.message!.toolCalls!.function!.name!, json: "" });
        } else if (event.type === "tool-call-delta") {
          calls.at(-1)!.json += event.delta!.message!.toolCalls!.function!.arguments!;
        } else if (event.type === "message-end") {
          ({ finishReason: stopReason, usage } = event.delta!);
        }
      }
      return { text, reasoning, toolCalls: calls.map(({ name, json }) => [name, JSON.parse(json)]), stopReason, usage };
    },
  },

  "ollama": {
    json: async (url) => ofOllama([await SDK_CLIENTS.ollama(url).chat({ model, messages, tools })]),
    stream: async (url) =>
      ofOllama(await all(await SDK_CLIENTS.ollama(url, readFetch).chat({ model, messages, tools, stream: true }))),
  },

  "bedrock": {
    async json(url) {
      const { output, stopReason, usage } = await SDK_CLIENTS.bedrock(url).send(new ConverseCommand(bedrockRequest));
      const content = output!.message!.content!;
      return {
        text: content.map(({ text }) => text ?? "").join(""),
        reasoning: content.map(({ reasoningContent }) => reasoningContent?.reasoningText?.text ?? "").join(""),
        toolCalls: content.flatMap(({ toolUse }) => toolUse === undefined ? [] : [[toolUse.name!, toolUse.input]]),
        stopReason,
        usage,
      };
    },
    async stream(url) {
      let [text, reasoning, stopReason, usage]: [string, string, unknown, unknown] = ["", "", undefined, undefined];
      const calls: { name: string; json: string }[] = [];
      const { stream } = await SDK_CLIENTS.bedrock(url).send(new ConverseStreamCommand(bedrockRequest));
      for await (const { contentBlockStart, contentBlockDelta, messageStop, metadata } of stream!) {
        const delta = contentBlockDelta?.delta;
        text += delta?.text ?? "";
        reasoning += delta?.reasoningContent?.text ?? "";
        if (contentBlockStart?.start?.toolUse) calls.push({ name: contentBlockStart.start.toolUse.name!, json: "" });
        if (delta?.toolUse) calls.at(-1)!.json += delta.toolUse.input;
        stopReason ??= messageStop?.stopReason;
        usage ??= metadata?.usage;
      }
      return { text, reasoning, toolCalls: calls.map(({ name, json }) => [name, JSON.parse(json)]), stopReason, usage };
    },
  },
};

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

import { createOpenAI } from "@ai-sdk/openai";
import { generateText, jsonSchema, streamText, type ToolSet, wrapLanguageModel } from "ai";
import { createOpenAI as createOpenAI3 } from "ai-sdk-openai3";
import {
  generateText as generateText6,
  jsonSchema as jsonSchema6,
  streamText as streamText6,
  wrapLanguageModel as wrapLanguageModel6,
} from "ai6";
import { type ClientOptions, sdk, type SdkUnderTest } from "./sdk_under_test.ts";
import {
  OPENAI_CHAT_FAILED,
  OPENAI_COUNTS,
  OPENAI_QUOTA,
  OPENAI_RESPONSE_FAILED,
  RETRY_AFTER_7,
  told,
} from "./told_facts.ts";

const AI_7 = { generateText, jsonSchema, streamText, wrapLanguageModel, createOpenAI };
const AI_6 = {
  generateText: generateText6,
  jsonSchema: jsonSchema6,
  streamText: streamText6,
  wrapLanguageModel: wrapLanguageModel6,
  createOpenAI: createOpenAI3,
} as unknown as typeof AI_7;

function aiSdk(ai: typeof AI_7, alias: "ai" | "ai6"): SdkUnderTest[] {
  const parameters = { type: "object" as const, properties: { q: { type: "string" as const } } };
  const tools: ToolSet = { search: { description: "d", inputSchema: ai.jsonSchema(parameters) } };
  const call = { prompt: "hi", tools };
  return (["chat", "responses"] as const).map((api) =>
    sdk({
      name: `openai.${api}`,
      format: `openai.${api}`,
      alias,
      client(url: string, { fetch, middleware, retries }: ClientOptions) {
        const plain = ai.createOpenAI({ apiKey: "test", baseURL: `${url}/v1`, ...(fetch && { fetch }) })[api]("m");
        const model = middleware === undefined ? plain : ai.wrapLanguageModel({ model: plain, middleware });
        return { model, ...(!retries && { maxRetries: 0 }) };
      },
      takes: ["fetch", "middleware"],
      request: call,
      async json(client, abortSignal) {
        const { steps, totalUsage } = await ai.generateText({
          ...client,
          ...call,
          ...(abortSignal && { abortSignal }),
        });
        return lasting({ steps, totalUsage });
      },
      async *stream(client, abortSignal) {
        const { fullStream } = ai.streamText({ ...client, ...call, ...(abortSignal && { abortSignal }), onError() {} });
        try {
          for await (const part of fullStream) {
            // So it tells errors, and those who only read its text see none.
            if (part.type === "error") throw part.error;
            // These come before anything is asked, and that one instead of an error.
            if (!["start", "start-step", "abort"].includes(part.type)) yield lasting(part);
          }
        } catch (error) {
          // An abort ends it with an error or without one, as it happens.
          if (!abortSignal?.aborted) throw error;
        }
      },
      told: told("openai", { ...OPENAI_COUNTS, reason: api === "chat" ? "tool_calls" : "completed" }),
      outerDefects: { "break (stream)": "it keeps the other half of a tee" },
      // It hides how the service says that the model waits for a tool.
      toldBySdk: { operation: { "gen_ai.response.finish_reasons": [api === "chat" ? "tool_calls" : "tool-calls"] } },
      retryAfter: RETRY_AFTER_7,
      quota: OPENAI_QUOTA,
      failedJson: api === "chat" ? OPENAI_CHAT_FAILED : OPENAI_RESPONSE_FAILED,
    })
  );
}

/** A result without what differs each time: moments, measurements and random ids. */
function lasting(result: unknown): unknown {
  const changing = ["callId", "date", "performance", "timestamp", "url"];
  return JSON.parse(JSON.stringify(result, (name, value) => changing.includes(name) ? undefined : value));
}

/** The Vercel AI SDK over OpenAI's APIs, and the major version before. */
export const AI_SDKS: readonly SdkUnderTest[] = [...aiSdk(AI_7, "ai"), ...aiSdk(AI_6, "ai6")];

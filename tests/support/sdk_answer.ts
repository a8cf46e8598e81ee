import type Anthropic from "@anthropic-ai/sdk";
import type { GenerateContentResponse } from "@google/genai";
import type OpenAI from "openai";

/** What an SDK makes of an answer, in the SDK's own spelling. */
export interface SdkAnswer {
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly (readonly [name: string, args: unknown])[];
  readonly stopReason: unknown;
  readonly usage: unknown;
}

export function ofChatCompletion({ choices, usage }: OpenAI.ChatCompletion): SdkAnswer {
  const { message, finish_reason } = choices[0]!;
  const { reasoning_content } = message as { reasoning_content?: string };
  return {
    text: message.content ?? "",
    reasoning: reasoning_content ?? "",
    toolCalls: (message.tool_calls ?? []).map((call) => {
      return call.type === "function" ? [call.function.name, JSON.parse(call.function.arguments)] : ["custom", null];
    }),
    stopReason: finish_reason,
    usage,
  };
}

export function ofResponse(
  { output, output_text, status, incomplete_details, usage }: OpenAI.Responses.Response,
): SdkAnswer {
  return {
    text: output_text,
    reasoning: output.flatMap((item) => item.type === "reasoning" ? item.summary.map(({ text }) => text) : []).join(""),
    toolCalls: output.flatMap((item) => {
      return item.type === "function_call" ? [[item.name, JSON.parse(item.arguments)] as const] : [];
    }),
    stopReason: incomplete_details?.reason ?? status,
    usage,
  };
}

export function ofMessage({ content, stop_reason, usage }: Anthropic.Message): SdkAnswer {
  return {
    text: content.map((block) => block.type === "text" ? block.text : "").join(""),
    reasoning: content.map((block) => block.type === "thinking" ? block.thinking : "").join(""),
    toolCalls: content.flatMap((block) => block.type === "tool_use" ? [[block.name, block.input] as const] : []),
    stopReason: stop_reason,
    usage,
  };
}

export function ofGenerated(chunks: readonly GenerateContentResponse[]): SdkAnswer {
  const last = chunks.at(-1)!;
  const parts = chunks.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
  return {
    text: parts.map(({ text, thought }) => thought ? "" : text ?? "").join(""),
    reasoning: parts.map(({ text, thought }) => thought ? text : "").join(""),
    toolCalls: chunks.flatMap(({ functionCalls }) => functionCalls ?? []).map(({ name, args }) => [name!, args]),
    stopReason: last.candidates?.[0]?.finishReason,
    usage: last.usageMetadata,
  };
}

export interface MistralMessage {
  readonly content?: string | null | readonly { readonly type?: string | undefined }[] | undefined;
  readonly toolCalls?:
    | readonly { readonly function: { readonly name: string; readonly arguments: unknown } }[]
    | null
    | undefined;
}

export function ofMistral(messages: readonly MistralMessage[], stopReason: unknown, usage: unknown): SdkAnswer {
  const parts = messages.flatMap(({ content }): readonly { type?: string | undefined }[] => {
    return typeof content === "string" ? [{ type: "text", text: content } as object] : content ?? [];
  });
  return {
    text: parts.map((part) => (part as { text?: string }).text ?? "").join(""),
    reasoning: parts.flatMap((part) => (part as { thinking?: { text: string }[] }).thinking ?? [])
      .map(({ text }) => text).join(""),
    toolCalls: messages.flatMap(({ toolCalls }) => toolCalls ?? []).map(({ function: { name, arguments: args } }) => {
      return [name, JSON.parse(args as string)];
    }),
    stopReason,
    usage,
  };
}

export interface OllamaLine {
  readonly message: {
    readonly content: string;
    readonly thinking?: string;
    readonly tool_calls?: readonly { readonly function: { readonly name: string; readonly arguments: unknown } }[];
  };
  readonly done_reason: string;
  readonly prompt_eval_count: number;
  readonly eval_count: number;
}

export function ofOllama(lines: readonly OllamaLine[]): SdkAnswer {
  const { done_reason, prompt_eval_count, eval_count } = lines.at(-1)!;
  return {
    text: lines.map(({ message }) => message.content).join(""),
    reasoning: lines.map(({ message }) => message.thinking ?? "").join(""),
    toolCalls: lines.flatMap(({ message }) => message.tool_calls ?? []).map(({ function: call }) => {
      return [call.name, call.arguments];
    }),
    stopReason: done_reason,
    usage: { prompt_eval_count, eval_count },
  };
}

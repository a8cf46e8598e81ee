import { type CallOptions, callWithRetry } from "../../mod.ts";
import type { Model, Tool, ToolCall, Turn } from "./agent.ts";
import { anthropic, ollama, openAi, type Service } from "./providers.ts";

const MAX_TOKENS = 1024;
const NO_INPUT = { type: "object", properties: {} };

type MakeModel = (model: string, service: Service, options: CallOptions) => Model;

/** The agent's models, by the API they are asked through. */
export const MODELS: Readonly<Record<"openai" | "anthropic" | "ollama", MakeModel>> = {
  openai: (model, service, options) => {
    const provider = openAi(service);
    return {
      async ask(turns, tools) {
        const request = { model, messages: turns.map(toOpenAi), ...(tools.length > 0 && { tools: functions(tools) }) };
        const { choices } = await callWithRetry(provider, request, options);
        const message = choices[0]?.message;
        const toolCalls = message?.tool_calls ?? [];
        return {
          text: message?.content ?? "",
          toolCalls: toolCalls.map(({ id, function: { name, arguments: input } }) => ({ id, name, input })),
        };
      },
    };
  },

  anthropic: (model, service, options) => {
    const provider = anthropic(service);
    return {
      async ask(turns, tools) {
        const { content } = await callWithRetry(provider, {
          model,
          max_tokens: MAX_TOKENS,
          messages: turns.map(toAnthropic),
          ...(tools.length > 0 && {
            tools: tools.map(({ name, description }) => ({ name, description, input_schema: NO_INPUT })),
          }),
        }, options);
        return {
          text: content.map((block) => block.type === "text" ? block.text : "").join(""),
          toolCalls: content.flatMap((block): ToolCall[] => block.type === "tool_use" ? [block] : []),
        };
      },
    };
  },

  ollama: (model, service, options) => {
    const provider = ollama(service);
    return {
      async ask(turns, tools) {
        const { message } = await callWithRetry(provider, {
          model,
          stream: false,
          messages: turns.map(toOllama),
          ...(tools.length > 0 && { tools: functions(tools) }),
        }, options);
        const toolCalls = message.tool_calls ?? [];
        return {
          text: message.content,
          toolCalls: toolCalls.map(({ function: { name, arguments: input } }) => ({ id: name, name, input })),
        };
      },
    };
  },
};

function functions(tools: readonly Tool[]): unknown[] {
  return tools.map(({ name, description }) => ({
    type: "function",
    function: { name, description, parameters: NO_INPUT },
  }));
}

function toOpenAi(turn: Turn): unknown {
  if (turn.role === "user") return { role: "user", content: turn.text };
  if (turn.role === "tool") return { role: "tool", tool_call_id: turn.call.id, content: turn.result };
  const calls = turn.toolCalls.map(({ id, name, input }) => ({
    id,
    type: "function",
    function: { name, arguments: input },
  }));
  return { role: "assistant", content: turn.text, ...(calls.length > 0 && { tool_calls: calls }) };
}

function toAnthropic(turn: Turn): unknown {
  if (turn.role === "user") return { role: "user", content: turn.text };
  if (turn.role === "tool") {
    return { role: "user", content: [{ type: "tool_result", tool_use_id: turn.call.id, content: turn.result }] };
  }
  const calls = turn.toolCalls.map(({ id, name, input }) => ({ type: "tool_use", id, name, input }));
  return { role: "assistant", content: [...(turn.text ? [{ type: "text", text: turn.text }] : []), ...calls] };
}

function toOllama(turn: Turn): unknown {
  if (turn.role === "user") return { role: "user", content: turn.text };
  if (turn.role === "tool") return { role: "tool", tool_name: turn.call.name, content: turn.result };
  const calls = turn.toolCalls.map(({ name, input }) => ({ function: { name, arguments: input } }));
  return { role: "assistant", content: turn.text, tool_calls: calls };
}

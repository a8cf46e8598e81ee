import type { Provider } from "../../mod.ts";

/** A request as an agent's second turn has it. */
export interface Request {
  readonly model: string;
  readonly messages: readonly unknown[];
  readonly tools: readonly unknown[];
}

/** A response in the plain shape, with everything that reaches a span. */
export interface Response {
  readonly id: string;
  readonly model: string;
  readonly stopReason: string;
  readonly usage: {
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly cacheReadTokens: number;
    readonly cacheCreationTokens: number;
  };
}

export const request: Request = {
  model: "claude-sonnet-4-5",
  messages: [{ role: "user" }, { role: "assistant" }, { role: "user" }],
  tools: [{ name: "search" }, { name: "read" }],
};

export const response: Response = {
  id: "msg_01",
  model: "claude-sonnet-4-5-20250929",
  stopReason: "end_turn",
  usage: { inputTokens: 412, outputTokens: 96, cacheReadTokens: 2048, cacheCreationTokens: 128 },
};

/** Answers at once, so that only what surrounds the call is measured. */
export const provider: Provider<Request, Response> = {
  name: "anthropic",
  chat: () => Promise.resolve(response),
};

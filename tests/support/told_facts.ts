import type { ToldFacts } from "./sdk_under_test.ts";

interface Counts {
  readonly input?: number;
  readonly output?: number;
  readonly read?: number;
  readonly written?: number;
  readonly reasoning?: number;
  /** All input. */
  readonly total?: number;
  /** As the service spells it. */
  readonly reason: string;
  /** Normalized. */
  readonly stopReason?: string;
  /** The model that is asked. @default {"m"} */
  readonly model?: string | undefined;
}

/** What has to stand on the spans for a service that says this. */
export function told(provider: string, counts: Counts): ToldFacts {
  const { input = 120, output = 30, read, written, reasoning, total = input, reason, stopReason = "tool_use" } = counts;
  return {
    attempt: {
      "llm.provider": provider,
      "llm.model": counts.model ?? "m",
      "llm.tool_count": 1,
      "llm.message_count": 1,
      "llm.outcome": "ok",
      "llm.stop_reason": stopReason,
      "llm.input_tokens": input,
      "llm.output_tokens": output,
      "llm.cache_read_tokens": read,
      "llm.cache_creation_tokens": written,
      "llm.reasoning_tokens": reasoning,
    },
    operation: {
      "gen_ai.response.finish_reasons": [reason],
      "gen_ai.usage.input_tokens": total,
      "gen_ai.usage.output_tokens": output,
    },
  };
}

/** A 429 that asks to wait for seven seconds. */
export const RETRY_AFTER_7 = { headers: { "retry-after": "7" }, source: "retry-after" };

/** What OpenAI's APIs count beside input and output. */
export const OPENAI_COUNTS = { read: 64, written: 16, reasoning: 12 };

/** Its quota is spent. */
export const OPENAI_QUOTA = {
  type: "insufficient_quota",
  code: "insufficient_quota",
  message: "You exceeded your quota",
};

/** A chat completion that failed within HTTP 200, as routers send it. */
export const OPENAI_CHAT_FAILED =
  '{"error":{"code":503,"message":"Provider returned error","metadata":{"provider_name":"x"}}}';

/** A response that failed within HTTP 200. */
export const OPENAI_RESPONSE_FAILED = JSON.stringify({
  id: "resp_0",
  object: "response",
  status: "failed",
  output: [],
  error: { code: "server_error", message: "The server had an error" },
});

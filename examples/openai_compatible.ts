import type { AttemptContext, ResponseDescription } from "tryspan";

/** Where the service is, and how to get in. */
export interface Service {
  /** With the version, without a slash at the end: `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
}

/** A request of the Chat Completions API, as far as it matters here. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: "system" | "user" | "assistant"; readonly content: string }[];
}

/** A response of it. */
export interface ChatResponse {
  readonly id: string;
  readonly model: string;
  readonly choices: readonly { readonly message: { readonly content: string }; readonly finish_reason: string }[];
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number };
}

/** A provider for OpenAI, and for whatever speaks its language, over plain `fetch`. */
export function openaiCompatible({ baseUrl, apiKey }: Service) {
  return {
    name: "openai",
    async chat(request: ChatRequest, { signal }: AttemptContext): Promise<ChatResponse> {
      const response = await fetch(`${baseUrl}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", ...(apiKey && { authorization: `Bearer ${apiKey}` }) },
        body: JSON.stringify(request),
        signal,
      });
      if (response.ok) return await response.json();
      // tryspan reads these by their names.
      const { status, headers } = response;
      const body: unknown = await response.json().catch(() => undefined);
      throw Object.assign(new Error(`HTTP ${status}`), { status, headers, body });
    },
    describeResponse: ({ id, model, choices, usage }: ChatResponse): ResponseDescription => ({
      id,
      model,
      stopReason: choices[0]?.finish_reason,
      usage: { inputTokens: usage?.prompt_tokens, outputTokens: usage?.completion_tokens },
    }),
  };
}

/** One question as a request. */
export function ask(question: string, model = "gpt-5-mini"): ChatRequest {
  return { model, messages: [{ role: "user", content: question }] };
}

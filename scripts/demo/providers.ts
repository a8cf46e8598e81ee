/**
 * OpenAI, Anthropic and Ollama as tryspan providers, over plain `fetch`: all that a provider needs.
 *
 * @module
 */

import type { Provider, RequestDescription } from "../../mod.ts";

/** Where a service is and how to get in. */
export interface Service {
  readonly baseUrl?: string;
  readonly apiKey?: string;
}

/** An answer with a status other than 2xx. tryspan reads `status`, `headers` and `body` by their names. */
export class HttpError extends Error {
  override name = "HttpError";

  constructor(readonly status: number, readonly headers: Headers, readonly body: unknown) {
    // Not the whole body: it may quote the prompt.
    super([`HTTP ${status}`, messageIn(body)].filter(Boolean).join(": "));
  }
}

/** OpenAI and Anthropic: `{ error: { message } }`; Ollama: `{ error }`. */
function messageIn(body: unknown): string | undefined {
  const error = (body as { error?: string | { message?: string } } | null)?.error;
  return typeof error === "string" ? error : error?.message;
}

/** A JSON body, with the two facts that stand in the headers. */
type Answered<Body> = Body & { readonly requestId: string | undefined; readonly statusCode: number };

async function post<Body>(
  url: string,
  headers: Record<string, string>,
  request: unknown,
  signal: AbortSignal,
): Promise<Answered<Body>> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(request),
    signal,
  });
  const text = await response.text();
  if (!response.ok) throw new HttpError(response.status, response.headers, parseOrKeep(text));
  const requestId = response.headers.get("x-request-id") ?? response.headers.get("request-id") ?? undefined;
  return { ...JSON.parse(text), requestId, statusCode: response.status };
}

/** Error bodies may be HTML from a proxy on the way. */
function parseOrKeep(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

interface AnyRequest {
  readonly model: string;
  readonly messages: readonly unknown[];
  readonly tools?: readonly unknown[];
}

function describe({ model, messages, tools }: AnyRequest, baseUrl: string): RequestDescription {
  const { hostname, port, protocol } = new URL(baseUrl);
  return {
    model,
    messageCount: messages.length,
    toolCount: tools?.length ?? 0,
    serverAddress: hostname,
    serverPort: Number(port) || (protocol === "https:" ? 443 : 80),
  };
}

/** A request to OpenAI Chat Completions. */
export interface OpenAiRequest extends AnyRequest {
  readonly [option: string]: unknown;
}

/** What is read from OpenAI's answer. */
export interface OpenAiResponse {
  readonly id: string;
  readonly model: string;
  readonly choices: readonly {
    readonly finish_reason: string;
    readonly message: {
      readonly content: string | null;
      readonly tool_calls?: readonly { readonly id: string; readonly function: { name: string; arguments: string } }[];
    };
  }[];
  readonly usage?: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly prompt_tokens_details?: { readonly cached_tokens?: number };
    readonly completion_tokens_details?: { readonly reasoning_tokens?: number };
  };
}

/** OpenAI Chat Completions, or any service that speaks it. */
export function openAi(
  { baseUrl = "https://api.openai.com/v1", apiKey = "" }: Service,
): Provider<OpenAiRequest, Answered<OpenAiResponse>> {
  return {
    name: "openai",
    chat: (request, { signal }) =>
      post<OpenAiResponse>(`${baseUrl}/chat/completions`, { authorization: `Bearer ${apiKey}` }, request, signal),
    describeRequest: (request) => describe(request, baseUrl),
    describeResponse: ({ id, model, choices, usage, requestId, statusCode }) => ({
      id,
      model,
      requestId,
      statusCode,
      stopReason: choices[0]?.finish_reason,
      usage: usage && {
        inputTokens: usage.prompt_tokens,
        outputTokens: usage.completion_tokens,
        cacheReadTokens: usage.prompt_tokens_details?.cached_tokens,
        reasoningTokens: usage.completion_tokens_details?.reasoning_tokens,
      },
    }),
  };
}

/** A request to Anthropic Messages. */
export interface AnthropicRequest extends AnyRequest {
  readonly max_tokens: number;
  readonly [option: string]: unknown;
}

/** What is read from Anthropic's answer. */
export interface AnthropicResponse {
  readonly id: string;
  readonly model: string;
  readonly content: readonly (
    | { readonly type: "text"; readonly text: string }
    | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: unknown }
  )[];
  readonly stop_reason: string;
  readonly usage: {
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly cache_read_input_tokens?: number;
    readonly cache_creation_input_tokens?: number;
  };
}

/** Anthropic Messages. */
export function anthropic(
  { baseUrl = "https://api.anthropic.com", apiKey = "" }: Service,
): Provider<AnthropicRequest, Answered<AnthropicResponse>> {
  const headers = { "x-api-key": apiKey, "anthropic-version": "2023-06-01" };
  return {
    name: "anthropic",
    chat: (request, { signal }) => post<AnthropicResponse>(`${baseUrl}/v1/messages`, headers, request, signal),
    describeRequest: (request) => describe(request, baseUrl),
    describeResponse: ({ id, model, stop_reason, usage, requestId, statusCode }) => ({
      id,
      model,
      requestId,
      statusCode,
      stopReason: stop_reason,
      usage: {
        inputTokens: usage.input_tokens,
        outputTokens: usage.output_tokens,
        cacheReadTokens: usage.cache_read_input_tokens,
        cacheCreationTokens: usage.cache_creation_input_tokens,
      },
    }),
  };
}

/** A request to Ollama's chat. */
export interface OllamaRequest extends AnyRequest {
  readonly stream: false;
  readonly [option: string]: unknown;
}

/** What is read from Ollama's answer. */
export interface OllamaResponse {
  readonly model: string;
  readonly message: {
    readonly content: string;
    readonly tool_calls?: readonly { readonly function: { name: string; arguments: unknown } }[];
  };
  readonly done_reason: string;
  readonly prompt_eval_count?: number;
  readonly eval_count?: number;
}

/** Ollama's own chat API. */
export function ollama(
  { baseUrl = "http://localhost:11434" }: Service,
): Provider<OllamaRequest, Answered<OllamaResponse>> {
  return {
    name: "ollama",
    chat: (request, { signal }) => post<OllamaResponse>(`${baseUrl}/api/chat`, {}, request, signal),
    describeRequest: (request) => describe(request, baseUrl),
    describeResponse: ({ model, done_reason, prompt_eval_count, eval_count, statusCode }) => ({
      model,
      statusCode,
      stopReason: done_reason,
      usage: { inputTokens: prompt_eval_count, outputTokens: eval_count },
    }),
  };
}

/** What one HTTP API looks like on the wire, as far as the fault server has to speak it. */

/** Token counts as the provider itself counts them; a count that is left out does not appear in the body. */
export interface ReplyUsage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cacheReadTokens?: number;
  readonly cacheCreationTokens?: number;
  readonly reasoningTokens?: number;
}

export interface ReplyToolCall {
  readonly name: string;
  /** @default {{}} */
  readonly arguments?: Readonly<Record<string, unknown>>;
  /** @default {a unique one in the provider's style} */
  readonly id?: string;
}

/** What the model answers, in no provider's words. */
export interface ReplySpec {
  /** @default {"Hello" without tool calls, no text with them} */
  readonly text?: string;
  readonly toolCalls?: readonly ReplyToolCall[];
  /** `null` leaves usage out of the body. @default {DEFAULT_USAGE} */
  readonly usage?: ReplyUsage | null;
  /** Normalized as on the span, or in the provider's own spelling. @default {by the presence of tool calls} */
  readonly stopReason?: string;
  /** @default {the requested model} */
  readonly model?: string;
}

/** What the provider says when it refuses; whatever is left out is what it really says for that status. */
export interface ErrorSpec {
  readonly type?: string;
  /** OpenAI only. */
  readonly code?: string | null;
  readonly message?: string;
  /** Anthropic only, e.g. `{ error_code: "enforced_spend_limit_reached" }`. */
  readonly details?: unknown;
}

/** The facts of a request that go into its answer. */
export interface WireRequest {
  /** Makes ids unique: the request's position in the log. */
  readonly index: number;
  readonly path: string;
  /** The parsed JSON body; `undefined` if it was none. */
  readonly body: unknown;
}

export interface WireBody {
  readonly contentType: string;
  /** One part is sent with its length; several are written one by one, as a stream. */
  readonly parts: readonly Uint8Array[];
}

/** One API. A new one, or the streaming half of an old one, is a file of its own and a line in `wire_formats.ts`. */
export interface WireFormat {
  readonly name: string;
  /** The response header that carries the request id. */
  readonly requestIdHeader: string;
  matches(path: string, body: unknown): boolean;
  success(reply: ReplySpec, request: WireRequest): WireBody;
  error(status: number, error: ErrorSpec, request: WireRequest): WireBody;
}

/** Small enough that cached tokens fit into the input, for providers that count them in. */
export const DEFAULT_USAGE: Required<ReplyUsage> = {
  inputTokens: 120,
  outputTokens: 30,
  cacheReadTokens: 64,
  cacheCreationTokens: 16,
  reasoningTokens: 12,
};

export function jsonBody(value: unknown): WireBody {
  return { contentType: "application/json", parts: [new TextEncoder().encode(JSON.stringify(value))] };
}

export function requestId(request: WireRequest): string {
  return `req_${request.index}`;
}

/** A reply with the defaults every API shares filled in. */
export interface FullReply {
  readonly text: string | undefined;
  readonly toolCalls: readonly ReplyToolCall[];
  readonly usage: ReplyUsage | null;
  readonly stopReason: string;
  readonly model: string;
}

export function fullReply(reply: ReplySpec, request: WireRequest): FullReply {
  const { toolCalls = [], usage = DEFAULT_USAGE } = reply;
  const isToolUse = toolCalls.length > 0;
  return {
    text: reply.text ?? (isToolUse ? undefined : "Hello"),
    toolCalls,
    usage,
    stopReason: reply.stopReason ?? (isToolUse ? "tool_use" : "end_turn"),
    model: reply.model ?? requestedModel(request.body) ?? "unknown-model",
  };
}

function requestedModel(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || !("model" in body)) return undefined;
  return typeof body.model === "string" ? body.model : undefined;
}

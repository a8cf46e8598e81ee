/** What the model answers, in no provider's words. */

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

export interface ReplySpec {
  /** @default {"Hello" without tool calls, no text with them} */
  readonly text?: string;
  /** Instead of `text`: so many deltas of so many bytes, each made when it is sent. */
  readonly longText?: { readonly deltas: number; readonly bytes: number };
  /** What the model thinks before it answers. */
  readonly reasoning?: string;
  readonly toolCalls?: readonly ReplyToolCall[];
  /** In how many deltas a stream sends the text, the reasoning and the arguments of each tool call. @default {3} */
  readonly deltas?: number;
  /** `null` leaves usage out of the body. @default {DEFAULT_USAGE} */
  readonly usage?: ReplyUsage | null;
  /** Normalized as on the span, or in the provider's own spelling. @default {by the presence of tool calls} */
  readonly stopReason?: string;
  /** @default {the requested model} */
  readonly model?: string;
}

/** Small enough that cached tokens fit into the input, for providers that count them in. */
export const DEFAULT_USAGE: Required<ReplyUsage> = {
  inputTokens: 120,
  outputTokens: 30,
  cacheReadTokens: 64,
  cacheCreationTokens: 16,
  reasoningTokens: 12,
};

/** A reply with the defaults every API shares filled in; its text is {@linkcode textOf} or {@linkcode textDeltas}. */
export interface FullReply {
  readonly toolCalls: readonly ReplyToolCall[];
  readonly usage: ReplyUsage | null;
  readonly stopReason: string;
  readonly model: string;
}

/** `modelInPath` is for APIs that do not name the model in the body. */
export function fullReply(reply: ReplySpec, request: { readonly body: unknown }, modelInPath?: string): FullReply {
  const { toolCalls = [], usage = DEFAULT_USAGE } = reply;
  return {
    toolCalls,
    usage,
    stopReason: reply.stopReason ?? (toolCalls.length > 0 ? "tool_use" : "end_turn"),
    model: reply.model ?? modelInPath ?? requestedModel(request.body) ?? "unknown-model",
  };
}

export function hasText({ text, longText, toolCalls = [] }: ReplySpec): boolean {
  return text !== undefined || longText !== undefined || toolCalls.length === 0;
}

/** The whole text; `undefined` if the answer has none. */
export function textOf(reply: ReplySpec): string | undefined {
  const { text, longText } = reply;
  if (longText !== undefined) return "x".repeat(longText.deltas * longText.bytes);
  return hasText(reply) ? text ?? "Hello" : undefined;
}

/** The text in deltas, none if the answer has none. */
export function* textDeltas(reply: ReplySpec): Generator<string> {
  const { longText } = reply;
  if (longText === undefined) return yield* deltasOf(textOf(reply), reply);
  const delta = "x".repeat(longText.bytes);
  for (let sent = 0; sent < longText.deltas; sent++) yield delta;
}

/** Another part of the answer in deltas, such as the arguments of a tool call. */
export function deltasOf(part: string | undefined, { deltas = 3 }: ReplySpec): string[] {
  const characters = [...part ?? ""];
  const size = Math.max(1, Math.ceil(characters.length / deltas));
  const pieces: string[] = [];
  for (let at = 0; at < characters.length; at += size) pieces.push(characters.slice(at, at + size).join(""));
  return pieces;
}

function requestedModel(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || !("model" in body)) return undefined;
  return typeof body.model === "string" ? body.model : undefined;
}

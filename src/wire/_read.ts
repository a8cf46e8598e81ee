import type { ResponseDescription } from "../provider.ts";
import type { WireRequest } from "./wire_format.ts";

/** Anything, to be looked into without asking first: what is not there is `undefined`. */
export interface Loose {
  readonly [key: string]: Loose | undefined;
}

/** What `reader` makes of `value`, or nothing if a getter or a proxy throws. */
export function read<T>(
  reader: (value: Loose | undefined, hint: string) => T,
  value: unknown,
  hint: string = "",
): T | undefined {
  try {
    return reader(value as Loose, hint);
  } catch {
    return undefined;
  }
}

/** `value`, if it is text. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value ? value : undefined;
}

/** `value`, if it is a whole number >= 0. */
function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? value as number : undefined;
}

/** The counts among `values` together, or nothing if there are none. */
export function sum(...values: unknown[]): number | undefined {
  return values.map(count).reduce((all, one) => all === undefined ? one : all + (one ?? 0));
}

/** The elements of `value`, if it is an array; as many as an honest one has. */
export function list(value: unknown): readonly (Loose | undefined)[] {
  return Array.isArray(value) ? value.slice(0, 10_000) : [];
}

/** Whether there is text, data or a list with something in it anywhere in `value`, apart from what only names its kind. */
export function says(value: Loose | undefined): boolean {
  return count(value?.length)! > 0 ||
    typeof value === "object" &&
      Object.keys(value ?? {}).some((key) => !/^(role|id|type)$/.test(key) && says(value[key]));
}

/** The `type` of `value`, or else the one that is known from elsewhere. */
export function kind(value: Loose | undefined, hint: string = ""): string {
  return text(value?.type) ?? hint;
}

/** Whether `data` is the line that ends the streams of OpenAI and of those who follow it. */
export function isDone(data: unknown): boolean {
  return data === "[DONE]";
}

/** The model that `pattern`'s group finds in a URL's path. */
export function modelIn(path: string, pattern: RegExp): string | undefined {
  const found = pattern.exec(path)?.[1];
  try {
    return found && decodeURIComponent(found);
  } catch {
    return found;
  }
}

/** What is asked. No tools beside messages are 0; a text is one message. */
export function asked(model: unknown, tools: unknown, messages: unknown, isStream: unknown): WireRequest {
  return {
    model: text(model),
    toolCount: size(tools ?? (messages && [])),
    messageCount: text(messages) ? 1 : size(messages),
    isStream: isStream === true,
  };
}

function size(value: unknown): number | undefined {
  return Array.isArray(value) ? count(value.length) : undefined;
}

/**
 * The counts that are told, to be spread last: with fields behind a spread, Node 20 takes several times as long. `total`
 * differs from `input` where that leaves cached tokens out.
 */
export function tokens(
  input: unknown,
  output: unknown,
  fromCache?: unknown,
  toCache?: unknown,
  reasoning?: unknown,
  total: unknown = input,
): ResponseDescription {
  const told = [input, output, fromCache, toCache, reasoning].map(count);
  const [inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens, reasoningTokens] = told;
  return told.every((one) => one === undefined) ? {} : {
    usage: { inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens, reasoningTokens },
    totalInputTokens: count(total),
  };
}

/**
 * A reader of one stream's events, or of a response, in which calls are found: where the model waits for a tool, that is
 * said nowhere else, and why it stopped is as plain as without them.
 */
export function readWithCalls<T extends ResponseDescription>(
  reader: (value: Loose | undefined, hint: string) => T,
  callsIn: (value: Loose | undefined) => boolean | undefined,
): (value: unknown, hint?: string) => Partial<T> {
  let hasCalls: boolean | undefined;
  return (value, hint) => {
    hasCalls ||= read(callsIn, value);
    const described: Partial<T> = read(reader, value, hint) ?? {};
    const { stopReason, finishReasons = [stopReason] } = described;
    return hasCalls && /^(stop|completed)$/i.test(stopReason!)
      ? { ...described, stopReason: "function_call", finishReasons }
      : described;
  };
}

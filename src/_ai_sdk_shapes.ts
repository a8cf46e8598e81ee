import { REQUEST_IDS } from "./_fetch_response.ts";
import type { ChunkDescription, RequestDescription, ResponseDescription, Usage } from "./provider.ts";
import { fingerprint } from "./_fingerprint.ts";

// The AI SDK's calls, results and parts, by their shape. What is not there is unknown; whoever calls these contains what
// throws.

/** Anything, with everything in it that it may have. */
// deno-lint-ignore no-explicit-any -- read by shape, and checked by who gets it
type Loose = any;

/** The AI SDK's names of providers that have another one here; others are called by the first word of theirs. */
const NAMES: readonly (readonly [provider: RegExp, name: string])[] = [
  [/^(google\.?)?vertex/i, "gcp.vertex_ai"],
  [/^google\b/, "gemini"],
  [/^(amazon-)?bedrock\b/, "bedrock"],
  [/^azure\b/, "azure.ai.openai"],
  [/^xai\b/, "x_ai"],
];

/** The provider's name on spans. */
export function nameOf(provider: string): string {
  return NAMES.find(([pattern]) => pattern.test(provider))?.[1] ?? (provider.split(".", 1)[0] || "unknown");
}

/** Reads a call. */
export function describeParams({ prompt, tools }: Loose, model: string): RequestDescription {
  return { model, messageCount: prompt?.length, toolCount: tools?.length ?? 0 };
}

/** The same for a prompt that says the same; images and files count by their size. */
export function fingerprintOf(prompt: unknown): string {
  return fingerprint(JSON.stringify(prompt, (_, value) => ArrayBuffer.isView(value) ? value.byteLength : value));
}

/** Reads an answer in one piece. */
export function describeResult({ usage, finishReason, response }: Loose, provider: string): ResponseDescription {
  return { ...describeUsage(usage, provider), stopReason: reasonOf(finishReason), ...describeHead(response) };
}

/** Reads a part of a stream. */
export function describePart(part: Loose, provider: string): ChunkDescription {
  const { type } = part;
  const isTerminal = type === "finish" && !isCutShort(part);
  if (isTerminal) {
    return {
      isTerminal,
      isContent: false,
      stopReason: reasonOf(part.finishReason),
      ...describeUsage(part.usage, provider),
    };
  }
  if (type === "error") return { isTerminal, isContent: false, error: part.error ?? part };
  if (type === "response-metadata") return { isTerminal, isContent: false, model: part.modelId, id: part.id };
  const isContent = part.delta !== "" && !/^(ping|raw|finish|stream-start|(text|reasoning)-(start|end))$/.test(type);
  return { isTerminal, isContent };
}

/** Reads what stands beside an answer, or beside a stream. */
export function describeHead(head: Loose): ResponseDescription {
  const { modelId: model, id, headers } = head ?? {};
  return { model, id, requestId: headers && REQUEST_IDS.map((name) => headers[name]).find(Boolean) };
}

/** A stream that breaks off comes to a part that looks like an end, but knows of none. */
function isCutShort({ finishReason, usage }: Loose): boolean {
  const { unified, raw } = typeof finishReason === "object" ? finishReason ?? {} : { unified: finishReason };
  const { totalInputTokens, usage: { outputTokens } = {} } = describeUsage(usage, "");
  const isUnknown = raw === undefined && /^(other|unknown)$/.test(unified) &&
    (totalInputTokens ?? outputTokens) === undefined;
  return unified === "interrupted" || isUnknown;
}

/**
 * What failed, as the service says it: where that says so within HTTP 200, the SDK knows of nothing but an answer that is none.
 */
export function wordsOf(error: Loose): unknown {
  const { statusCode, responseBody, responseHeaders } = error ?? {};
  const said: Loose = statusCode < 300 ? JSON.parse(responseBody) : undefined;
  return said?.error ? { responseHeaders, error: said.error } : error;
}

/** The provider's own word where there is one. */
function reasonOf(reason: Loose): string | undefined {
  return typeof reason === "object" ? reason?.raw ?? reason?.unified : reason;
}

function describeUsage(usage: Loose, provider: string): { usage?: Usage; totalInputTokens?: number } {
  const { inputTokens: input, outputTokens: output } = usage ?? {};
  const isFlat = typeof input !== "object";
  const total = isFlat ? input : input?.total;
  return {
    totalInputTokens: total,
    usage: {
      // As Anthropic and Converse count them: without what was cached.
      inputTokens: isFlat || !/anthropic|^amazon-bedrock/.test(provider) ? total : input?.noCache ?? total,
      outputTokens: typeof output === "object" ? output?.total : output,
      cacheReadTokens: isFlat ? usage?.cachedInputTokens : input?.cacheRead,
      cacheCreationTokens: input?.cacheWrite,
      reasoningTokens: output?.reasoning ?? usage?.reasoningTokens,
    },
  };
}

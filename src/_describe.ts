import type { Provider, RequestDescription, ResponseDescription, Usage } from "./provider.ts";
import { hush, quietly } from "./_quietly.ts";

// Users' describe functions and providers' bodies are read here and nowhere else, once. What throws says nothing, and so
// do a promise and a value of the wrong type.

/** What calls and streams are asked through have in common. */
export type Describing<Req> = Pick<Provider<Req>, "name" | "describeRequest">;

/** Reads the request through the provider, or as the plain `{ model, messages, tools }`. */
export function describeRequest<Req>(provider: Describing<Req>, request: Req): RequestDescription {
  return quietly(() => {
    const given = hush(
      provider.describeRequest ? provider.describeRequest(request) : plainRequest(request as never),
    );
    return {
      model: text(given.model),
      toolCount: count(given.toolCount),
      messageCount: count(given.messageCount),
      operation: text(given.operation),
      serverAddress: text(given.serverAddress),
      serverPort: count(given.serverPort),
    };
  }) ?? {};
}

function plainRequest(request: Record<"model" | "messages" | "tools", string>): RequestDescription {
  return {
    model: request.model,
    messageCount: size(request.messages),
    toolCount: size(request.tools ?? (request.messages && [])),
  };
}

function size(list: unknown): number | undefined {
  return Array.isArray(list) ? list.length : undefined;
}

/** What a response says of itself, side by side; that there is one means that the attempt went well. */
export interface ResponseFacts extends Usage, Omit<ResponseDescription, "usage"> {
  /** How the attempt came out. */
  readonly outcome: "ok";
}

/** Reads the response through the provider, or as the plain `{ usage, stopReason, model, id }`. */
export function describeResponse<Req, Res>(provider: Provider<Req, Res>, response: Res): ResponseFacts {
  return quietly(() =>
    readFacts(hush(
      provider.describeResponse ? provider.describeResponse(response) : response as ResponseDescription,
    ))
  ) ?? { outcome: "ok" };
}

/** Copies what is of the right type. */
export function readFacts(given: ResponseDescription): ResponseFacts {
  const usage: Usage = given.usage ?? {};
  return {
    outcome: "ok" as const,
    inputTokens: count(usage.inputTokens),
    outputTokens: count(usage.outputTokens),
    cacheReadTokens: count(usage.cacheReadTokens),
    cacheCreationTokens: count(usage.cacheCreationTokens),
    reasoningTokens: count(usage.reasoningTokens),
    totalInputTokens: count(given.totalInputTokens),
    stopReason: text(given.stopReason),
    finishReasons: texts(given.finishReasons),
    model: text(given.model),
    id: text(given.id),
    requestId: text(given.requestId),
    statusCode: count(given.statusCode),
  };
}

/** `value`, if it is text; as much of it as fits on a span. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value ? value.slice(0, 256) : undefined;
}

/** The texts in `value`, if it is an array; as many as fit on a span. */
function texts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.slice(0, 16).flatMap((one) => text(one) ?? []) : undefined;
}

/** `value`, if it is a whole number >= 0. */
export function count(value: unknown): number | undefined {
  // In brackets: without them, Deno 2.0 cannot parse it.
  return Number.isSafeInteger(value) && (value as number) >= 0 ? value as number : undefined;
}

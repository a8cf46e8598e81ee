import { hush } from "./_safe_span.ts";
import type { Provider, RequestDescription, ResponseDescription } from "./provider.ts";

// Users' describe functions and providers' bodies are read here and nowhere else. What throws says nothing; whether the
// values are of the right type is seen to where they become attributes.

/** Reads the request through the provider, or as the plain `{ model, messages, tools }`. */
export function describeRequest<Req>(provider: Provider<Req>, request: Req): RequestDescription {
  return contained(() => provider.describeRequest ? provider.describeRequest(request) : plainRequest(request as never));
}

/** Reads the response through the provider, or as the plain `{ usage, stopReason, model, id }`. */
export function describeResponse<Req, Res>(provider: Provider<Req, Res>, response: Res): ResponseDescription {
  return contained(() =>
    provider.describeResponse ? provider.describeResponse(response) : plainResponse(response as never)
  );
}

function plainRequest({ model, messages, tools }: Record<"model" | "messages" | "tools", string>): RequestDescription {
  const messageCount = size(messages);
  return { model, messageCount, toolCount: tools === undefined && messageCount !== undefined ? 0 : size(tools) };
}

function size(list: unknown): number | undefined {
  return Array.isArray(list) ? list.length : undefined;
}

function plainResponse({ usage, stopReason, model, id }: ResponseDescription): ResponseDescription {
  return { usage, stopReason, model, id };
}

function contained<T extends { usage?: object | undefined } & object>(read: () => T): T | Record<never, never> {
  try {
    const description = read();
    // A describe function that was written `async` has nothing to say in time; its rejection must not surface either.
    hush(description);
    return { ...description, usage: { ...description.usage } };
  } catch {
    return {};
  }
}

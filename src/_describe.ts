import type { Provider, RequestDescription, ResponseDescription } from "./provider.ts";
import { hush } from "./_safe_span.ts";

// Users' describe functions and providers' bodies are read here and nowhere else. What throws says nothing; whether a
// value is of the right type is seen to where it becomes an attribute.

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

function plainRequest({ model, messages, tools }: { model: string; messages: unknown; tools: unknown }) {
  return { model, messageCount: size(messages), toolCount: size(tools ?? (messages && [])) };
}

function plainResponse({ usage, stopReason, model, id }: ResponseDescription): ResponseDescription {
  return { usage, stopReason, model, id };
}

function size(list: unknown): number | undefined {
  return Array.isArray(list) ? list.length : undefined;
}

function contained<T extends RequestDescription | ResponseDescription>(read: () => T): T {
  try {
    const description = read();
    // A describe function that was written `async` has nothing to say in time; its rejection must not surface either.
    hush(description);
    // Copied here, so that no getter throws later.
    return { ...description, usage: { ...(description as ResponseDescription).usage } };
  } catch {
    return {} as T;
  }
}

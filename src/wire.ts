/**
 * For providers made by hand on `fetch`: what the common APIs say on the wire, in JSON and in streams of bytes.
 *
 * @example
 * ```ts
 * import { streamWithRetry } from "@tryspan/tryspan";
 * import { anthropic, readBytes } from "@tryspan/tryspan/wire";
 *
 * const provider = {
 *   name: "anthropic",
 *   async stream(request: { model: string }, { signal }: { signal: AbortSignal }) {
 *     const body = JSON.stringify({ ...request, stream: true });
 *     const response = await fetch("https://api.anthropic.com/v1/messages", { method: "POST", body, signal });
 *     if (!response.ok) throw response;
 *     return response.body!;
 *   },
 *   describeRequest: (request: object) => anthropic.describeRequest(request, ""),
 *   ...readBytes(anthropic),
 * };
 * const ask = (model: string) => streamWithRetry(provider, { model }); // a stream of bytes, untouched
 * ```
 *
 * @module
 */

import type { ChunkDescription } from "./provider.ts";
import { createTap, type Tap } from "./_tap.ts";
import type { WireFormat } from "./wire/wire_format.ts";

export { anthropic } from "./wire/anthropic.ts";
export { bedrock } from "./wire/bedrock.ts";
export { cohere } from "./wire/cohere.ts";
export { gemini } from "./wire/gemini.ts";
export { mistral } from "./wire/mistral.ts";
export { ollama } from "./wire/ollama.ts";
export { openaiChat } from "./wire/openai_chat.ts";
export { openaiResponses } from "./wire/openai_responses.ts";
export type { AttemptContext, ChunkDescription, RequestDescription, ResponseDescription, Usage } from "./provider.ts";
export type { WireFormat, WireRequest, WireResponse } from "./wire/wire_format.ts";

/** The part of a stream's provider that reads its bytes. */
export interface BytesReader {
  /** Reads the next bytes of an attempt. */
  describeChunk(chunk: Uint8Array, context: object): ChunkDescription;
  /** Reads what is left of an attempt's bytes when they have ended. */
  describeEnd(context: object): ChunkDescription;
}

/**
 * Reads the events of a stream of bytes as they pass by, wherever those are cut, and keeps no more of them than the event
 * that is not over yet (a megabyte at most; a longer one is passed over); of a stream beyond 1 MiB only the end is read.
 *
 * @param format One of the formats of this module, or one of your own: how events are told apart, what one says, and what is
 * found in those that say more than content. After the first content, others are not parsed.
 * @returns For a provider of `streamWithRetry` that streams bytes. Never throws.
 */
export function readBytes(
  format: Pick<WireFormat, "framing" | "describeEvent" | "describeEvents" | "telling" | "goesOnWhenStopped">,
): BytesReader {
  const taps = new WeakMap<object, Tap>();
  const tapOf = (context: object): Tap => {
    let tap = taps.get(context);
    if (!tap) taps.set(context, tap = createTap(format));
    return tap;
  };
  return {
    describeChunk: (chunk, context) => tapOf(context).push(chunk),
    describeEnd: (context) => tapOf(context).end(),
  };
}

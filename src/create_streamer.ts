import { type CallOptions, DEFAULTS, resolveOptions } from "./options.ts";
import type { StreamProvider } from "./provider.ts";
import { type RetriedStream, startStream } from "./stream_with_retry.ts";

/** `streamWithRetry` with options of its own; `overrides` win over them, one by one, `retry` and `attributes` included. */
export type Streamer = <Req, Chunk>(
  provider: StreamProvider<Req, Chunk>,
  request: Req,
  overrides?: CallOptions,
) => RetriedStream<Chunk>;

/**
 * Configures `streamWithRetry` once.
 *
 * @param defaults Options for every stream.
 * @returns A function like `streamWithRetry` that starts from `defaults`.
 * @throws {RangeError | TypeError} For a bad option, at once.
 *
 * @example
 * ```ts
 * import { createStreamer } from "@tryspan/tryspan";
 *
 * const stream = createStreamer({ idleTimeoutMs: 20_000, attributes: { "service.team": "search" } });
 * const provider = {
 *   name: "demo",
 *   async *stream() {
 *     yield { text: "Hello" };
 *   },
 * };
 * for await (const { text } of stream(provider, { model: "m-1" })) console.log(text);
 * ```
 */
export function createStreamer(defaults?: CallOptions): Streamer {
  const base = resolveOptions(defaults, DEFAULTS);
  return (provider, request, overrides) => startStream(provider, request, overrides, base);
}

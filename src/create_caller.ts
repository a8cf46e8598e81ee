import { run } from "./_attempt_loop.ts";
import { type CallOptions, DEFAULTS, resolveOptions } from "./options.ts";
import type { Provider } from "./provider.ts";

/** `callWithRetry` with options of its own; `overrides` win over them, one by one, `retry` and `attributes` included. */
export type Caller = <Req, Res>(
  provider: Provider<Req, Res>,
  request: Req,
  overrides?: CallOptions,
) => Promise<Res>;

/**
 * Configures `callWithRetry` once.
 *
 * @param defaults Options for every call.
 * @returns A function like `callWithRetry` that starts from `defaults`.
 * @throws {RangeError | TypeError} For a bad option, at once.
 *
 * @example
 * ```ts
 * import { createCaller } from "@tryspan/tryspan";
 *
 * const call = createCaller({ retry: { maxRetries: 2 }, attributes: { "service.team": "search" } });
 * const provider = { name: "demo", chat: () => Promise.resolve({ text: "Hello" }) };
 * await call(provider, { model: "m-1" }, { taskId: "greeting" });
 * ```
 */
export function createCaller(defaults?: CallOptions): Caller {
  const base = resolveOptions(defaults, DEFAULTS);
  return (provider, request, overrides) => run(provider, request, overrides, base);
}

import { run } from "./_attempt_loop.ts";
import { type CallOptions, DEFAULTS } from "./options.ts";
import type { Provider } from "./provider.ts";

/**
 * Calls `provider.chat(request)`, tries again where that can help, and opens one `llm.call` span for every attempt,
 * under one operation span for the whole call.
 *
 * The provider's `chat` runs at least once (unless `signal` is aborted already) and at most `retry.maxRetries + 1`
 * times. A wait is as long as exponential backoff has it, or as the server wishes (`Retry-After` and its kin) if that is
 * longer.
 * Nothing is left running when the promise settles, apart from a provider that ignores its signal.
 *
 * @param provider The service; or any object with `name` and `chat`.
 * @param request Handed to `provider.chat` as it is.
 * @param options Tracer, retry policy, signal and the rest; see {@linkcode CallOptions}.
 * @returns What `provider.chat` resolved with.
 * @throws {RangeError | TypeError} For a bad argument, before anything is sent.
 * @throws The provider's last error as it is, or `signal.reason`; `attemptsOf` tells the attempts behind it.
 *
 * @example
 * ```ts
 * import { callWithRetry } from "@tryspan/tryspan";
 *
 * const provider = {
 *   name: "demo",
 *   chat: (request: { model: string }) => Promise.resolve({ text: `Hello from ${request.model}`, stopReason: "stop" }),
 * };
 * const { text } = await callWithRetry(provider, { model: "m-1" }, { taskId: "greeting" });
 * console.log(text); // Hello from m-1
 * ```
 */
export function callWithRetry<Req, Res>(
  provider: Provider<Req, Res>,
  request: Req,
  options?: CallOptions,
): Promise<Res> {
  return run(provider, request, options, DEFAULTS);
}

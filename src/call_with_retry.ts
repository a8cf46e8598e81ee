import { rememberAttempts } from "./attempts_of.ts";
import { classifyError } from "./classify.ts";
import type { Clock } from "./clock.ts";
import { CallTrace, type Failure } from "./_call_trace.ts";
import { Context } from "./_context.ts";
import { decide } from "./decide.ts";
import { type CallOptions, checkProvider, DEFAULTS, resolveOptions, type Settings } from "./options.ts";
import type { Provider } from "./provider.ts";
import { noopTracer } from "./tracer.ts";
import { within } from "./_within.ts";

/**
 * Calls `provider.chat(request)`, tries again where that can help, and opens one `llm.call` span for every attempt,
 * under one operation span for the whole call.
 *
 * The provider's `chat` runs at least once (unless `signal` is aborted already) and at most `retry.maxRetries + 1`
 * times. Waits follow the server's wish (`Retry-After` and its kin) and are never shorter, else exponential backoff.
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

/** The loop. Every way out of an attempt ends its span before anything else happens. */
export async function run<Req, Res>(
  provider: Provider<Req, Res>,
  request: Req,
  options: CallOptions | undefined,
  base: Settings,
): Promise<Res> {
  checkProvider(provider);
  const settings = resolveOptions(options, base);
  const { signal, clock, tracer, onAttempt } = settings;
  if (signal?.aborted) throw signal.reason;
  // A call that nobody observes leaves no trace unless it fails.
  let trace = tracer === noopTracer && onAttempt === undefined ? undefined : new CallTrace(provider, request, settings);
  for (let attempt = 0;; attempt++) {
    const span = trace?.startAttempt(attempt);
    const context = new Context(attempt, span);
    const startedAt = clock.now();
    try {
      const pending = span ? span.run(() => provider.chat(request, context)) : provider.chat(request, context);
      const response = await (signal ? within(clock, Infinity, signal, pending) : pending) as Res;
      trace?.succeeded(attempt, span, elapsed(clock, startedAt), response);
      return response;
    } catch (error) {
      const durationMs = elapsed(clock, startedAt);
      const failure = judge(error, attempt, settings);
      if (signal?.aborted) Context.abort(context, signal.reason);
      trace ??= new CallTrace(provider, request, settings);
      trace.failed(attempt, span, durationMs, failure);
      if (failure.delayMs === undefined) throw giveUp(trace, failure);
      await pause(trace, failure.delayMs, settings);
    }
  }
}

/** Whole milliseconds since `startedAt`. */
function elapsed(clock: Clock, startedAt: number): number {
  return Math.max(0, Math.round(clock.now() - startedAt));
}

/** Says what a failure was and what follows. Cancelled is what the caller's signal says, whatever the error looks like. */
function judge(error: unknown, attempt: number, { signal, clock, retry, random }: Settings): Failure {
  if (signal?.aborted) {
    return { error: signal.reason, errorType: "cancelled", outcome: "cancelled", decision: "cancelled" };
  }
  const classification = classifyError(error, clock.date());
  const { errorType } = classification;
  const outcome = errorType === "timeout" ? "timeout" : "error";
  return { error, errorType, outcome, classification, ...decide(classification, attempt, retry, random) };
}

async function pause(trace: Trace, delayMs: number, settings: Settings): Promise<void> {
  const { clock, signal } = settings;
  const startedAt = clock.now();
  try {
    await within(clock, delayMs, signal);
  } finally {
    trace.waitedMs += elapsed(clock, startedAt);
    if (signal?.aborted) giveUp(trace, judge(undefined, 0, settings));
  }
}

/** Ends the call's span and gives the error that the caller gets. */
function giveUp(trace: Trace, { outcome, errorType, error }: Failure): unknown {
  trace.end(outcome, outcome === "cancelled" ? undefined : errorType);
  rememberAttempts(error, trace.records);
  return error;
}

type Trace = Pick<CallTrace<never, never>, "end" | "records" | "waitedMs">;

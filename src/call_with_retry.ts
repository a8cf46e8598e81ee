import { rememberAttempts } from "./attempts_of.ts";
import { type Ending, traceCall } from "./_call_trace.ts";
import { classifyError } from "./classify.ts";
import type { Clock } from "./clock.ts";
import { Context } from "./_context.ts";
import { decide } from "./decide.ts";
import { describe } from "./_describe.ts";
import { type CallOptions, checkProvider, DEFAULTS, resolveOptions, type Settings } from "./options.ts";
import type { Provider } from "./provider.ts";
import { messageOf, sanitizeMessage } from "./sanitize.ts";
import { noopSpan, noopTracer } from "./tracer.ts";
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
  let trace = tracer === noopTracer && onAttempt === DEFAULTS.onAttempt
    ? undefined
    : traceCall(provider, request, settings);
  let waitedMs = 0;
  for (let attempt = 0;; attempt++) {
    const attemptTrace = trace?.startAttempt(attempt);
    const span = attemptTrace?.span;
    const context = new Context(attempt, span ?? noopSpan);
    const startedAt = clock.now();
    try {
      const pending = span ? span.run(() => provider.chat(request, context)) : provider.chat(request, context);
      const response = await (signal ? within(clock, Infinity, signal, pending) : pending) as Res;
      if (trace) {
        const description = describe(provider, "describeResponse", response);
        attemptTrace!.end(elapsed(clock, startedAt), SUCCESS, description);
        trace.end(waitedMs, SUCCESS, description);
      }
      return response;
    } catch (error) {
      const durationMs = elapsed(clock, startedAt);
      // Cancelled is what the caller's signal says, whatever the error looks like.
      let [ending, thrown] = signal?.aborted ? [CANCELLED, signal.reason] : [judge(error, attempt, settings), error];
      if (ending === CANCELLED) Context.abort(context, thrown);
      trace ??= traceCall(provider, request, settings);
      (attemptTrace ?? trace.startAttempt(attempt)).end(durationMs, ending);
      const delayMs = ending["llm.retry.delay_ms"];
      if (delayMs !== undefined) {
        const waitingSince = clock.now();
        await within(clock, delayMs, signal).catch((reason) => {
          ending = CANCELLED;
          thrown = reason;
        });
        waitedMs += elapsed(clock, waitingSince);
        if (ending !== CANCELLED) continue;
      }
      trace.end(waitedMs, ending);
      rememberAttempts(thrown, trace.records);
      throw thrown;
    }
  }
}

const SUCCESS: Ending = { "llm.outcome": "ok" };
const CANCELLED: Ending = { "llm.outcome": "cancelled", "error.type": "cancelled", "llm.retry.decision": "cancelled" };

/** Whole milliseconds since `startedAt`. */
function elapsed(clock: Clock, startedAt: number): number {
  return Math.round(clock.now() - startedAt);
}

/** Says what a failure was and what follows. */
function judge(error: unknown, attempt: number, { clock, recordErrorMessage, retry, random }: Settings): Ending {
  const classification = classifyError(error, clock.date());
  const { errorType, status, requestId } = classification;
  return {
    "llm.outcome": errorType === "timeout" ? errorType : "error",
    "error.type": errorType,
    "llm.error": (recordErrorMessage && sanitizeMessage(messageOf(error) ?? "")) || undefined,
    "http.response.status_code": status,
    "llm.request_id": requestId,
    ...decide(classification, attempt, retry, random),
  };
}

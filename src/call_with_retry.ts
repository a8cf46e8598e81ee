import { rememberAttempts } from "./attempts_of.ts";
import { type AttemptTrace, type Failure, traceCall } from "./_call_trace.ts";
import { type Classification, classifyError } from "./classify.ts";
import type { Clock } from "./clock.ts";
import { Context } from "./_context.ts";
import { decide } from "./decide.ts";
import { keepGates } from "./_gates.ts";
import { type CallOptions, checkProvider, DEFAULTS, resolveOptions, type Settings } from "./options.ts";
import type { AttemptSpan, Provider } from "./provider.ts";
import { RefusedError } from "./refused_error.ts";
import { quietly } from "./_safe_span.ts";
import { messageOf, sanitizeMessage } from "./sanitize.ts";
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
  const { signal, clock, tracer, onAttempt, attemptTimeoutMs, deadlineMs, gates } = settings;
  if (signal?.aborted) throw signal.reason;
  // A call that nobody observes leaves no trace, and reads no clock, unless it fails.
  const isObserved = tracer !== noopTracer || onAttempt !== DEFAULTS.onAttempt || gates !== DEFAULTS.gates;
  let trace = isObserved ? traceCall(provider, request, settings) : undefined;
  const isLimited = signal !== undefined || attemptTimeoutMs < Infinity || deadlineMs < Infinity;
  const deadline = isLimited ? clock.now() + deadlineMs : Infinity;
  const leftMs = () => deadline - clock.now();
  const keeper = gates === DEFAULTS.gates
    ? undefined
    : keepGates(gates, settings, { provider: provider.name, model: trace?.model }, leftMs);
  let waitedMs = 0;
  let lastError: unknown;
  for (let attempt = 0;; attempt++) {
    let context: Context | undefined;
    let attemptTrace: AttemptTrace<Res> | undefined;
    let startedAt: number | undefined;
    let response: Res;
    try {
      const queuedAt = keeper && clock.now();
      if (keeper) await keeper.enter(attempt);
      attemptTrace = trace?.startAttempt(attempt, elapsed(clock, queuedAt));
      const span = attemptTrace?.span;
      context = new Context(attempt, span ?? noSpan);
      startedAt = trace && clock.now();
      const pending = span ? span.run(() => provider.chat(request, context!)) : provider.chat(request, context);
      response = isLimited
        ? await within(settings, Math.min(attemptTimeoutMs, leftMs()), Promise.resolve(pending)) as Res
        : await pending;
    } catch (error) {
      const durationMs = elapsed(clock, startedAt);
      trace ??= traceCall(provider, request, settings);
      let failure = signal?.aborted ? CANCELLED : stopped(error);
      if (context !== undefined) {
        Context.abort(context, error);
        const classification = signal?.aborted ? undefined : classify(error, settings);
        if (classification) failure = judge(error, classification, attempt, settings, leftMs());
        const { "llm.outcome": outcome = "error", "llm.retry.delay_ms": retryInMs } = failure;
        const gate = keeper?.leave({ outcome, failure: classification, error, retryInMs });
        if (gate !== undefined && retryInMs !== undefined) failure = refused(failure, gate);
        (attemptTrace ?? trace.startAttempt(attempt)).fail(durationMs, failure);
      }
      const delayMs = failure["llm.retry.delay_ms"];
      if (delayMs !== undefined) {
        const waitingSince = clock.now();
        await within(settings, delayMs).catch(() => failure = CANCELLED);
        waitedMs += elapsed(clock, waitingSince)!;
        lastError = error;
        if (failure !== CANCELLED) continue;
      }
      const thrown = failure === CANCELLED ? signal?.reason : context || attempt === 0 ? error : lastError;
      trace.end(context ? attempt + 1 : attempt, waitedMs, failure);
      rememberAttempts(thrown, trace.records);
      throw thrown;
    }
    keeper?.leave({ outcome: "ok" });
    trace?.end(attempt + 1, waitedMs, undefined, attemptTrace?.succeed(elapsed(clock, startedAt), response));
    return response;
  }
}

const noSpan: AttemptSpan = { run: (work) => work(), setAttributes() {} };

const CANCELLED: Failure = {
  "llm.outcome": "cancelled",
  "error.type": "cancelled",
  "llm.retry.decision": "cancelled",
};

/** Whole milliseconds since `startedAt`. */
function elapsed(clock: Clock, startedAt: number | undefined): number | undefined {
  return startedAt === undefined ? undefined : Math.max(0, Math.round(clock.now() - startedAt));
}

/** What a failed attempt was, in the record's terms, and what follows. */
function judge(
  error: unknown,
  classification: Classification,
  attempt: number,
  { recordErrorMessage, retry, random }: Settings,
  leftMs: number,
): Failure {
  const { errorType, status, requestId } = classification;
  const message = recordErrorMessage ? messageOf(error) : undefined;
  return {
    "llm.outcome": errorType === "timeout" ? "timeout" : "error",
    "error.type": errorType,
    "llm.error": message && sanitizeMessage(message),
    "http.response.status_code": status,
    "llm.request_id": requestId,
    ...decide(classification, attempt, retry, random, leftMs),
  };
}

/** What it means that an attempt could not even start. */
function stopped(error: unknown): Failure {
  return error instanceof RefusedError
    ? { "llm.outcome": "error", "error.type": "refused", "llm.retry.decision": "refused", "llm.retry.gate": error.gate }
    : { "llm.outcome": "timeout", "error.type": "timeout", "llm.retry.decision": "deadline" };
}

/** The same failure, its planned retry called off. */
function refused(failure: Failure, gate: string): Failure {
  const { "llm.retry.delay_ms": _, "llm.retry.delay_source": __, ...rest } = failure;
  return { ...rest, "llm.retry.decision": "refused", "llm.retry.gate": gate };
}

/** The caller's classifier has the last word, if it says something that is one. */
function classify(error: unknown, { clock, retry }: Settings): Classification {
  const builtIn = (error: unknown) => classifyError(error, clock.date());
  let own: Classification | undefined;
  quietly(() => own = retry.classify(error, builtIn));
  return typeof own?.errorType === "string" ? own : builtIn(error);
}

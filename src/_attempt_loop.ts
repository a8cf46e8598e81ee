import { rememberAttempts } from "./attempts_of.ts";
import { type AttemptTrace, calledOff, type CallTrace, CANCELLED, type Ending, traceCall } from "./_call_trace.ts";
import { type Classification, classifyError } from "./classify.ts";
import type { Clock } from "./clock.ts";
import { Context } from "./_context.ts";
import { decide } from "./decide.ts";
import { count, describeResponse, text } from "./_describe.ts";
import { type GateKeeper, keepGates } from "./_gates.ts";
import { type CallOptions, checkProvider, type Classify, DEFAULTS, resolveOptions, type Settings } from "./options.ts";
import type { AttemptContext, AttemptSpan, Provider } from "./provider.ts";
import { hush, quietly } from "./_quietly.ts";
import { RefusedError } from "./refused_error.ts";
import { messageOf, sanitizeMessage } from "./sanitize.ts";
import { noopSpan, noopTracer } from "./tracer.ts";
import { timeoutError, within } from "./_within.ts";

/** How streams differ from calls: an attempt that was answered goes on until the last chunk. */
export interface Streaming<Res> {
  /** Whether it is known to be one: from the start, or since it has turned out to be. */
  readonly isLive: boolean;
  /** Asks once, and settles when the first content is there. `startedAt` is unset while nobody observes the call. */
  open(context: Context, startedAt?: number): Promise<Res>;
  /** Takes over the attempt that was answered: whoever has it has to `settle` it. */
  begin(answered: Answered, response: Res): void;
  /** Adds to how an attempt failed, after `durationMs`, what the stream had said by then. */
  amend(ending: Ending, durationMs?: number): Ending;
}

/** An attempt that was answered, and its call. */
export interface Answered {
  /** The call's options. */
  readonly settings: Settings;
  /** Its gates, if it has any. */
  readonly keeper: GateKeeper | undefined;
  /** Its spans. */
  readonly trace: CallTrace;
  /** The attempt's span. */
  readonly attemptTrace: AttemptTrace | undefined;
  /** The attempt's number. */
  readonly attempt: number;
  /** When the attempt started. */
  readonly startedAt: number | undefined;
  /** All waits before it, in milliseconds. */
  readonly waitedMs: number;
  /** The call's deadline on its clock. */
  readonly endsAt: number;
}

/** How long an attempt that was answered has taken; to be asked before its answer is looked at. */
export function durationOf({ settings, startedAt }: Answered): number | undefined {
  return elapsed(settings.clock, startedAt);
}

/** Ends the last attempt of a call, and the call. */
export function settle(
  { keeper, trace, attemptTrace, waitedMs }: Answered,
  durationMs: number | undefined,
  ending: Ending,
): void {
  keeper?.leave(ending);
  attemptTrace?.end(durationMs, ending);
  trace.end(waitedMs, ending);
}

/** The loop. Every way out of an attempt ends its span before anything else happens. */
export async function run<Req, Res>(
  provider: Provider<Req, Res>,
  request: Req,
  options: CallOptions | undefined,
  base: Settings,
  streaming?: Streaming<Res>,
): Promise<Res> {
  if (!streaming) checkProvider(provider, "chat");
  const settings = resolveOptions(options, base);
  const { tracer, onAttempt, gates, signal, clock, attemptTimeoutMs, deadlineMs, firstAttempt } = settings;
  if (signal?.aborted) throw signal.reason;
  // A call that nobody observes leaves no trace, and reads no clock, unless it fails.
  const isObserved = tracer !== noopTracer || onAttempt !== DEFAULTS.onAttempt || gates.length > 0;
  let trace = isObserved ? traceCall(provider, request, settings, streaming?.isLive || undefined) : undefined;
  const isLimited = signal !== undefined || attemptTimeoutMs < Infinity || deadlineMs < Infinity;
  const endsAt = deadlineMs < Infinity ? clock.now() + deadlineMs : Infinity;
  const keeper = gates.length > 0
    ? keepGates(settings, { provider: provider.name, model: trace!.model }, endsAt)
    : undefined;
  let waitedMs = 0;
  let ending: Ending | undefined;
  for (let attempt = firstAttempt;; attempt++) {
    let context: Context | undefined;
    let attemptTrace: AttemptTrace | undefined;
    let startedAt: number | undefined;
    let response: Res;
    try {
      const queueMs = elapsed(clock, keeper && await keeper.enter(attempt));
      if (leftMs(clock, endsAt) <= 0) throw timeoutError(deadlineMs);
      if (signal?.aborted) throw signal.reason;
      attemptTrace = trace?.startAttempt(attempt, queueMs);
      const span = attemptTrace?.span;
      context = new Context(attempt, span ?? noopSpan);
      startedAt = trace && clock.now();
      const pending = streaming
        ? streaming.open(context, startedAt)
        : span
        ? chatIn(span, provider, request, context)
        : provider.chat(request, context);
      response = isLimited
        ? await within(clock, signal, Math.min(attemptTimeoutMs, leftMs(clock, endsAt)), Promise.resolve(pending))
        : await pending;
    } catch (error) {
      const durationMs = elapsed(clock, startedAt);
      trace ??= traceCall(provider, request, settings);
      ending = signal?.aborted
        ? CANCELLED
        : context
        ? judge(error, attempt, settings, leftMs(clock, endsAt))
        : stopped(error, ending);
      if (context) {
        ending = keeper?.leave(ending) ?? ending;
        Context.abort(context, ending === CANCELLED ? signal!.reason : ending.error);
        (attemptTrace ?? trace.startAttempt(attempt)).end(durationMs, streaming?.amend(ending, durationMs) ?? ending);
      } else keeper?.leave(CANCELLED);
      if (ending.retryInMs !== undefined) {
        const waitingSince = clock.now();
        await within(clock, signal, ending.retryInMs).catch(() => {});
        waitedMs += elapsed(clock, waitingSince)!;
        if (!signal?.aborted) continue;
        ending = CANCELLED;
      }
      const lastError = ending === CANCELLED ? signal!.reason : ending.error;
      trace.end(waitedMs, ending);
      rememberAttempts(lastError, trace.records);
      throw lastError;
    }
    if (trace || streaming?.isLive) {
      trace ??= traceCall(provider, request, settings);
      const answered = { settings, keeper, trace, attemptTrace, attempt, startedAt, waitedMs, endsAt };
      if (streaming) streaming.begin(answered, response);
      else settle(answered, durationOf(answered), describeResponse(provider, response));
    }
    return response;
  }
}

/** Apart, so that the loop has no closure. */
function chatIn<Req, Res>(span: AttemptSpan, provider: Provider<Req, Res>, request: Req, context: AttemptContext) {
  return span.run(() => provider.chat(request, context));
}

/** Milliseconds until `endsAt`; a call without a deadline reads no clock for it. */
function leftMs(clock: Clock, endsAt: number): number {
  return endsAt < Infinity ? endsAt - clock.now() : Infinity;
}

/** Whole milliseconds since `startedAt`. */
function elapsed(clock: Clock, startedAt: number | undefined): number | undefined {
  return startedAt === undefined ? undefined : Math.max(0, Math.round(clock.now() - startedAt));
}

/** What a failed attempt was, and what follows. */
export function judge(error: unknown, attempt: number, settings: Settings, leftMs: number): Ending {
  const { recordErrorMessage, retry, random, clock } = settings;
  const failure = classifyBy(retry.classify, error, (error) => classifyError(error, clock.date()));
  const { errorType, status, requestId } = failure;
  return {
    outcome: errorType === "timeout" ? errorType : "error",
    errorType,
    message: recordErrorMessage && sanitizeMessage(messageOf(error) ?? "") || undefined,
    statusCode: count(status),
    requestId: text(requestId),
    failure,
    error,
    ...decide(failure, attempt, retry, random, leftMs),
  };
}

/** What it means that an attempt could not even start: the call ends as the `last` one did, if there was one. */
function stopped(error: unknown, last: Ending | undefined): Ending {
  return error instanceof RefusedError
    ? calledOff(last ?? { outcome: "error", errorType: "refused", error }, "refused", error.gate)
    : calledOff(last ?? { outcome: "timeout", errorType: "timeout", error }, "deadline");
}

/** The caller's classifier has the last word, if it says something that is one; copied, so that no getter throws later. */
export function classifyBy(
  classify: Classify,
  error: unknown,
  builtIn: (error: unknown) => Classification,
): Classification {
  const own = quietly(() => ({ ...hush(classify(error, builtIn)) }));
  return text(own?.errorType) ? own as Classification : builtIn(error);
}

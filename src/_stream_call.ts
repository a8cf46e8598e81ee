import { type Answered, durationOf, judge, run, settle, type Streaming } from "./_attempt_loop.ts";
import type { PastAttempt, RetryDecision } from "./attempt_record.ts";
import { rememberAttempts } from "./attempts_of.ts";
import { calledOff, CANCELLED, type Ending } from "./_call_trace.ts";
import type { Settings } from "./options.ts";
import type { Provider, StreamProvider } from "./provider.ts";
import { type StreamAttempt, streamAttempt } from "./_stream_attempt.ts";
import { timeoutError, within } from "./_within.ts";

/** Who waits for a chunk. */
interface Asked<Chunk> {
  /** Must not be collected before there is an answer. */
  readonly stream?: unknown;
  resolve(result: IteratorResult<Chunk, undefined>): void;
  reject(error: unknown): void;
}

/** One streamed call, from its first attempt to its last chunk. */
export interface StreamCall<Chunk> extends Streaming<void> {
  /** The last attempt's record, when all is over; never rejects. */
  readonly finished: Promise<PastAttempt | undefined>;
  /** The last attempt, if one was started. */
  attempt: StreamAttempt<Chunk> | undefined;
  /** Asks until there is content. @throws What ends the call before that. */
  start(): Promise<void>;
  /** Asks for the next chunk. Whoever asks twice at once is answered in turn. */
  ask(asked: Asked<Chunk>): void;
  /** The consumer leaves. A stream that has said it is complete was not cut short. */
  cancel(reason: unknown): void;
}

const OK: Ending = { outcome: "ok" };

/**
 * Makes a call, not started yet. First the loop has it, until an attempt is answered; from then on whatever ends it goes
 * through `end`, once. It knows nothing of the object that the consumer holds, so that one can be collected when it is
 * dropped.
 *
 * @param isTap Whether the consumer reads for itself what the chunks report: it is told nothing that is not its own.
 * @param startedAt When the call started, if that was earlier.
 */
export function streamCall<Req, Chunk>(
  provider: StreamProvider<Req, Chunk>,
  request: Req,
  settings: Settings,
  isTap?: boolean,
  startedAt: number = settings.clock.now(),
): StreamCall<Chunk> {
  const { signal, clock, deadlineMs, onAttempt } = settings;
  /** Aborted by the caller's signal, and by a consumer that leaves. */
  const controller = new AbortController();
  const asked: Asked<Chunk>[] = [];
  let attempt: StreamAttempt<Chunk> | undefined;
  /** What the loop has handed over, and the chunks that came with it. */
  let answered: Answered | undefined;
  let head: Chunk[] = [];
  /** Whether somebody is at it: the loop, to begin with. */
  let isReading = true;
  let hasLeft = false;
  /** What has ended it, and whether the consumer is told. */
  let over: { readonly error: unknown; readonly isTold: boolean } | undefined;
  let timer: { ref?(): void; unref?(): void } | undefined;
  let record: PastAttempt | undefined;
  let finish!: (record: PastAttempt | undefined) => void;

  /** Follows the caller's signal. */
  function follow(): void {
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
  }

  function abort(): void {
    stop(signal!.reason);
  }

  /** Ends it; upstream first, also where the loop has yet to hear of it. */
  function stop(reason: unknown): void {
    controller.abort(reason);
    if (answered) end(CANCELLED, controller.signal.reason, true);
    else attempt?.cancel(reason);
  }

  /** The deadline keeps the process alive only while a chunk is waited for. */
  function occupy(is: boolean): void {
    isReading = is;
    if (is) timer?.ref?.();
    else timer?.unref?.();
  }

  /** Answers whoever asked, and reads on where more is asked for than there is. */
  function advance(): void {
    for (let it; (it = asked[0]); asked.shift()) {
      if (hasLeft) it.resolve({ done: true, value: undefined });
      else if (over?.isTold) it.reject(over.error);
      else if (head.length > 0) it.resolve({ done: false, value: head.shift()! });
      else if (over) it.resolve({ done: true, value: undefined });
      else break;
    }
    if (isReading || over) return;
    // Behind the last event only the end can follow. Some SDKs never read up to it, and neither the span nor the connection
    // would come to theirs.
    if (asked.length > 0 || isTap && attempt!.isComplete && head.length === 0) {
      occupy(true);
      attempt!.next().then(take, fail);
    }
  }

  function take(result: IteratorResult<Chunk, unknown>): void {
    if (over) return;
    try {
      attempt!.read(result);
    } catch (error) {
      // A result may throw when it is looked at.
      return fail(error);
    }
    const { reported, isAtEnd } = attempt!;
    const isLast = isAtEnd || reported && !isTap;
    if (!isLast) occupy(false);
    // What reports an error is handed over, and then the error.
    advance();
    if (isLast) reported ? fail(reported) : end(OK);
  }

  /** Ends it with an error in mid-stream. */
  function fail(error: unknown, decision?: RetryDecision): void {
    const { isComplete, isAtEnd, reported } = attempt!;
    // What was complete is not cut short by what nobody waits for.
    if (isComplete && !reported && asked.length + head.length === 0) end(OK, error, isTap);
    else end(undefined, error, !(isTap && isAtEnd), decision);
  }

  /**
   * Every way out, of which the first one counts: nothing is left running, and nobody is left waiting. An attempt that was
   * answered ends like this, or as it is judged for its error.
   */
  function end(ending?: Ending, error?: unknown, isTold = false, decision: RetryDecision = "already_streaming"): void {
    if (over) return;
    over = { error, isTold };
    if (answered) {
      // Upstream goes first: no byte is to come that nobody wants.
      attempt!.cancel(error);
      const durationMs = durationOf(answered);
      ending ??= calledOff(judge(attempt!.reported || error, answered.attempt, settings, Infinity), decision);
      attempt!.readRest();
      settle(answered, durationMs, call.amend(ending, durationMs));
      if (isTold) rememberAttempts(error, answered.trace.records);
    }
    clock.clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    finish(record);
    advance();
  }

  const call: StreamCall<Chunk> = {
    isLive: true,
    finished: new Promise((resolve) => finish = resolve),
    attempt: undefined,
    async start() {
      const inner: Settings = {
        ...settings,
        signal: controller.signal,
        onAttempt: (last) => onAttempt(record = last),
      };
      follow();
      try {
        await run(provider as unknown as Provider<Req, void>, request, undefined, inner, call);
      } catch (error) {
        end(undefined, error, true);
        throw error;
      }
    },
    open(context, startedAt) {
      call.attempt = attempt = streamAttempt(provider, request, context, settings, startedAt);
      return attempt.start();
    },
    begin(it) {
      answered = it;
      head = attempt!.head;
      occupy(false);
      // Whoever only opens attempts has followed the caller's signal itself, so far.
      follow();
      if (controller.signal.aborted) return stop(undefined);
      if (attempt!.isAtEnd) return end(OK);
      if (it.endsAt < Infinity) {
        const patient = {
          setTimeout(ring: () => void, ms: number) {
            timer = clock.setTimeout(ring, ms) as typeof timer;
            occupy(isReading);
            // It may have ended in the meantime, as in `within`.
            if (over) clock.clearTimeout(timer);
          },
          clearTimeout: () => clock.clearTimeout(timer),
        };
        within(patient, undefined, it.endsAt - clock.now()).then(() => fail(timeoutError(deadlineMs), "deadline"));
      }
      advance();
    },
    amend: (ending, durationMs) => attempt!.amend(ending, startedAt, durationMs),
    ask(it) {
      asked.push(it);
      advance();
    },
    cancel(reason) {
      hasLeft = true;
      if (!answered) return stop(reason);
      attempt!.readRest();
      const { reported, isComplete } = attempt!;
      if (reported) fail(reported);
      else end(isComplete ? OK : CANCELLED, reason);
    },
  };
  return call;
}

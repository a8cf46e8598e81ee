import { addTo } from "./_add_to.ts";
import { Alarm } from "./_alarm.ts";
import { type Answered, durationOf, judge, run, settle, type Streaming } from "./_attempt_loop.ts";
import type { PastAttempt, RetryDecision } from "./attempt_record.ts";
import { rememberAttempts } from "./attempts_of.ts";
import { calledOff, CANCELLED, type Ending } from "./_call_trace.ts";
import { Context } from "./_context.ts";
import type { Settings } from "./options.ts";
import type { Provider, StreamProvider } from "./provider.ts";
import { StreamAttempt } from "./_stream_attempt.ts";
import { timeoutError } from "./_within.ts";

/** Who waits for a chunk. */
interface Asked<Chunk> {
  /** Must not be collected before there is an answer. */
  readonly stream?: unknown;
  resolve(result: IteratorResult<Chunk, undefined>): void;
  reject(error: unknown): void;
}

/**
 * One streamed call, from its first attempt to its last chunk. Whatever ends it first goes through `#end`, once. It knows
 * nothing of the object that the consumer holds, so that one can be collected when it is dropped.
 */
export class StreamCall<Req, Chunk> implements Streaming<void> {
  readonly isLive = true;
  /** The last attempt's record, when all is over; never rejects. */
  readonly finished: Promise<PastAttempt | undefined>;
  readonly #provider: StreamProvider<Req, Chunk>;
  readonly #request: Req;
  readonly #settings: Settings;
  /** The settings of the loop. */
  readonly #inner: Settings;
  readonly #startedAt: number;
  /** Aborted by the caller's signal, and by a consumer that leaves. */
  readonly #controller = new AbortController();
  readonly #abort = (): void => this.#stop(this.#settings.signal!.reason);
  /** Whether the consumer reads for itself what the chunks report: it is told nothing that is not its own. */
  readonly #isTap: boolean;
  /** An error that a chunk has reported. */
  #reported: { readonly error: unknown } | undefined;
  #context: Context | undefined;
  #attempt: StreamAttempt<Req, Chunk> | undefined;
  #answered: Answered | undefined;
  #deadline: Alarm | undefined;
  #idle: Alarm | undefined;
  #isPulling = false;
  #isEnded = false;
  #isOver = false;
  #hasLeft = false;
  /** What the consumer is told whenever it asks for more than there is. */
  #failure: { readonly error: unknown } | undefined;
  #asked: Asked<Chunk>[] = [];
  #finish!: (record: PastAttempt | undefined) => void;
  #record: PastAttempt | undefined;

  constructor(
    provider: StreamProvider<Req, Chunk>,
    request: Req,
    settings: Settings,
    isTap = false,
  ) {
    const { onAttempt, clock } = settings;
    this.#provider = provider;
    this.#request = request;
    this.#startedAt = clock.now();
    this.#isTap = isTap;
    this.finished = new Promise((resolve) => this.#finish = resolve);
    this.#settings = settings;
    this.#inner = {
      ...settings,
      signal: this.#controller.signal,
      onAttempt: (record) => {
        this.#record = record;
        return onAttempt(record);
      },
    };
  }

  /** Follows the caller's signal. Whoever only opens attempts does so by itself, until one is answered. */
  #follow(): void {
    const { signal } = this.#settings;
    signal?.addEventListener("abort", this.#abort);
    if (signal?.aborted) this.#abort();
  }

  /** Asks until there is content. @throws What ends the call before that. */
  async start(): Promise<void> {
    this.#follow();
    try {
      await run(this.#provider as unknown as Provider<Req, void>, this.#request, undefined, this.#inner, this);
    } catch (error) {
      this.#close({ error });
      throw error;
    }
  }

  open(context: Context): Promise<void> {
    const attempt = new StreamAttempt(this.#provider, context, this.#settings.clock);
    this.#context = context;
    this.#attempt = attempt;
    Context.onAbort(context, (reason) => attempt.cancel(reason));
    return attempt.start(this.#request, this.#settings.idleTimeoutMs);
  }

  begin(answered: Answered): void {
    const { clock, deadlineMs } = this.#settings;
    const { signal } = this.#controller;
    this.#answered = answered;
    this.#follow();
    if (signal.aborted) return this.#stop(signal.reason);
    if (this.#attempt!.isAtEnd) return this.#end({ outcome: "ok" });
    // One that has no end sets no timer.
    this.#deadline = new Alarm(clock, answered.endsAt - clock.now(), () => {
      this.#fail(timeoutError(deadlineMs), "deadline");
    });
    this.#deadline.keepsAlive(false);
    this.#advance();
  }

  /** The last attempt, if one was started. */
  get lastAttempt(): StreamAttempt<Req, Chunk> | undefined {
    return this.#attempt;
  }

  amend(ending: Ending, durationMs?: number): Ending {
    const { stopReason, ...facts } = this.#attempt!.facts();
    return addTo<Partial<Ending>>(
      facts,
      ending.outcome === "ok" ? { stopReason } : {},
      ending,
      this.#attempt!.times(this.#startedAt, durationMs),
    ) as Ending;
  }

  /** Asks for the next chunk. Whoever asks twice at once is answered in turn. */
  ask(asked: Asked<Chunk>): void {
    if (this.#asked.push(asked) === 1) this.#advance();
    this.#readToItsEnd();
  }

  /** The consumer leaves. A stream that has said it is complete was not cut short. */
  cancel(reason: unknown): void {
    this.#hasLeft = true;
    if (!this.#answered) return this.#stop(reason);
    this.#reported ??= this.#attempt!.readRest();
    if (this.#reported) return this.#fail(this.#reported.error);
    this.#end(this.#attempt!.isComplete ? { outcome: "ok" } : CANCELLED, undefined, reason);
  }

  /** Ends it; upstream first, also where the loop has yet to hear of it. */
  #stop(reason: unknown): void {
    this.#controller.abort(reason);
    if (this.#answered) this.#end(CANCELLED, { error: this.#controller.signal.reason });
    else if (this.#context) Context.abort(this.#context, reason);
  }

  /** Answers whoever asked, as far as that is possible. */
  #advance(): void {
    while (this.#asked.length > 0) {
      const { resolve, reject } = this.#asked[0]!;
      if (this.#hasLeft) resolve({ done: true, value: undefined });
      else if (this.#failure) reject(this.#failure.error);
      else if (this.#answered && this.#attempt!.head.length > 0) {
        resolve({ done: false, value: this.#attempt!.head.shift()! });
      } else if (this.#isOver) resolve({ done: true, value: undefined });
      else {
        if (this.#answered && !this.#isPulling) this.#pull();
        return;
      }
      this.#asked.shift();
    }
  }

  #pull(): void {
    this.#isPulling = true;
    const { clock, idleTimeoutMs } = this.#settings;
    this.#deadline?.keepsAlive(true);
    if (idleTimeoutMs < Infinity) {
      this.#idle = new Alarm(clock, idleTimeoutMs, () => this.#fail(timeoutError(idleTimeoutMs)));
    }
    const fail = (error: unknown) => this.#fail(error);
    this.#attempt!.next().then((result) => {
      try {
        this.#take(result);
      } catch (error) {
        // A result may throw when it is looked at.
        fail(error);
      }
    }, fail);
  }

  #take(result: IteratorResult<Chunk, unknown>): void {
    if (this.#isEnded) return;
    const attempt = this.#attempt!;
    this.#isPulling = false;
    attempt.stopWaiting();
    this.#idle?.stop();
    this.#deadline?.keepsAlive(false);
    const reported = attempt.read(result);
    // The one who describes it may have ended it.
    if (this.#isEnded) return;
    this.#reported ??= reported;
    if (!result.done) {
      const asked = this.#asked.shift();
      if (asked) asked.resolve({ done: false, value: result.value });
      else attempt.head.push(result.value);
      if (this.#reported && !this.#isTap) return this.#fail(this.#reported.error);
      this.#advance();
      return this.#readToItsEnd();
    }
    if (this.#reported) this.#fail(this.#reported.error);
    else this.#end({ outcome: "ok" });
  }

  /**
   * Reads one chunk on behind the last event, where only the end can follow: some SDKs never do, and neither the span nor
   * the connection would come to theirs.
   */
  #readToItsEnd(): void {
    const isReady = this.#answered && !this.#isEnded && !this.#isPulling;
    if (this.#isTap && isReady && this.#attempt!.isComplete && this.#attempt!.head.length === 0) this.#pull();
  }

  /** Ends it with an error in mid-stream. */
  #fail(error: unknown, decision: RetryDecision = "already_streaming"): void {
    if (this.#isEnded) return;
    const failure = { error };
    const said = this.#reported ?? failure;
    const { isComplete, isAtEnd, head } = this.#attempt!;
    // What was complete is not cut short by what nobody waits for.
    if (isComplete && said === failure && this.#asked.length + head.length === 0) {
      return this.#end({ outcome: "ok" }, this.#isTap ? failure : undefined);
    }
    const ending = judge(said.error, this.#answered!.attempt, this.#settings, Infinity);
    this.#end(calledOff(ending, decision), this.#isTap && isAtEnd ? undefined : failure);
  }

  /** Ends the attempt that was answered. Upstream goes first: no byte is to come that nobody wants. */
  #end(ending: Ending, failure?: { readonly error: unknown }, reason: unknown = failure?.error): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (!this.#attempt!.isAtEnd) Context.abort(this.#context!, reason);
    this.#attempt!.readRest();
    settle(this.#answered!, durationOf(this.#answered!), this.amend(ending));
    if (failure) rememberAttempts(failure.error, this.#answered!.trace.records);
    this.#close(failure);
  }

  /** Nothing is left running, and nobody is left waiting. */
  #close(failure: { readonly error: unknown } | undefined): void {
    this.#isOver = true;
    this.#failure = failure;
    this.#idle?.stop();
    this.#deadline?.stop();
    this.#settings.signal?.removeEventListener("abort", this.#abort);
    this.#finish(this.#record);
    this.#advance();
  }
}

import { addTo } from "./_add_to.ts";
import type { Ending } from "./_call_trace.ts";
import type { Clock } from "./clock.ts";
import { readFacts, type ResponseFacts } from "./_describe.ts";
import type { AttemptContext, StreamProvider } from "./provider.ts";
import { hush } from "./_quietly.ts";
import { TruncatedStreamError } from "./truncated_stream_error.ts";
import { type Upstream, upstreamOf } from "./_upstream.ts";
import { within } from "./_within.ts";

/** As many chunks without content are held back; a stream that sends more is handed over as it comes. */
const MOST_HELD_BACK = 1000;

/** An error that a chunk reports, or the end. */
export interface Reported {
  /** As the chunk's description gives it. */
  readonly error: unknown;
}

/** One attempt's stream: its chunks, what they have said so far, and the time that was spent waiting for them. */
export class StreamAttempt<Req, Chunk> {
  /** Chunks that were read and not handed over yet. */
  readonly head: Chunk[] = [];
  /** Whether the stream has come to its end. */
  isAtEnd = false;
  /** Whether the end marker was seen; unset if the chunks do not tell. */
  isComplete: boolean | undefined;
  /** What it has failed with before the first content, if the stream itself told. */
  reported: Reported | undefined;
  readonly #provider: StreamProvider<Req, Chunk>;
  readonly #context: AttemptContext;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #facts: Partial<ResponseFacts> = {};
  #upstream: Upstream<Chunk> | undefined;
  /** Run inside of the span, for what a provider does between its chunks; made once, for all of them. */
  readonly #pull = (): Promise<IteratorResult<Chunk, unknown>> => this.#upstream!.next();
  #firstChunkAt: number | undefined;
  #hasChunks = false;
  #waitingSince: number | undefined;
  #waitedMs = 0;
  #isRestRead = false;
  #cancelled: { readonly reason: unknown } | undefined;

  constructor(provider: StreamProvider<Req, Chunk>, context: AttemptContext, clock: Clock) {
    this.#provider = provider;
    this.#context = context;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** Asks, and reads up to the first content. @throws What the provider does, what a chunk reports, or a truncation. */
  async start(request: Req, idleTimeoutMs: number): Promise<void> {
    const { span } = this.#context;
    this.#waitingSince = this.#startedAt;
    try {
      const source = await span.run(() => this.#provider.stream(request, this.#context));
      this.#upstream = upstreamOf(source);
      if (this.#cancelled) return this.#upstream.cancel(this.#cancelled.reason);
      do {
        const isWatched = this.#hasChunks && idleTimeoutMs < Infinity;
        const pulled = span.run(this.#pull);
        const result = await (isWatched ? within(this.#clock, this.#context.signal, idleTimeoutMs, pulled) : pulled);
        if (this.#cancelled) return;
        this.reported = this.read(result);
        if (!result.done) this.head.push(result.value);
        if (this.reported) throw this.reported.error;
      } while (
        !this.isAtEnd && !this.#cancelled && this.#firstChunkAt === undefined && this.head.length < MOST_HELD_BACK
      );
    } finally {
      this.stopWaiting();
    }
  }

  /** Asks for the next chunk, after the first content; `stopWaiting` when it is there. */
  next(): Promise<IteratorResult<Chunk, unknown>> {
    this.#waitingSince = this.#clock.now();
    return this.#context.span.run(this.#pull);
  }

  /** From here on time is the consumer's. */
  stopWaiting(): void {
    if (this.#waitingSince !== undefined) this.#waitedMs += Math.max(0, this.#clock.now() - this.#waitingSince);
    this.#waitingSince = undefined;
  }

  /** Takes in what a chunk, or the end, says, and gives the error it reports: at the end, a truncation too. */
  read(result: IteratorResult<Chunk, unknown>): Reported | undefined {
    if (Object(result) !== result) {
      // Its type alone: it may be a part of the answer.
      throw new TypeError(
        `Cannot read the stream: a result of 'next()' must be an object: current value is of type ${typeof result}`,
      );
    }
    const { done, value } = result;
    if (done) {
      this.isAtEnd = true;
      const reported = this.readRest();
      if (reported || (this.isComplete ?? (this.#firstChunkAt ?? this.#facts.stopReason) !== undefined)) {
        return reported;
      }
      return { error: new TruncatedStreamError() };
    }
    this.#hasChunks = true;
    return this.#hear(value as Chunk, true);
  }

  /** Takes in, once, what is left when no more chunks will be read. */
  readRest(): Reported | undefined {
    if (this.#isRestRead) return undefined;
    this.#isRestRead = true;
    return this.#hear(undefined, false);
  }

  /** With a chunk or, without, the end. No closures: it is done for every chunk. */
  #hear(chunk: Chunk | undefined, isChunk: boolean): Reported | undefined {
    let isContent = isChunk;
    try {
      const provider = this.#provider;
      const said = hush(
        isChunk ? provider.describeChunk?.(chunk!, this.#context) : provider.describeEnd?.(this.#context),
      );
      if (said) {
        const { isTerminal, error, isContent: isContentSaid } = said;
        // Most chunks say no more than whether they are content.
        if (
          said.usage || said.totalInputTokens || said.stopReason || said.model || said.id || said.requestId ||
          said.statusCode
        ) addTo<Partial<ResponseFacts>>(this.#facts, readFacts(said));
        if (typeof isTerminal === "boolean") this.isComplete ||= isTerminal;
        if (error) return { error };
        isContent = isContentSaid ?? isContent;
      }
    } catch {
      // A description that throws says nothing.
    }
    if (isContent) this.#firstChunkAt ??= this.#clock.now();
    return undefined;
  }

  /** Lets go of the stream at once; also of one that comes later. */
  cancel(reason: unknown): void {
    this.#cancelled = { reason };
    this.stopWaiting();
    this.#upstream?.cancel(reason);
  }

  /** What the chunks have said. */
  facts(): Partial<ResponseFacts> {
    return this.#facts;
  }

  /**
   * When things happened, for a call that started at `callStartedAt`. An attempt hears last that its time is up: it has
   * waited no longer than `durationMs`.
   */
  times(callStartedAt: number, durationMs: number = Infinity): Pick<Ending, "ofAttempt" | "ofCall"> {
    this.stopWaiting();
    const at = this.#firstChunkAt;
    // Not below 0 where a clock was set back.
    const since = (start: number) => Math.max(0, Math.round(at! - start));
    const isOver = this.isComplete || this.isAtEnd && this.isComplete !== false;
    return {
      ofAttempt: {
        "llm.stream": true,
        "llm.first_chunk_ms": at === undefined ? undefined : since(this.#startedAt),
        "llm.wait_ms": Math.min(Math.round(this.#waitedMs), durationMs),
        "llm.usage_partial": this.#hasChunks && !isOver || undefined,
      },
      ofCall: { "gen_ai.response.time_to_first_chunk": at === undefined ? undefined : since(callStartedAt) / 1000 },
    };
  }
}

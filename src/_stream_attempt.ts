import { addTo } from "./_add_to.ts";
import type { Ending } from "./_call_trace.ts";
import { Context } from "./_context.ts";
import { readFacts, type ResponseFacts } from "./_describe.ts";
import type { Settings } from "./options.ts";
import type { StreamProvider } from "./provider.ts";
import { hush } from "./_quietly.ts";
import { TruncatedStreamError } from "./truncated_stream_error.ts";
import { type Upstream, upstreamOf } from "./_upstream.ts";
import { within } from "./_within.ts";

/** As many chunks without content are held back; a stream that sends more is handed over as it comes. */
const MOST_HELD_BACK = 1000;

/** One attempt's stream: its chunks, what they have said so far, and the time that was spent waiting for them. */
export interface StreamAttempt<Chunk> {
  /** Chunks that were read and not handed over yet. */
  readonly head: Chunk[];
  /** Whether the stream has come to its end. */
  isAtEnd: boolean;
  /** Whether the end marker was seen; unset if the chunks do not tell. */
  isComplete: boolean | undefined;
  /** The first error that a chunk, or the end, has reported, as its description gives it. */
  reported: unknown;
  /** Asks, and reads up to the first content. @throws What the provider does, what a chunk reports, or a truncation. */
  start(): Promise<void>;
  /** Asks for the next chunk, or the end. Rejects with what the provider throws, or as the chunk takes too long. */
  next(): Promise<IteratorResult<Chunk, unknown>>;
  /** Takes in what has come, a chunk into `head`. @throws {TypeError} For what is no result, and what it throws itself. */
  read(result: IteratorResult<Chunk, unknown>): void;
  /** Takes in, once, what is left when no more chunks will be read. */
  readRest(): void;
  /** Lets go of the stream at once; also of one that comes later. */
  cancel(reason: unknown): void;
  /**
   * Adds to how it has ended what the chunks have said, and when things happened, for a call that started at
   * `callStartedAt`. An attempt hears last that its time is up: it has waited no longer than `durationMs`.
   */
  amend(ending: Ending, callStartedAt: number, durationMs?: number): Ending;
}

/** Opens one. */
export function streamAttempt<Req, Chunk>(
  provider: StreamProvider<Req, Chunk>,
  request: Req,
  context: Context,
  { clock, idleTimeoutMs }: Settings,
  startedAt: number = clock.now(),
): StreamAttempt<Chunk> {
  const { span } = context;
  const facts: Partial<ResponseFacts> = {};
  let upstream: Upstream<Chunk> | undefined;
  let cancelled: { readonly reason: unknown } | undefined;
  let firstChunkAt: number | undefined;
  let hasChunks = false;
  let waitingSince: number | undefined = startedAt;
  let waitedMs = 0;
  let isRestRead = false;
  let timer: unknown;
  Context.onAbort(context, (reason) => {
    cancelled = { reason };
    stopWaiting();
    clock.clearTimeout(timer);
    upstream?.cancel(reason);
  });

  /** For the gaps. Stopped with the attempt, which costs less than to listen for that with every chunk. */
  const patient = idleTimeoutMs < Infinity && {
    setTimeout(ring: () => void, ms: number) {
      timer = clock.setTimeout(ring, ms);
      // It may have ended in the meantime, as in `within`.
      if (cancelled) clock.clearTimeout(timer);
    },
    clearTimeout: () => clock.clearTimeout(timer),
  };

  /** Run inside of the span, for what a provider does between its chunks. */
  const pull = () => upstream!.next();

  /** From here on time is the consumer's. */
  function stopWaiting(): void {
    if (waitingSince !== undefined) waitedMs += Math.max(0, clock.now() - waitingSince);
    waitingSince = undefined;
  }

  /** With a chunk or, without, the end. No closures: it is done for every chunk. */
  function hear(chunk: Chunk | undefined, isChunk: boolean): void {
    let isContent = isChunk;
    try {
      const said = hush(isChunk ? provider.describeChunk?.(chunk!, context) : provider.describeEnd?.(context));
      if (said) {
        const { isTerminal, error, isContent: isContentSaid } = said;
        // Most chunks say no more than whether they are content.
        if (
          said.usage || said.totalInputTokens || said.stopReason || said.model || said.id || said.requestId ||
          said.statusCode
        ) addTo<Partial<ResponseFacts>>(facts, readFacts(said));
        if (typeof isTerminal === "boolean") attempt.isComplete ||= isTerminal;
        if (error) {
          attempt.reported ??= error;
          return;
        }
        isContent = isContentSaid ?? isContent;
      }
    } catch {
      // A description that throws says nothing.
    }
    if (isContent) firstChunkAt ??= clock.now();
  }

  const attempt: StreamAttempt<Chunk> = {
    head: [],
    isAtEnd: false,
    isComplete: undefined,
    reported: undefined,
    async start() {
      upstream = upstreamOf(await span.run(() => provider.stream(request, context)));
      if (cancelled) return upstream.cancel(cancelled.reason);
      do {
        const result = await attempt.next();
        if (cancelled) return;
        attempt.read(result);
        if (attempt.reported) throw attempt.reported;
      } while (!attempt.isAtEnd && !cancelled && firstChunkAt === undefined && attempt.head.length < MOST_HELD_BACK);
    },
    next() {
      waitingSince ??= clock.now();
      const pulled = span.run(pull);
      return patient && hasChunks ? within(patient, undefined, idleTimeoutMs, pulled) : pulled;
    },
    read(result) {
      stopWaiting();
      if (Object(result) !== result) {
        // Its type alone: it may be a part of the answer.
        throw new TypeError(
          `Cannot read the stream: a result of 'next()' must be an object: current value is of type ${typeof result}`,
        );
      }
      const { done, value } = result;
      if (!done) {
        hasChunks = true;
        hear(value as Chunk, true);
        attempt.head.push(value as Chunk);
        return;
      }
      attempt.isAtEnd = true;
      attempt.readRest();
      const isWhole = attempt.isComplete ?? (firstChunkAt ?? facts.stopReason) !== undefined;
      if (!isWhole) attempt.reported ??= new TruncatedStreamError();
    },
    readRest() {
      if (!isRestRead) hear(undefined, !(isRestRead = true));
    },
    cancel(reason) {
      if (!attempt.isAtEnd) Context.abort(context, reason);
    },
    amend(ending, callStartedAt, durationMs = Infinity) {
      stopWaiting();
      const { isComplete, isAtEnd } = attempt;
      // Not below 0 where a clock was set back.
      const since = (start: number, unit = 1) =>
        firstChunkAt === undefined ? undefined : Math.max(0, Math.round(firstChunkAt - start)) / unit;
      const { stopReason, ...known } = facts;
      return addTo<Partial<Ending>>(known, ending, {
        stopReason: ending.outcome === "ok" ? stopReason : undefined,
        ofAttempt: {
          "llm.stream": true,
          "llm.first_chunk_ms": since(startedAt),
          "llm.wait_ms": Math.min(Math.round(waitedMs), durationMs),
          "llm.usage_partial": hasChunks && !(isComplete ?? isAtEnd) || undefined,
        },
        ofCall: { "gen_ai.response.time_to_first_chunk": since(callStartedAt, 1000) },
      }) as Ending;
    },
  };
  return attempt;
}

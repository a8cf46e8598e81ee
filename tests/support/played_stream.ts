import { type AttemptRecord, type ChunkDescription, type StreamProvider, streamWithRetry } from "../../mod.ts";
import { recordingTracer } from "../../src/testing.ts";
import { countingSignal, httpError } from "./scripted_provider.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** What an attempt does next, some milliseconds after it was asked. */
export interface PlannedStep {
  /** `undefined`: at once, without waiting. */
  readonly afterMs: number | undefined;
  readonly kind: "preliminary" | "content" | "terminal" | "report" | "break" | "hang";
}

export interface PlannedStream {
  readonly headersMs: number | undefined;
  readonly status: number | undefined;
  readonly shape: "iterable" | "generator" | "ReadableStream";
  readonly onAbort: "throw" | "end" | "ignore";
  readonly steps: readonly PlannedStep[];
}

/** Everything that happens to one stream. */
export interface StreamPlan {
  readonly attempts: readonly PlannedStream[];
  readonly attemptTimeoutMs: number | undefined;
  readonly idleTimeoutMs: number | undefined;
  readonly deadlineMs: number | undefined;
  readonly maxRetries: number;
  readonly abort: { readonly atMs: number; readonly hops: number } | undefined;
  /** How the consumer reads, and how long it dawdles before each chunk; it leaves after so many. */
  readonly consumer: {
    readonly reads: "iterator" | "reader" | "pairs";
    readonly pausesMs: readonly number[];
    readonly leavesAfter: number | undefined;
  };
}

export type PlayedChunk = ChunkDescription & { readonly attempt: number; readonly index: number };

/** What came of it. */
export interface PlayedStream {
  readonly received: readonly PlayedChunk[];
  readonly thrown: unknown[];
  readonly hasLeft: boolean;
  /** What the consumer was given after the end. */
  readonly after: unknown;
  readonly record: object | undefined;
  readonly records: readonly AttemptRecord[];
  readonly tracer: ReturnType<typeof recordingTracer>;
  readonly asked: number;
  readonly attempts: readonly {
    given: PlayedChunk[];
    pulls: number;
    pullsAfterEnd: number;
    open: number;
    most: number;
  }[];
  /** What was thrown by plan. */
  readonly errors: readonly unknown[];
  readonly reason: unknown;
  readonly openListeners: number;
  /** The library's timers when all was over. */
  readonly openTimers: number;
}

/** Plays one stream on a clock of its own. */
export async function playStream(plan: StreamPlan, clock: VirtualClock): Promise<PlayedStream> {
  const tracer = recordingTracer({ clock });
  const { controller, signal, listeners } = countingSignal();
  const reason = { toString: () => "The caller's own reason" };
  const attempts: PlayedStream["attempts"][number][] = [];
  const errors: unknown[] = [];
  const records: AttemptRecord[] = [];
  const own = new Set<unknown>();
  let isOver = false;

  function sleep(ms: number | undefined): Promise<void> {
    return ms === undefined ? Promise.resolve() : new Promise((resolve) => {
      const timer = clock.setTimeout(() => (own.delete(timer), resolve()), ms);
      own.add(timer);
    });
  }

  /** Waits, or does what an abort does; `false` if the stream is to end. */
  async function wait(ms: number | undefined, until: AbortSignal, onAbort: PlannedStream["onAbort"]): Promise<boolean> {
    if (onAbort === "ignore") return await sleep(ms).then(() => true);
    return await new Promise((resolve, reject) => {
      const stop = () => onAbort === "throw" ? reject(until.reason) : resolve(false);
      if (until.aborted) return stop();
      until.addEventListener("abort", stop);
      sleep(ms).then(() => resolve(true));
    });
  }

  const thrown = (error: unknown): never => {
    errors.push(error);
    throw error;
  };

  const provider: StreamProvider<{ model: string }, PlayedChunk> = {
    name: "openai",
    describeChunk: (chunk) => chunk,
    async stream(_request, { attempt, signal: until }) {
      const plans = plan.attempts[attempt] ?? ANSWERS;
      const log: (typeof attempts)[number] = { given: [], pulls: 0, pullsAfterEnd: 0, open: 0, most: 0 };
      attempts.push(log);
      await wait(plans.headersMs, until, plans.onAbort === "end" ? "throw" : plans.onAbort);
      if (plans.status !== undefined) thrown(httpError(plans.status));
      let index = 0;
      async function next(): Promise<IteratorResult<PlayedChunk, undefined>> {
        log.pulls++;
        if (isOver) log.pullsAfterEnd++;
        log.most = Math.max(log.most, ++log.open);
        try {
          const step = plans.steps[index];
          if (!step) return { done: true, value: undefined };
          if (step.kind === "hang") await wait(1e6, until, plans.onAbort === "ignore" ? "end" : plans.onAbort);
          else if (!await wait(step.afterMs, until, plans.onAbort)) return { done: true, value: undefined };
          if (step.kind === "break") thrown(Object.assign(new TypeError("terminated"), { code: "ECONNRESET" }));
          const value = { ...describe(step.kind), attempt, index: index++ };
          if (value.error) errors.push(value.error);
          log.given.push(value);
          return { done: false, value };
        } finally {
          log.open--;
        }
      }
      if (plans.shape === "iterable") return { [Symbol.asyncIterator]: () => ({ next }) };
      if (plans.shape === "generator") {
        return (async function* () {
          for (let it; !(it = await next()).done;) yield it.value;
        })();
      }
      return new ReadableStream({
        async pull(to) {
          const { done, value } = await next();
          if (done) to.close();
          else to.enqueue(value);
        },
      }, { highWaterMark: 0 });
    },
  };

  if (plan.abort) {
    let { hops } = plan.abort;
    const hop = (): unknown => hops-- > 0 ? Promise.resolve().then(hop) : controller.abort(reason);
    sleep(plan.abort.atMs).then(hop);
  }

  const { attemptTimeoutMs, idleTimeoutMs, deadlineMs, maxRetries, consumer } = plan;
  const stream = streamWithRetry(provider, { model: "m-1" }, {
    clock,
    tracer,
    signal,
    attemptTimeoutMs,
    idleTimeoutMs,
    deadlineMs,
    retry: { maxRetries, jitter: "none", baseDelayMs: 100, maxDelayMs: 400 },
    onAttempt: (record) => records.push(record),
  });
  const received: PlayedChunk[] = [];
  const failures: unknown[] = [];
  let asked = 0;
  let hasLeft = false;
  const iterator = stream[Symbol.asyncIterator]();
  const reader = consumer.reads === "reader" ? stream.getReader() : undefined;
  const readOne = () => {
    asked++;
    return reader ? reader.read() : iterator.next();
  };
  try {
    for (let turn = 0;; turn++) {
      await sleep(consumer.pausesMs[turn % consumer.pausesMs.length] || undefined);
      if (turn === consumer.leavesAfter) {
        hasLeft = true;
        await (reader ? reader.cancel("left") : iterator.return!());
        break;
      }
      const results = await Promise.allSettled(consumer.reads === "pairs" ? [readOne(), readOne()] : [readOne()]);
      const rejected = results.filter((it) => it.status === "rejected");
      failures.push(...rejected.map((it) => it.reason));
      for (const it of results) if (it.status === "fulfilled" && !it.value.done) received.push(it.value.value!);
      if (rejected.length > 0 || results.some((it) => it.status === "fulfilled" && it.value.done)) break;
    }
  } catch (error) {
    failures.push(error);
  }
  const record = await stream.finished;
  isOver = true;
  const openTimers = clock.openTimers - own.size;
  const after = await iterator.next().then(({ done }) => done, (error) => error);
  return {
    received,
    thrown: failures,
    hasLeft,
    after,
    record,
    records,
    tracer,
    asked,
    attempts,
    errors,
    reason,
    openListeners: listeners(),
    openTimers,
  };
}

const ANSWERS: PlannedStream = {
  headersMs: undefined,
  status: undefined,
  shape: "iterable",
  onAbort: "throw",
  steps: [{ afterMs: undefined, kind: "content" }, { afterMs: undefined, kind: "terminal" }],
};

function describe(kind: PlannedStep["kind"]): ChunkDescription {
  if (kind === "content") return { isTerminal: false };
  if (kind === "terminal") {
    return { isContent: false, isTerminal: true, stopReason: "stop", usage: { outputTokens: 3 } };
  }
  const preliminary = { isContent: false, isTerminal: false, usage: { inputTokens: 25 } };
  return kind === "report"
    ? { ...preliminary, error: { type: "error", error: { type: "overloaded_error" } } }
    : preliminary;
}

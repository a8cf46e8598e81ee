import type { Clock } from "./clock.ts";
import { type FakeClock, fakeClock } from "./fake_clock.ts";
import type { StreamExitProvider, StreamExitRequest } from "./_exit_providers.ts";
import type { StreamProvider } from "./provider.ts";
import { recordingTracer } from "./recording_tracer.ts";
import { type ScriptedAttempt, type ScriptedChunk, ScriptedPlayer } from "./_scripted_service.ts";
import type { Attributes, Tracer } from "./tracer.ts";

/** The options that an exit uses; all of them are `streamWithRetry`'s own. */
export interface StreamExitCallOptions {
  /** Where the spans go. */
  readonly tracer: Tracer;
  /** The caller's. */
  readonly signal: AbortSignal;
  /** Time. */
  readonly clock: Clock;
  /** When to try again. */
  readonly retry: { readonly jitter: "none"; readonly maxDelayMs: number; readonly maxRetries: number };
  /** As of `streamWithRetry`. */
  readonly attemptTimeoutMs?: number;
  /** As of `streamWithRetry`. */
  readonly idleTimeoutMs?: number;
  /** As of `streamWithRetry`. */
  readonly deadlineMs?: number;
}

/** What is under test: the library itself, or your own functions around it under the same names. */
export interface StreamLibrary {
  /** Starts a stream. */
  streamWithRetry<Chunk>(
    provider: StreamProvider<StreamExitRequest, Chunk>,
    request: StreamExitRequest,
    options: StreamExitCallOptions,
  ): ReadableStream<Chunk> & AsyncIterable<Chunk> & { readonly finished: Promise<object | undefined> };
  /** The attempts behind an error; checked if it is there. */
  attemptsOf?(error: unknown): readonly object[];
}

/** A span as a backend shows it. */
export interface StreamExitSpan {
  /** Its name. */
  readonly name: string;
  /** All its attributes. */
  readonly attributes: Attributes;
  /** Whether it is marked as failed. */
  readonly isFailed: boolean;
  /** How often it was ended; a backend that cannot tell may say 1 for each span that it exported. */
  readonly endCount: number;
}

/** A tracer, and what came of it. */
export interface StreamExitBackend {
  /** Where the spans go. */
  readonly tracer: Tracer;
  /** All spans so far, those that are still open too, in any order. */
  spans(): readonly StreamExitSpan[];
}

/** The backend that needs nothing. */
export function recordingBackend(clock: Pick<Clock, "now">): StreamExitBackend {
  const tracer = recordingTracer({ clock });
  return {
    tracer,
    spans: () =>
      tracer.spans.map(({ name, attributes, status, endCount, misuses }) => ({
        name,
        attributes,
        isFailed: status !== undefined,
        endCount: endCount + misuses.length,
      })),
  };
}

/** Nothing in the suite takes longer. */
const LONGEST_MS = 20_000;

/** Nothing in the suite says more. */
const MOST_CHUNKS = 100;

/** Whoever reads in place of the iterator. */
type Reader = Pick<ReadableStreamDefaultReader<unknown>, "read">;

/** One stream on the stage: its consumer, its caller, and the time. */
export class Scene {
  readonly clock: SteppingClock = steppingClock();
  readonly service: ScriptedPlayer;
  readonly backend: StreamExitBackend;
  readonly received: unknown[] = [];
  /** What the consumer was thrown, if it was. */
  thrown: { readonly error: unknown } | undefined;
  /** What the caller aborts with. */
  readonly reason: object = { toString: () => "The caller's own reason" };
  /** When somebody left, by the clock. */
  leftAt: number | undefined;
  /** Whether the service knew before whoever left went on. */
  wasAtOnce: boolean | undefined;
  stream!: ReturnType<StreamLibrary["streamWithRetry"]>;
  readonly #provider: StreamExitProvider;
  readonly #controller = new AbortController();
  readonly #listeners: Set<unknown>;
  /** Attempts before those that the exit is about. */
  readonly #before: number;
  #iterator: AsyncIterator<unknown> | undefined;

  constructor(
    provider: StreamExitProvider,
    script: readonly ScriptedAttempt[],
    before: number,
    backend: (clock: FakeClock) => StreamExitBackend,
  ) {
    this.#provider = provider;
    this.#before = before;
    this.service = new ScriptedPlayer(this.clock, script);
    this.backend = backend(this.clock);
    this.#listeners = listenersOf(this.#controller.signal);
  }

  /** Starts the stream. */
  start(library: StreamLibrary, limits: Partial<StreamExitCallOptions>, maxRetries: number): void {
    this.stream = library.streamWithRetry(
      this.#provider.create(this.service),
      { model: "m-1", messages: [{ role: "user", content: "Hi" }] },
      {
        tracer: this.backend.tracer,
        signal: this.#controller.signal,
        clock: this.clock,
        retry: { jitter: "none", maxDelayMs: 1000, maxRetries },
        ...limits,
      },
    );
    // A rejection is found, and is not to end the process before.
    Promise.resolve(this.stream.finished).catch(() => {});
  }

  get iterator(): AsyncIterator<unknown> {
    return this.#iterator ??= this.stream[Symbol.asyncIterator]();
  }

  /** Whether the exit used it. */
  get isIterated(): boolean {
    return this.#iterator !== undefined;
  }

  get isAborted(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Listeners on the caller's signal. */
  get listeners(): number {
    return this.#listeners.size;
  }

  textOf(chunk: unknown): string {
    return this.#provider.textOf ? this.#provider.textOf(chunk) : (chunk as ScriptedChunk).text;
  }

  pass(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  /** Lets time pass until `isSo`. */
  async until(isSo: () => boolean): Promise<void> {
    const end = this.clock.now() + LONGEST_MS;
    for (await this.pass(0); !isSo(); await this.pass(this.clock.untilNext)) {
      if (!(this.clock.now() + this.clock.untilNext < end)) {
        throw new Error("The stream hangs: what is waited for does not come");
      }
    }
  }

  /** Lets time pass until `work` has settled, and gives what it gives. */
  async settled<T>(work: PromiseLike<T>): Promise<T> {
    let isSettled = false;
    const settle = () => isSettled = true;
    work.then(settle, settle);
    await this.until(() => isSettled);
    return await work;
  }

  /** Lets time pass until `ms` after the exit's own attempt number `attempt` was started. */
  async reach(ms: number, attempt = 0): Promise<void> {
    const index = this.#before + attempt;
    await this.until(() => this.service.log.length > index);
    await this.pass(this.service.log[index]!.openedAt + ms - this.clock.now());
  }

  /** Runs a consumer, and keeps what it is thrown. */
  async consume(work: () => PromiseLike<unknown>): Promise<void> {
    try {
      await this.settled(work());
    } catch (error) {
      this.thrown = { error };
    }
  }

  /** Reads up to the chunk that says `text`; all, without one. */
  async read(text?: string): Promise<void> {
    await this.consume(() => this.readUpTo(text));
  }

  /** The same, without letting time pass. */
  async readUpTo(text?: string, from?: Reader): Promise<void> {
    while (await this.readOne(from) && (text === undefined || this.textOf(this.received.at(-1)) !== text));
  }

  /** Reads one chunk, if there is one. */
  async readOne(from?: Reader): Promise<boolean> {
    const { done, value } = await (from ? from.read() : this.iterator.next());
    if (!done) this.keep(value);
    return !done;
  }

  /** The same for who looks at the answer later. */
  ask(from?: Reader): Promise<boolean> {
    const asked = this.readOne(from);
    asked.catch(() => {});
    return asked;
  }

  /** Takes in a chunk. */
  keep(chunk: unknown): void {
    if (this.received.push(chunk) > MOST_CHUNKS) throw new Error("The stream goes on and on");
  }

  /** The consumer leaves; lets time pass until it has left. */
  async leave(action: () => PromiseLike<unknown>): Promise<void> {
    await this.settled(this.act(action));
  }

  /** Does what ends the stream, and looks whether the service knows at once. */
  act<T>(action: () => T): T {
    this.leftAt = this.clock.now();
    try {
      return action();
    } finally {
      this.wasAtOnce = this.service.log.at(-1)?.cancelledAt !== undefined;
    }
  }

  /** The caller aborts. */
  abort(): void {
    this.act(() => this.#controller.abort(this.reason));
  }
}

/** A fake clock that tells how long it is until its next timer: `Infinity`, if there is none. */
interface SteppingClock extends FakeClock {
  readonly untilNext: number;
}

function steppingClock(): SteppingClock {
  const clock = fakeClock();
  const dues = new Map<unknown, number>();
  return Object.defineProperties({ ...clock }, {
    pendingTimers: { get: () => clock.pendingTimers },
    untilNext: { get: () => Math.min(...dues.values()) - clock.now() },
    setTimeout: {
      value(callback: () => void, ms: number): unknown {
        const handle = clock.setTimeout(() => {
          dues.delete(handle);
          callback();
        }, ms);
        dues.set(handle, clock.now() + ms);
        return handle;
      },
    },
    clearTimeout: {
      value(handle: unknown): void {
        dues.delete(handle);
        clock.clearTimeout(handle);
      },
    },
  }) as SteppingClock;
}

/** The listeners of a signal, as they come and go. */
function listenersOf(signal: AbortSignal): Set<unknown> {
  const listeners = new Set<unknown>();
  const { addEventListener: add, removeEventListener: remove } = signal;
  signal.addEventListener = function (this: AbortSignal, ...args: Parameters<typeof add>) {
    listeners.add(args[1]);
    add.apply(this, args);
  } as typeof add;
  signal.removeEventListener = function (this: AbortSignal, ...args: Parameters<typeof remove>) {
    listeners.delete(args[1]);
    remove.apply(this, args);
  } as typeof remove;
  return listeners;
}

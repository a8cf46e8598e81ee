import type { Clock } from "./clock.ts";
import type { ChunkDescription } from "./provider.ts";

/** What the suite's service says in one go. It describes itself, so `describeChunk` may give it back as it is. */
export interface ScriptedChunk extends ChunkDescription {
  /** The part of the answer; empty for a chunk that carries none. */
  readonly text: string;
}

/** The service behind a provider under test. */
export interface ScriptedService {
  /**
   * Sends a request. Rejects with what an SDK would throw for a bad status: an error with `status` and `headers`.
   *
   * @param signal What ends the exchange, at any time.
   */
  open(signal: AbortSignal): Promise<ScriptedBody>;
}

/** The service's answer to one request. */
export interface ScriptedBody {
  /**
   * The next chunk, or `undefined` at the end. Rejects if the connection breaks, and most times if the signal aborts: some
   * SDKs end in silence instead, so does the service at times.
   */
  pull(): Promise<ScriptedChunk | undefined>;
  /** Closes the connection. A `pull` that is waiting gets `undefined`. */
  cancel(): void;
}

/** One exchange as it is meant to be. */
export interface ScriptedAttempt {
  /** Milliseconds until `open` settles. */
  readonly headersMs: number;
  /** What it rejects with. */
  readonly refusal?: unknown;
  /** What is pulled, each some milliseconds after it was asked for; then the end. */
  readonly steps?: readonly { readonly afterMs: number; readonly chunk?: ScriptedChunk; readonly error?: unknown }[];
  /** What an abort does to what is waiting. @default {"throw"} */
  readonly onAbort?: "throw" | "end" | "ignore";
}

/** One exchange as it was, seen by the service. */
export interface ScriptedLog {
  /** When it was asked, by the clock. */
  readonly openedAt: number;
  /** How often it was pulled. */
  pulls: number;
  /** When it was let go of before its end, by signal or by `cancel()`. */
  cancelledAt: number | undefined;
  /** Whether its end was pulled. */
  isOver: boolean;
}

/** A service that plays one attempt after the other, and remembers what was done to it. */
export class ScriptedPlayer implements ScriptedService {
  /** The exchanges so far. */
  readonly log: ScriptedLog[] = [];
  /** Its own timers that are running. */
  openTimers = 0;
  readonly #clock: Clock;
  readonly #script: readonly ScriptedAttempt[];

  constructor(clock: Clock, script: readonly ScriptedAttempt[]) {
    this.#clock = clock;
    this.#script = script;
  }

  async open(signal: AbortSignal): Promise<ScriptedBody> {
    const log: ScriptedLog = { openedAt: this.#clock.now(), pulls: 0, cancelledAt: undefined, isOver: false };
    const script = this.#script[this.log.push(log) - 1];
    if (!script) throw new Error("The suite's service was asked more often than planned");
    const { headersMs, onAbort = "throw", steps = [] } = script;
    const letGo = () => {
      if (!log.isOver) log.cancelledAt ??= this.#clock.now();
    };
    if (signal.aborted) letGo();
    else signal.addEventListener("abort", letGo);
    let close = () => {};
    const closed = new Promise<"closed">((resolve) => close = () => resolve("closed"));

    await this.#wait(headersMs, signal, onAbort === "end" ? "throw" : onAbort, closed);
    if ("refusal" in script) throw script.refusal;
    let index = 0;
    return {
      pull: async () => {
        log.pulls++;
        const step = steps[index++];
        if (!step) return void (log.isOver = true);
        if (await this.#wait(step.afterMs, signal, onAbort, closed) !== "passed") return undefined;
        if ("error" in step) throw step.error;
        return step.chunk;
      },
      cancel: () => {
        letGo();
        close();
      },
    };
  }

  /** Waits, or does what `onAbort` says. */
  async #wait(ms: number, signal: AbortSignal, onAbort: string, closed: Promise<"closed">): Promise<string> {
    let timer: unknown;
    let stop = () => {};
    const passed = new Promise<string>((resolve, reject) => {
      stop = () => onAbort === "throw" ? reject(signal.reason) : onAbort === "end" && resolve("ended");
      if (signal.aborted) stop();
      signal.addEventListener("abort", stop);
      if (ms === Infinity) return;
      this.openTimers++;
      timer = this.#clock.setTimeout(() => resolve("passed"), ms);
    });
    try {
      return await Promise.race([passed, closed]);
    } finally {
      signal.removeEventListener("abort", stop);
      this.#clock.clearTimeout(timer);
      if (timer !== undefined) this.openTimers--;
    }
  }
}

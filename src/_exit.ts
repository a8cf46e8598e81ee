import type { Outcome, RetryDecision } from "./attempt_record.ts";
import type { Scene, StreamExitCallOptions } from "./_exit_scene.ts";
import type { ScriptedAttempt, ScriptedChunk } from "./_scripted_service.ts";

/** What must come of it. Times are milliseconds from the last attempt's start. */
export interface Expected {
  /** Of the last attempt, and of the operation. */
  readonly outcome: Outcome;
  /** Of the last attempt. @default the outcome */
  readonly type?: string;
  /** Of the last attempt. @default {"cancelled"} if it was */
  readonly decision?: RetryDecision;
  /** Of the operation, where it is another one. */
  readonly operation?: Outcome;
  /** What the consumer has read. */
  readonly text: string;
  /** What the consumer was thrown: the caller's reason, what the service threw, or the library's own error by name. */
  readonly thrown?: "reason" | "script" | "TimeoutError" | "TruncatedStreamError";
  readonly firstChunkMs?: number;
  readonly waitMs: number;
  readonly durationMs: number;
  /** At least, and at most if more is possible. */
  readonly pulls: number | readonly [number, number];
  /** Token counts that were reported: of the prompt, or of the answer too. */
  readonly usage?: "input" | "all";
  readonly isPartial?: boolean;
  readonly stopReason?: string;
  /** Whether the service is let go of: at once means before whoever left goes on. */
  readonly cancelled?: "at once" | "soon";
  /** All waits of the exit's own, before other attempts or cut short. */
  readonly waitedMs?: number;
}

/** One way out of a stream. */
export interface Exit {
  readonly name: string;
  /** The exit's own attempts. @default one that is answered */
  readonly script?: readonly ScriptedAttempt[];
  /** Options, for a call whose own first attempt starts `startMs` after the call. */
  readonly limits?: (startMs: number) => Partial<StreamExitCallOptions>;
  /** Retries that are left when the exit's own first attempt starts. */
  readonly retriesLeft?: number;
  /** Whether it only makes sense with chunks and errors that are the scripted ones. */
  readonly isPlain?: boolean;
  /** Whether the provider is never asked. */
  readonly isUnasked?: boolean;
  /** What the consumer and the caller do, up to where it is over. */
  play(scene: Scene): void | Promise<void>;
  readonly expected: Expected;
}

/** What comes before the answer. */
export const ROLE: ScriptedChunk = { text: "", isContent: false, isTerminal: false, usage: { inputTokens: 25 } };

/** The answer: its first content is there after 100 ms, its end after 200 ms, if nobody dawdles. */
export const ANSWER: ScriptedAttempt = {
  headersMs: 50,
  steps: [
    { afterMs: 20, chunk: ROLE },
    { afterMs: 30, chunk: { text: "Hello", isContent: true, isTerminal: false } },
    { afterMs: 40, chunk: { text: " you", isContent: true, isTerminal: false } },
    { afterMs: 50, chunk: { text: "!", isContent: true, isTerminal: false } },
    {
      afterMs: 10,
      chunk: { text: "", isContent: false, isTerminal: true, usage: { outputTokens: 3 }, stopReason: "stop" },
    },
  ],
};

/** The answer's first `count` steps, then `rest`. */
export function cut(count: number, ...rest: NonNullable<ScriptedAttempt["steps"]>): readonly ScriptedAttempt[] {
  return [{ ...ANSWER, steps: [...ANSWER.steps!.slice(0, count), ...rest] }];
}

/** The answer from a service that does not heed an abort as `fetch` does. */
export function heedless(onAbort: "end" | "ignore"): readonly ScriptedAttempt[] {
  return [{ ...ANSWER, onAbort }];
}

/** An attempt that is refused after 50 ms. */
export function refused(status: number, headers: Record<string, string> = {}): ScriptedAttempt {
  const refusal = Object.assign(new Error(`The service says ${status}`), { status, headers });
  return { headersMs: 50, refusal };
}

/** What a service says in a stream when it cannot go on. */
export function reported(): ScriptedChunk {
  const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  return { text: "", isContent: false, isTerminal: false, error };
}

/** A broken connection. */
export function broken(): Error {
  return Object.assign(new TypeError("terminated"), { cause: { code: "UND_ERR_SOCKET" } });
}

/** How it is at the first content. */
export const AT_FIRST = { text: "Hello", firstChunkMs: 100, waitMs: 100, durationMs: 100, pulls: 2 } as const;
/** What is known of the usage before the end. */
export const PARTLY = { usage: "input", isPartial: true } as const;
/** The consumer or the caller wants no more. */
export const LEFT = { outcome: "cancelled", cancelled: "at once", usage: "input", isPartial: true } as const;
/** How a whole answer is. */
export const WHOLE = {
  outcome: "ok",
  text: "Hello you!",
  firstChunkMs: 100,
  waitMs: 200,
  durationMs: 200,
  pulls: 6,
  usage: "all",
  stopReason: "end_turn",
} as const;

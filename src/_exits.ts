import {
  ANSWER,
  AT_FIRST,
  broken,
  cut,
  type Exit,
  heedless,
  LEFT,
  PARTLY,
  refused,
  reported,
  ROLE,
  WHOLE,
} from "./_exit.ts";
import type { Scene } from "./_exit_scene.ts";
import type { ScriptedAttempt } from "./_scripted_service.ts";

/** A service that says no more, and does not end. */
const HANG = { afterMs: Infinity };

/** A second of the consumer's own between two chunks. */
async function readSlowly(scene: Scene): Promise<void> {
  await scene.consume(async () => {
    while (await scene.readOne()) await new Promise<void>((resolve) => scene.clock.setTimeout(resolve, 1000));
  });
}

/** A sink that does `write` with each chunk. */
function sink(scene: Scene, write: (text: string) => unknown = () => {}): WritableStream<unknown> {
  return new WritableStream({
    async write(chunk) {
      scene.keep(chunk);
      await write(scene.textOf(chunk));
    },
  });
}

const ends = (): readonly Exit[] => [
  {
    name: "end, read with for await",
    play: (scene) =>
      scene.consume(async () => {
        for await (const chunk of scene.stream) scene.keep(chunk);
      }),
    expected: WHOLE,
  },
  {
    name: "end, read with a reader",
    play: (scene) => scene.consume(() => scene.readUpTo(undefined, scene.stream.getReader())),
    expected: WHOLE,
  },
  {
    name: "end, read through pipeThrough() and pipeTo()",
    play: (scene) => scene.consume(() => scene.stream.pipeThrough(new TransformStream()).pipeTo(sink(scene))),
    expected: WHOLE,
  },
  {
    name: "end, read slowly",
    isPlain: true,
    limits: () => ({ idleTimeoutMs: 60, attemptTimeoutMs: 110 }),
    play: readSlowly,
    expected: { ...WHOLE, durationMs: 5200 },
  },
  {
    name: "end of a format without an end marker",
    isPlain: true,
    script: [{
      headersMs: 50,
      steps: [{ afterMs: 50, chunk: { text: "Hello" } }, { afterMs: 40, chunk: { text: " you" } }],
    }],
    play: (scene) => scene.read(),
    expected: { outcome: "ok", text: "Hello you", firstChunkMs: 100, waitMs: 140, durationMs: 140, pulls: 3 },
  },
  {
    name: "break after the end marker",
    isPlain: true,
    async play(scene) {
      await scene.consume(async () => {
        for (let chunks = 0; chunks < 5; chunks++) await scene.readOne();
      });
      await scene.leave(() => scene.iterator.return!());
    },
    expected: { ...WHOLE, pulls: 5, cancelled: "at once" },
  },
  {
    name: "attempt timeout after the first content, which it does not guard",
    limits: () => ({ attemptTimeoutMs: 150 }),
    play: (scene) => scene.read(),
    expected: WHOLE,
  },
];

const leaving = (): readonly Exit[] => [
  {
    name: "break after the first content",
    play: (scene) =>
      scene.consume(async () => {
        for await (const chunk of scene.stream) {
          scene.keep(chunk);
          if (scene.textOf(chunk)) break;
        }
      }),
    expected: { ...LEFT, ...AT_FIRST, cancelled: "soon" },
  },
  {
    name: "a throw of the consumer's own inside for await",
    play: (scene) =>
      scene.consume(async () => {
        for await (const chunk of scene.stream) {
          scene.keep(chunk);
          if (scene.textOf(chunk)) throw scene.reason;
        }
      }),
    expected: { ...LEFT, ...AT_FIRST, cancelled: "soon", thrown: "reason" },
  },
  {
    name: "return() after the first content",
    async play(scene) {
      await scene.read("Hello");
      await scene.leave(() => scene.iterator.return!());
    },
    expected: { ...LEFT, ...AT_FIRST },
  },
  {
    name: "return() between two chunks",
    async play(scene) {
      await scene.read(" you");
      await scene.pass(500);
      await scene.leave(() => scene.iterator.return!());
    },
    expected: { ...LEFT, text: "Hello you", firstChunkMs: 100, waitMs: 140, durationMs: 640, pulls: 3 },
  },
  {
    name: "return() before what was there is read",
    async play(scene) {
      await scene.reach(200);
      await scene.leave(() => scene.iterator.return!());
    },
    expected: { ...LEFT, ...AT_FIRST, text: "", durationMs: 200 },
  },
  {
    name: "return() while a chunk is awaited",
    async play(scene) {
      await scene.read("Hello");
      const asked = scene.ask();
      await scene.pass(20);
      await scene.leave(() => scene.iterator.return!());
      await scene.settled(asked);
    },
    expected: { ...LEFT, ...AT_FIRST, waitMs: 120, durationMs: 120, pulls: 3 },
  },
  {
    name: "return() before the headers",
    async play(scene) {
      await scene.reach(20);
      await scene.leave(() => scene.iterator.return!());
    },
    expected: { outcome: "cancelled", cancelled: "at once", text: "", waitMs: 20, durationMs: 20, pulls: 0 },
  },
  {
    name: "return() before the headers of a service that ignores it",
    script: heedless("ignore"),
    async play(scene) {
      await scene.reach(20);
      await scene.leave(() => scene.iterator.return!());
      await scene.pass(30);
    },
    expected: { outcome: "cancelled", cancelled: "at once", text: "", waitMs: 20, durationMs: 20, pulls: [0, 1] },
  },
  {
    name: "return() before the first content",
    async play(scene) {
      await scene.reach(80);
      await scene.leave(() => scene.iterator.return!());
    },
    expected: { ...LEFT, text: "", waitMs: 80, durationMs: 80, pulls: 2 },
  },
  {
    name: "return() in the wait before a retry",
    script: [refused(503, { "retry-after-ms": "1000" }), ANSWER],
    async play(scene) {
      await scene.reach(450);
      await scene.leave(() => scene.iterator.return!());
    },
    expected: {
      outcome: "error",
      type: "server_error",
      decision: "retry",
      operation: "cancelled",
      text: "",
      waitMs: 50,
      durationMs: 50,
      pulls: 0,
      waitedMs: 400,
    },
  },
  {
    name: "throw() between two chunks",
    async play(scene) {
      await scene.read("Hello");
      await scene.consume(() => scene.act(() => scene.iterator.throw!(scene.reason)));
    },
    expected: { ...LEFT, ...AT_FIRST, thrown: "reason" },
  },
  {
    name: "cancel() after the first content",
    async play(scene) {
      await scene.read("Hello");
      await scene.leave(() => scene.stream.cancel());
    },
    expected: { ...LEFT, ...AT_FIRST },
  },
  {
    name: "cancel() before the first content",
    async play(scene) {
      await scene.reach(80);
      await scene.leave(() => scene.stream.cancel(scene.reason));
    },
    expected: { ...LEFT, text: "", waitMs: 80, durationMs: 80, pulls: 2 },
  },
  {
    name: "cancel() in the wait before a retry",
    script: [refused(503, { "retry-after-ms": "1000" }), ANSWER],
    async play(scene) {
      await scene.reach(450);
      await scene.leave(() => scene.stream.cancel());
    },
    expected: {
      outcome: "error",
      type: "server_error",
      decision: "retry",
      operation: "cancelled",
      text: "",
      waitMs: 50,
      durationMs: 50,
      pulls: 0,
      waitedMs: 400,
    },
  },
  {
    name: "cancel() through a reader, while a chunk is awaited",
    async play(scene) {
      const reader = scene.stream.getReader();
      await scene.consume(() => scene.readUpTo("Hello", reader));
      const asked = scene.ask(reader);
      await scene.pass(20);
      await scene.leave(() => reader.cancel(scene.reason));
      await scene.settled(asked);
    },
    expected: { ...LEFT, ...AT_FIRST, waitMs: 120, durationMs: 120, pulls: 3 },
  },
  {
    name: "pipeTo() a sink that fails",
    play: (scene) =>
      scene.consume(() =>
        scene.stream.pipeTo(sink(scene, (text) => {
          if (text) throw scene.reason;
        }))
      ),
    expected: { ...LEFT, ...AT_FIRST, cancelled: "soon", thrown: "reason", pulls: [2, 3] },
  },
  {
    name: "pipeTo() that is aborted",
    async play(scene) {
      const stop = new AbortController();
      // Who is piped to takes its time, because not every runtime ends a pipe that waits for a chunk.
      const written = () => new Promise<void>((resolve) => scene.clock.setTimeout(resolve, 30));
      const piped = scene.stream.pipeTo(sink(scene, (text) => text ? written() : undefined), { signal: stop.signal });
      piped.catch(() => {});
      await scene.reach(120);
      stop.abort(scene.reason);
      await scene.consume(() => piped);
    },
    expected: { ...LEFT, ...AT_FIRST, durationMs: 130, cancelled: "soon", thrown: "reason", pulls: [2, 3] },
  },
  {
    name: "cancel() behind pipeThrough()",
    play: (scene) =>
      scene.consume(async () => {
        const reader = scene.stream.pipeThrough(new TransformStream()).getReader();
        await scene.readUpTo("Hello", reader);
        await reader.cancel(scene.reason);
      }),
    expected: { ...LEFT, ...AT_FIRST, cancelled: "soon", pulls: [2, 3] },
  },
];

const failing = (): readonly Exit[] => [
  {
    name: "error in mid-stream",
    script: cut(2, { afterMs: 40, error: broken() }),
    play: (scene) => scene.read(),
    expected: {
      ...AT_FIRST,
      ...PARTLY,
      outcome: "error",
      type: "network",
      decision: "already_streaming",
      thrown: "script",
      waitMs: 140,
      durationMs: 140,
      pulls: 3,
    },
  },
  {
    name: "error event after the first content",
    script: cut(2, { afterMs: 40, chunk: reported() }, HANG),
    play: (scene) => scene.read(),
    expected: {
      ...AT_FIRST,
      ...PARTLY,
      outcome: "error",
      type: "overloaded",
      decision: "already_streaming",
      thrown: "script",
      waitMs: 140,
      durationMs: 140,
      pulls: 3,
    },
  },
  {
    name: "error event before the first content, with no retry left",
    retriesLeft: 0,
    script: cut(1, { afterMs: 30, chunk: reported() }, HANG),
    play: (scene) => scene.read(),
    expected: {
      ...PARTLY,
      outcome: "error",
      type: "overloaded",
      decision: "exhausted",
      text: "",
      thrown: "script",
      waitMs: 100,
      durationMs: 100,
      pulls: 2,
    },
  },
  {
    name: "end of a truncated stream",
    script: cut(2),
    play: (scene) => scene.read(),
    expected: {
      ...AT_FIRST,
      ...PARTLY,
      outcome: "error",
      type: "truncated_stream",
      decision: "already_streaming",
      thrown: "TruncatedStreamError",
      pulls: 3,
    },
  },
  {
    name: "end before the first content, with no retry left",
    retriesLeft: 0,
    script: cut(1),
    play: (scene) => scene.read(),
    expected: {
      ...PARTLY,
      outcome: "error",
      type: "truncated_stream",
      decision: "exhausted",
      text: "",
      thrown: "TruncatedStreamError",
      waitMs: 70,
      durationMs: 70,
      pulls: 2,
    },
  },
  {
    name: "end of an empty stream, with no retry left",
    retriesLeft: 0,
    script: cut(0),
    play: (scene) => scene.read(),
    expected: {
      outcome: "error",
      type: "truncated_stream",
      decision: "exhausted",
      text: "",
      thrown: "TruncatedStreamError",
      waitMs: 50,
      durationMs: 50,
      pulls: 1,
    },
  },
  {
    name: "end behind a stop reason, before content and the end marker, with no retry left",
    isPlain: true,
    retriesLeft: 0,
    script: cut(1, { afterMs: 30, chunk: { text: "", isContent: false, isTerminal: false, stopReason: "length" } }),
    play: (scene) => scene.read(),
    expected: {
      ...PARTLY,
      outcome: "error",
      type: "truncated_stream",
      decision: "exhausted",
      text: "",
      thrown: "TruncatedStreamError",
      waitMs: 100,
      durationMs: 100,
      pulls: 3,
    },
  },
  {
    name: "a truncated and an empty stream that are tried again",
    script: [...cut(1), ...cut(0), ANSWER],
    play: (scene) => scene.read(),
    expected: { ...WHOLE, waitedMs: 2000 },
  },
  {
    name: "a status that is not retried",
    script: [refused(400)],
    play: (scene) => scene.read(),
    expected: {
      outcome: "error",
      type: "invalid_request",
      decision: "not_retryable",
      text: "",
      thrown: "script",
      waitMs: 50,
      durationMs: 50,
      pulls: 0,
    },
  },
  {
    name: "a status that is, with no retry left",
    retriesLeft: 0,
    script: [refused(503)],
    play: (scene) => scene.read(),
    expected: {
      outcome: "error",
      type: "server_error",
      decision: "exhausted",
      text: "",
      thrown: "script",
      waitMs: 50,
      durationMs: 50,
      pulls: 0,
    },
  },
];

/** What the caller aborts while a chunk is awaited. */
function abortInMidStream(name: string, script: Exit["script"] = [ANSWER]): Exit {
  return {
    name,
    script,
    async play(scene) {
      await scene.read("Hello");
      const asked = scene.ask();
      await scene.pass(20);
      scene.abort();
      await scene.consume(() => asked);
    },
    expected: { ...LEFT, ...AT_FIRST, waitMs: 120, durationMs: 120, pulls: 3, thrown: "reason" },
  };
}

const aborting = (): readonly Exit[] => [
  {
    name: "abort before anything",
    isUnasked: true,
    play: (scene) => scene.read(),
    expected: { outcome: "cancelled", text: "", thrown: "reason", waitMs: 0, durationMs: 0, pulls: 0 },
  },
  {
    name: "abort before the headers",
    async play(scene) {
      await scene.reach(20);
      scene.abort();
      await scene.read();
    },
    expected: {
      outcome: "cancelled",
      cancelled: "at once",
      text: "",
      thrown: "reason",
      waitMs: 20,
      durationMs: 20,
      pulls: 0,
    },
  },
  {
    name: "abort before the first content",
    async play(scene) {
      const asked = scene.ask();
      await scene.reach(80);
      scene.abort();
      await scene.consume(() => asked);
    },
    expected: { ...LEFT, text: "", thrown: "reason", waitMs: 80, durationMs: 80, pulls: 2 },
  },
  {
    name: "abort before the first content of a service that then ends in silence",
    script: heedless("end"),
    async play(scene) {
      const asked = scene.ask();
      await scene.reach(80);
      scene.abort();
      await scene.consume(() => asked);
    },
    expected: { ...LEFT, text: "", thrown: "reason", waitMs: 80, durationMs: 80, pulls: 2 },
  },
  {
    name: "abort between two chunks",
    async play(scene) {
      await scene.read("Hello");
      await scene.pass(500);
      scene.abort();
      await scene.read();
    },
    expected: { ...LEFT, ...AT_FIRST, durationMs: 600, thrown: "reason" },
  },
  abortInMidStream("abort while a chunk is awaited"),
  abortInMidStream("abort of a service that then ends in silence", heedless("end")),
  abortInMidStream("abort of a service that ignores it", heedless("ignore")),
  {
    name: "abort while a reader awaits a chunk",
    async play(scene) {
      const read = scene.readUpTo(undefined, scene.stream.getReader());
      read.catch(() => {});
      await scene.reach(120);
      scene.abort();
      await scene.consume(() => read);
    },
    expected: { ...LEFT, ...AT_FIRST, waitMs: 120, durationMs: 120, pulls: 3, thrown: "reason" },
  },
  {
    name: "abort before anything is read",
    async play(scene) {
      await scene.reach(300);
      scene.abort();
      await scene.read();
    },
    expected: { ...LEFT, ...AT_FIRST, text: "", durationMs: 300, thrown: "reason" },
  },
  {
    name: "abort in the wait before a retry",
    script: [refused(503, { "retry-after-ms": "1000" }), ANSWER],
    async play(scene) {
      await scene.reach(450);
      scene.abort();
      await scene.read();
    },
    expected: {
      outcome: "error",
      type: "server_error",
      decision: "retry",
      operation: "cancelled",
      text: "",
      thrown: "reason",
      waitMs: 50,
      durationMs: 50,
      pulls: 0,
      waitedMs: 400,
    },
  },
];

const TIMED_OUT = { outcome: "timeout", cancelled: "soon", thrown: "TimeoutError" } as const;

const running = (): readonly Exit[] => [
  {
    name: "attempt timeout before the headers",
    retriesLeft: 0,
    limits: () => ({ attemptTimeoutMs: 80 }),
    script: [{ headersMs: Infinity }],
    play: (scene) => scene.read(),
    expected: { ...TIMED_OUT, decision: "exhausted", text: "", waitMs: 80, durationMs: 80, pulls: 0 },
  },
  {
    name: "attempt timeout before the headers of a service that ignores it",
    retriesLeft: 0,
    limits: () => ({ attemptTimeoutMs: 80 }),
    script: [{ ...ANSWER, headersMs: 120, onAbort: "ignore" }],
    async play(scene) {
      await scene.read();
      await scene.pass(100);
    },
    expected: { ...TIMED_OUT, decision: "exhausted", text: "", waitMs: 80, durationMs: 80, pulls: [0, 1] },
  },
  {
    name: "attempt timeout before the first content",
    retriesLeft: 0,
    limits: () => ({ attemptTimeoutMs: 80 }),
    play: (scene) => scene.read(),
    expected: { ...TIMED_OUT, ...PARTLY, decision: "exhausted", text: "", waitMs: 80, durationMs: 80, pulls: 2 },
  },
  {
    name: "idle timeout before the first content",
    retriesLeft: 0,
    limits: () => ({ idleTimeoutMs: 60 }),
    script: cut(1, HANG),
    play: (scene) => scene.read(),
    expected: { ...TIMED_OUT, ...PARTLY, decision: "exhausted", text: "", waitMs: 130, durationMs: 130, pulls: 2 },
  },
  {
    name: "idle timeout after the first content",
    limits: () => ({ idleTimeoutMs: 60 }),
    script: cut(2, HANG),
    play: (scene) => scene.read(),
    expected: {
      ...AT_FIRST,
      ...PARTLY,
      ...TIMED_OUT,
      decision: "already_streaming",
      waitMs: 160,
      durationMs: 160,
      pulls: 3,
    },
  },
  {
    name: "deadline before the headers",
    limits: (startMs) => ({ deadlineMs: startMs + 30 }),
    play: (scene) => scene.read(),
    expected: { ...TIMED_OUT, decision: "deadline", text: "", waitMs: 30, durationMs: 30, pulls: 0 },
  },
  {
    name: "deadline before the first content",
    limits: (startMs) => ({ deadlineMs: startMs + 80 }),
    play: (scene) => scene.read(),
    expected: { ...TIMED_OUT, ...PARTLY, decision: "deadline", text: "", waitMs: 80, durationMs: 80, pulls: 2 },
  },
  {
    name: "deadline while a chunk is awaited",
    limits: (startMs) => ({ deadlineMs: startMs + 120 }),
    play: (scene) => scene.read(),
    expected: {
      ...AT_FIRST,
      ...PARTLY,
      ...TIMED_OUT,
      decision: "deadline",
      waitMs: 120,
      durationMs: 120,
      pulls: 3,
    },
  },
  {
    name: "deadline between two chunks",
    limits: (startMs) => ({ deadlineMs: startMs + 500 }),
    async play(scene) {
      await scene.read("Hello");
      await scene.pass(1000);
      await scene.read();
    },
    expected: { ...AT_FIRST, ...PARTLY, ...TIMED_OUT, decision: "deadline", durationMs: 500 },
  },
  {
    name: "deadline of a stream that is never read",
    limits: (startMs) => ({ deadlineMs: startMs + 500 }),
    async play(scene) {
      await scene.reach(1000);
      await scene.read();
    },
    expected: { ...AT_FIRST, ...PARTLY, ...TIMED_OUT, decision: "deadline", text: "", durationMs: 500 },
  },
  {
    name: "deadline that the wait before a retry would pass",
    limits: (startMs) => ({ deadlineMs: startMs + 500 }),
    script: [refused(503, { "retry-after-ms": "1000" }), ANSWER],
    play: (scene) => scene.read(),
    expected: {
      outcome: "error",
      type: "server_error",
      decision: "deadline",
      text: "",
      thrown: "script",
      waitMs: 50,
      durationMs: 50,
      pulls: 0,
    },
  },
];

/** Every way out of a stream, made anew, since errors remember their attempts. */
export function exits(): readonly Exit[] {
  return [...ends(), ...leaving(), ...failing(), ...aborting(), ...running()];
}

/** Attempts before those that an exit is about. */
export interface Prelude {
  readonly name: string;
  /** The `error.type` of them. */
  readonly type?: string;
  readonly script: readonly ScriptedAttempt[];
}

/** What may happen before: each attempt fails after 50 ms and is tried again after a second. */
export function preludes(): readonly Prelude[] {
  return [
    { name: "at the first try", script: [] },
    { name: "after 429", type: "rate_limited", script: [refused(429, { "retry-after": "1" })] },
    { name: "after 529", type: "overloaded", script: [refused(529)] },
    {
      name: "after an error event",
      type: "overloaded",
      script: [{ headersMs: 20, steps: [{ afterMs: 10, chunk: ROLE }, { afterMs: 20, chunk: reported() }, HANG] }],
    },
  ];
}

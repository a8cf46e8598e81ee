import type { PlayedStream, StreamPlan } from "./played_stream.ts";

/** What must hold for every stream, by name. Each gives nothing if it holds, or else what was found instead. */
export const STREAM_INVARIANTS: Readonly<Record<string, (plan: StreamPlan, played: PlayedStream) => unknown>> = {
  "ends every span exactly once": (_, { tracer }) =>
    tracer.misuses.length > 0 && tracer.misuses ||
    tracer.spans.filter(({ endCount }) => endCount !== 1).map(({ name, endCount }) => ({ name, endCount })),

  "opens one span for every attempt, one after the other": (_, { tracer, attempts }) => {
    const calls = tracer.named("llm.call");
    const overlap = calls.some((span, index) => index > 0 && span.startTime < calls[index - 1]!.endTime!);
    return (overlap || calls.length !== attempts.length) && { overlap, calls: calls.length, attempts: attempts.length };
  },

  "has one outcome, and a decision unless it is ok": (_, { records }) =>
    records.filter((record) => (record["llm.outcome"] === "ok") !== (record["llm.retry.decision"] === undefined)),

  "retries exactly what it says it retries": (_, { records }) => {
    const decisions = records.map((record) => record["llm.retry.decision"]);
    return decisions.slice(0, -1).some((decision) => decision !== "retry") && decisions;
  },

  "makes up no stop reason and no usage": (_, { records, attempts }) =>
    records.filter((record, index) => {
      const seen = attempts[index]!.given;
      const isEnded = seen.some(({ stopReason }) => stopReason);
      const hasInput = seen.some(({ usage }) => usage?.inputTokens);
      return record["llm.stop_reason"] !== undefined && !(record["llm.outcome"] === "ok" && isEnded) ||
        record["llm.input_tokens"] !== undefined && !hasInput;
    }),

  "hands over the last attempt's chunks, untouched, in order and without a gap": (_, { received, attempts }) => {
    const given = attempts.at(-1)?.given ?? [];
    return received.some((chunk, index) => chunk !== given[index]) && { received, given };
  },

  "hands over all of a stream that ends well": (_, { received, attempts, records, hasLeft, thrown }) => {
    const given = attempts.at(-1)?.given ?? [];
    const isOk = records.at(-1)?.["llm.outcome"] === "ok" && !hasLeft;
    return isOk && (received.length !== given.length || thrown.length > 0) && { received, given, thrown };
  },

  "throws what the provider threw, the caller's reason, or an error of its own, the same to all": (_, played) => {
    const { thrown, errors, reason, records, hasLeft } = played;
    const isKnown = thrown.every((error) =>
      error === reason || errors.includes(error) ||
      /^(TimeoutError|TruncatedStreamError)$/.test((error as Error)?.name)
    );
    const isDue = !hasLeft && records.at(-1)?.["llm.outcome"] !== "ok";
    return (!isKnown || new Set(thrown).size !== (isDue ? 1 : 0)) && { thrown, isDue };
  },

  "says nothing new after the end": (_, { after, thrown }) => after !== (thrown.length ? thrown[0] : true) && { after },

  "pulls one chunk at a time, none that nobody asked for, none after the end": (_, { attempts, asked }) =>
    attempts.filter(({ most, pulls, pullsAfterEnd, given }) => {
      const first = given.findIndex(({ isContent }) => isContent !== false);
      const toContent = first < 0 ? given.length + 1 : first + 1;
      return most > 1 || pullsAfterEnd > 0 || pulls > Math.max(toContent, asked);
    }),

  "leaves no timer and no listener": (_, { openTimers, openListeners }) =>
    openTimers + openListeners > 0 && { openTimers, openListeners },

  "tells finished what is on the last span": (_, { tracer, record }) => {
    const last = tracer.named("llm.call").at(-1)?.attributes;
    return JSON.stringify(record) !== JSON.stringify(last) && { record, last };
  },

  "tells times that fit into each other": (plan, { tracer }) =>
    tracer.named("llm.call").filter(({ attributes, startTime, endTime }) => {
      const duration = attributes["llm.duration_ms"] as number;
      const first = attributes["llm.first_chunk_ms"] as number ?? 0;
      const wait = attributes["llm.wait_ms"] as number;
      return duration !== endTime! - startTime || first > duration || wait > duration || !(wait >= 0) ||
        duration > (plan.deadlineMs ?? Infinity);
    }).map(({ attributes }) => attributes),
};

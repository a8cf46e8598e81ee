import { attemptsOf } from "../../mod.ts";
import type { Plan, Played, PlayedSpan } from "./played_call.ts";

/** What must hold for every call, by name. Each gives nothing if it holds, or else what was found instead. */
export const INVARIANTS: Readonly<Record<string, (plan: Plan, played: Played) => unknown>> = {
  "ends every span exactly once": (_, { spans }) =>
    spans.filter(({ endCount, misuses }) => endCount !== 1 || misuses !== 0)
      .map(({ name, endCount, misuses }) => ({ name, endCount, misuses })),

  "opens one operation span, and below it one span for every attempt, 0 to n - 1": (_, { spans, attempts }) => {
    const [operation, ...calls] = spans;
    if (operation === undefined) return attempts;
    const numbers = calls.map((span) => span.attributes["llm.attempt"]);
    const isWhole = calls.length === attempts.length && numbers.every((number, index) => number === index);
    const isBelow = calls.every(({ name, parent }) => name === "llm.call" && parent as unknown === operation);
    return !(isWhole && isBelow && operation.attributes["llm.attempts"] === calls.length) &&
      { numbers, isBelow, calls: attempts.length, told: operation.attributes["llm.attempts"] };
  },

  "never passes the deadline": (plan, { startedAt, settledAt, attempts }) => {
    const deadline = startedAt + (plan.deadlineMs ?? Infinity);
    // Nobody can end what blocks the thread; but nothing new is begun.
    return isSteady(plan) && settledAt > deadline && { settledAt, deadline } ||
      attempts.filter(({ at }) => at >= deadline).map(({ at }) => ({ at, deadline }));
  },

  "never waits less than it said, nor than the server wished, nor much more": (plan, { spans }) =>
    calls(spans).slice(0, -1).map((span, attempt) => {
      // Nobody has heard what the server wished if it came too late.
      const wishMs = span.attributes["llm.outcome"] === "timeout" ? undefined : plan.attempts[attempt]?.wishMs;
      const saidMs = span.attributes["llm.retry.delay_ms"] as number;
      const waitedMs = calls(spans)[attempt + 1]!.startTime - span.endTime;
      const isShort = !(waitedMs >= saidMs && saidMs >= (wishMs ?? 0));
      const backoffMs = Math.min(plan.maxDelayMs, plan.baseDelayMs * 2 ** attempt);
      const isLong = saidMs > Math.ceil(Math.max((wishMs ?? 0) * 1.1, backoffMs)) ||
        isSteady(plan) && !plan.gates && waitedMs > saidMs;
      return (isShort || isLong) && { attempt, waitedMs, saidMs, wishMs, backoffMs };
    }).filter(Boolean),

  "makes no more attempts than allowed, each as long as allowed": (plan, { attempts, spans }) => {
    const limitMs = plan.attemptTimeoutMs ?? Infinity;
    const tooLong = calls(spans).filter(({ startTime, endTime }) => endTime - startTime > limitMs);
    return attempts.length > plan.maxRetries + 1 && attempts.length ||
      isSteady(plan) && tooLong.map(({ startTime, endTime }) => ({ startTime, endTime }));
  },

  "settles in the very moment it is aborted": (_, { abortedIn, settledIn }) =>
    abortedIn !== undefined && abortedIn !== settledIn && { abortedIn, settledIn },

  "starts no attempt once it is aborted": (_, { spans }) =>
    spans.filter(({ cameAfterAbort }) => cameAfterAbort).map(({ name, startTime }) => ({ name, startTime })),

  "leaves no timer and no listener": (_, { openTimers, openListeners }) =>
    (openTimers !== 0 || openListeners !== 0) && { openTimers, openListeners },

  "gives the provider's answer or last error as the same object, or the signal's reason": (_, played) => {
    const { settled, attempts, reason, abortedIn, records } = played;
    const last = attempts.at(-1);
    if ("answer" in settled) return settled.answer !== last?.answered[0] && settled;
    if (abortedIn !== undefined && settled.error === reason) return undefined;
    if (records.at(-1)?.["llm.outcome"] === "cancelled") return { settled, cancelled: true };
    const isProviders = last !== undefined && last.thrown.length > 0 && Object.is(last.thrown[0], settled.error);
    const isTimeout = records.at(-1)?.["llm.outcome"] === "timeout" && last?.signal.reason === settled.error;
    return !isProviders && !isTimeout && { error: settled.error instanceof Error ? settled.error : "another one" };
  },

  "aborts the signals of attempts that failed, and no other": (_, { attempts, settled }) => {
    const isSuccess = "answer" in settled;
    return attempts.map(({ signal }) => signal.aborted)
      .filter((isAborted, index) => isAborted === (isSuccess && index === attempts.length - 1));
  },

  "adds up: attempts and waits are the operation's time": (plan, { spans, settledAt }) => {
    const operation = spans[0];
    if (operation === undefined) return undefined;
    const durations = calls(spans).map((span) => span.attributes["llm.duration_ms"] as number);
    const queues = calls(spans).map((span) => span.attributes["llm.queue_ms"] as number ?? 0);
    const waitedMs = operation.attributes["llm.backoff_ms"] as number;
    const sum = [...durations, ...queues, waitedMs].reduce((a, b) => a + b, 0);
    const total = operation.endTime - operation.startTime;
    const isWrong = calls(spans).some(({ startTime, endTime }, index) => endTime - startTime !== durations[index]);
    // What a refusing gate took belongs to no attempt.
    const isOff = plan.gates ? sum > total : sum !== total;
    return (isOff || isWrong || operation.endTime !== settledAt) && { durations, queues, waitedMs, total };
  },

  "tells onAttempt and attemptsOf() what is on the spans": (_, { spans, records, settled }) => {
    const attributes = calls(spans).map((span) => span.attributes);
    if (!areSame(attributes, records)) return { attributes, records };
    if ("answer" in settled || Object(settled.error) !== settled.error || spans.length === 0) return undefined;
    const remembered = attemptsOf(settled.error);
    return !areSame(remembered, records) && { remembered, records };
  },

  "retries exactly what it says it retries": (plan, { records, settled, abortedIn }) => {
    const decisions = records.map((record) => record["llm.retry.decision"]);
    const last = decisions.pop();
    const areRetries = decisions.every((decision) => decision === "retry");
    const isEnd = "answer" in settled
      ? last === undefined
      : last !== "retry" || abortedIn !== undefined || !isSteady(plan) || plan.gates;
    const isExhausted = last !== "exhausted" || records.length === plan.maxRetries + 1;
    return !(areRetries && isEnd && isExhausted) && { decisions, last };
  },
};

/** What does not hold for a call, by name. */
export function violations(plan: Plan, played: Played): string[] {
  const found: string[] = [];
  for (const name in INVARIANTS) {
    const instead = INVARIANTS[name]!(plan, played);
    if (isViolation(instead)) found.push(`It ${name}: ${JSON.stringify(instead) ?? String(instead)}`);
  }
  return found;
}

/** Whether an invariant found something. */
export function isViolation(found: unknown): boolean {
  return Array.isArray(found) ? found.length > 0 : Boolean(found);
}

/** Whether nothing blocks the thread, so that timers fire on time. */
function isSteady(plan: Plan): boolean {
  return plan.attempts.every(({ blocksMs = 0 }) => blocksMs === 0);
}

function calls(spans: readonly PlayedSpan[]): readonly PlayedSpan[] {
  return spans.slice(1);
}

/** Whether both lists hold the same attributes with the same plain values. */
function areSame(some: readonly object[], others: readonly object[]): boolean {
  return some.length === others.length && some.every((one, index) => {
    const other = others[index] as Record<string, unknown>;
    let size = 0;
    for (const name in one) if (++size && (one as Record<string, unknown>)[name] !== other[name]) return false;
    for (const _ in other) size--;
    return size === 0;
  });
}

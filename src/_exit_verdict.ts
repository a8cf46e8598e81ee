import type { Exit, Expected } from "./_exit.ts";
import type { Scene, StreamExitSpan, StreamLibrary } from "./_exit_scene.ts";
import type { StreamExitProvider } from "./_exit_providers.ts";
import type { Prelude } from "./_exits.ts";
import type { ScriptedAttempt } from "./_scripted_service.ts";

/** What is known of one performance of an exit. */
export interface Performance {
  readonly library: StreamLibrary;
  readonly provider: StreamExitProvider;
  readonly prelude: Prelude;
  readonly exit: Exit;
  /** The exit's own attempts, as planned. */
  readonly script: readonly ScriptedAttempt[];
  readonly scene: Scene;
}

/** Everything that is not as it must be. */
class Findings {
  readonly list: string[] = [];

  /** Notes it if `actual` is not the `expected` value. */
  same(what: string, actual: unknown, expected: unknown): void {
    if (!Object.is(actual, expected)) this.list.push(`${what} is ${show(actual)}, not ${show(expected)}`);
  }

  /** Notes it if `actual` is over `most`, or under `least`. */
  within(what: string, actual: unknown, least: number, most: number): void {
    if (!(actual as number >= least && actual as number <= most)) {
      this.list.push(`${what} is ${show(actual)}, not ${least === most ? least : `${least} to ${most}`}`);
    }
  }
}

function show(value: unknown): string {
  if (typeof value === "string") return `"${value}"`;
  return value instanceof Error ? `${value.name}: ${value.message}` : String(value);
}

/** Lets `play` happen, and tells what came of it. @throws All that is wrong. */
export async function judgeExit(performance: Performance, play: () => Promise<void>): Promise<void> {
  const findings = new Findings();
  for (const step of [play, () => judge(findings, performance)]) {
    await step().catch((error) => findings.list.push(show(error)));
  }
  if (findings.list.length > 0) throw new Error(`${performance.exit.name}: ${findings.list.join("; ")}`);
}

/** Looks at everything that can be seen from outside, in the moment it is over and long after. */
async function judge(findings: Findings, performance: Performance): Promise<void> {
  const { scene } = performance;
  await scene.pass(0);
  const record = await promptly(scene.stream.finished);
  findings.same("listeners on the caller's signal", scene.listeners, 0);
  findings.same("timers of the library's", scene.clock.pendingTimers - scene.service.openTimers, 0);
  judgeConsumer(findings, performance);
  judgeService(findings, performance);
  judgeSpans(findings, performance, record);
  const before = stateOf(performance);
  await scene.pass(10_000);
  if (scene.isIterated) {
    // An error may be told again, or once.
    const onError = () => scene.thrown ? "done" : "an error";
    const told = scene.iterator.next().then(({ done }) => done ? "done" : "a chunk", onError);
    findings.same("what next() gives after the end", await scene.settled(told), "done");
  }
  findings.same("what happened up to the end (attempts, pulls, spans, ends)", stateOf(performance), before);
}

/** What `finished` has come to already, in words where that is no record; nothing is waited for. */
async function promptly(finished: PromiseLike<unknown>): Promise<unknown> {
  return await Promise.race([
    Promise.resolve(finished).catch((error) => `a rejection: ${show(error)}`),
    Promise.resolve().then(() => "nothing yet"),
  ]);
}

function stateOf({ scene, provider }: Performance): string {
  // What reads ahead may not know yet.
  const pulls = provider.readsAhead ? [] : scene.service.log.map((exchange) => exchange.pulls);
  const spans = scene.backend.spans();
  return JSON.stringify([pulls, spans.length, spans.map(({ endCount }) => endCount)]);
}

function judgeConsumer(findings: Findings, { library, provider, prelude, script, exit, scene }: Performance): void {
  const { text, thrown, operation, outcome } = exit.expected;
  findings.same("the text that was read", scene.received.map((chunk) => scene.textOf(chunk)).join(""), text);
  const error = scene.thrown?.error;
  const last = script[scene.service.log.length - prelude.script.length - 1];
  findings.same("whether something was thrown", scene.thrown !== undefined, thrown !== undefined);
  if (!provider.textOf) {
    const isSame = scene.received.every((chunk, index) => chunk === last?.steps?.[index]?.chunk);
    findings.same("whether the chunks are the service's own, in order", isSame, true);
  }
  if (thrown === "reason") findings.same("what was thrown", error, scene.reason);
  else if (thrown === "script") {
    if (!provider.textOf) findings.same("what was thrown", error, failureIn(last));
  } else if ((error as Error | undefined)?.name !== thrown) findings.same("what was thrown", error, thrown);
  if (library.attemptsOf && thrown && !exit.isUnasked && (thrown !== "reason" || scene.isAborted)) {
    const attempts = library.attemptsOf(error);
    findings.same("the number of attemptsOf(error)", attempts.length, scene.service.log.length);
    const told = attempts.at(-1) as Record<string, unknown> | undefined;
    findings.same("the last outcome of attemptsOf(error)", told?.["llm.outcome"], operation ? "error" : outcome);
  }
}

/** What a scripted attempt fails with. */
function failureIn(attempt: ScriptedAttempt | undefined): unknown {
  const step = attempt?.steps?.find(({ error, chunk }) => error || chunk?.error);
  return attempt?.refusal ?? step?.error ?? step?.chunk?.error;
}

function judgeService(findings: Findings, { provider, prelude, exit, script, scene }: Performance): void {
  const { log } = scene.service;
  const { expected } = exit;
  if (exit.isUnasked || log.length === 0) {
    return findings.same("the number of requests", log.length, exit.isUnasked ? 0 : script.length);
  }
  for (const failed of log.slice(0, prelude.script.length)) {
    if (prelude.script[0]?.steps) findings.same("the failed attempt's cancellation", failed.cancelledAt, 50);
  }
  const { pulls, cancelledAt } = log.at(-1)!;
  const [least, most] = typeof expected.pulls === "number" ? [expected.pulls, expected.pulls] : expected.pulls;
  findings.within("the number of pulls", pulls, provider.textOf ? 0 : least, most + (provider.readsAhead ?? 0));
  if (expected.cancelled === "at once") findings.same("whether the service knew at once", scene.wasAtOnce, true);
  if (expected.cancelled) {
    const leftAt = scene.leftAt ?? log.at(-1)!.openedAt + expected.durationMs;
    findings.same("when the service was let go of", cancelledAt, leftAt);
  } else if (expected.outcome === "ok") {
    findings.same("whether it was let go of before its end", cancelledAt, undefined);
  }
}

function judgeSpans(findings: Findings, { provider, prelude, exit, scene }: Performance, record: unknown): void {
  const { expected } = exit;
  const spans = scene.backend.spans();
  if (exit.isUnasked) {
    findings.same("the number of spans", spans.length, 0);
    return findings.same("what finished resolves with", record, undefined);
  }
  for (const { name, endCount } of spans) findings.same(`how often the span ${name} was ended`, endCount, 1);
  const calls = spans.filter(({ name }) => name === "llm.call")
    .sort((a, b) => Number(a.attributes["llm.attempt"]) - Number(b.attributes["llm.attempt"]));
  const operations = spans.filter(({ name }) => name !== "llm.call");
  findings.same("the number of operation spans", operations.length, 1);
  findings.same("the number of llm.call spans", calls.length, scene.service.log.length);

  const before = prelude.script.length;
  for (const span of calls.slice(0, before)) judgePrelude(findings, span, prelude);
  const last = calls.at(-1);
  if (last) judgeAttempt(findings, last, expected, calls.length - 1, (provider.readsAhead ?? 0) > 0);
  if (operations[0]) judgeOperation(findings, operations[0], scene, expected, before);
  if (Object(record) !== record) return findings.same("what finished resolves with", record, "a record");
  for (const name of RECORDED) {
    findings.same(`finished: ${name}`, (record as Record<string, unknown>)[name], last?.attributes[name]);
  }
}

/** What `finished` has in common with the last span. */
const RECORDED = [
  "llm.provider",
  "llm.model",
  "llm.attempt",
  "llm.message_count",
  "llm.stream",
  "llm.duration_ms",
  "llm.first_chunk_ms",
  "llm.wait_ms",
  "llm.outcome",
  "llm.input_tokens",
  "llm.output_tokens",
  "llm.usage_partial",
  "llm.stop_reason",
  "llm.error",
  "error.type",
  "llm.retry.decision",
  "http.response.status_code",
];

function judgePrelude(findings: Findings, { attributes, isFailed }: StreamExitSpan, { type }: Prelude): void {
  findings.same("whether the failed attempt's span is failed", isFailed, true);
  findings.same("the failed attempt's error.type", attributes["error.type"], type);
  findings.same("the failed attempt's llm.retry.decision", attributes["llm.retry.decision"], "retry");
  findings.same("the failed attempt's llm.retry.delay_ms", attributes["llm.retry.delay_ms"], 1000);
  findings.same("the failed attempt's llm.duration_ms", attributes["llm.duration_ms"], 50);
}

function judgeAttempt(
  findings: Findings,
  { attributes, isFailed }: StreamExitSpan,
  expected: Expected,
  attempt: number,
  isAhead: boolean,
): void {
  const { outcome, usage, durationMs, waitMs } = expected;
  const isOk = outcome === "ok";
  const wanted = {
    "llm.attempt": attempt,
    "http.request.resend_count": attempt || undefined,
    "llm.stream": true,
    "llm.outcome": outcome,
    "error.type": isOk ? undefined : expected.type ?? outcome,
    "llm.retry.decision": expected.decision ?? (isOk ? undefined : outcome),
    "llm.first_chunk_ms": expected.firstChunkMs,
    "llm.input_tokens": usage && 25,
    "llm.output_tokens": usage === "all" ? 3 : undefined,
    "llm.usage_partial": expected.isPartial,
    "llm.stop_reason": expected.stopReason,
  };
  for (const [name, value] of Object.entries(wanted)) findings.same(name, attributes[name], value);
  // Who reads ahead has less to wait for.
  findings.within("llm.duration_ms", attributes["llm.duration_ms"], isAhead ? 0 : durationMs, durationMs);
  findings.within("llm.wait_ms", attributes["llm.wait_ms"], isAhead ? 0 : waitMs, waitMs);
  findings.same("whether the span is failed", isFailed, outcome === "error" || outcome === "timeout");
}

function judgeOperation(
  findings: Findings,
  { attributes, isFailed }: StreamExitSpan,
  { service }: Scene,
  expected: Expected,
  before: number,
): void {
  const outcome = expected.operation ?? expected.outcome;
  const hasFailed = outcome === "error" || outcome === "timeout";
  const first = expected.firstChunkMs;
  const wanted = {
    "llm.attempts": service.log.length,
    "llm.backoff_ms": before * 1000 + (expected.waitedMs ?? 0),
    "llm.outcome": outcome,
    "error.type": hasFailed ? expected.type ?? outcome : undefined,
    "gen_ai.response.time_to_first_chunk": first === undefined
      ? undefined
      : ((service.log.at(-1)?.openedAt ?? 0) + first) / 1000,
  };
  for (const [name, value] of Object.entries(wanted)) findings.same(`the operation's ${name}`, attributes[name], value);
  findings.same("whether the operation's span is failed", isFailed, hasFailed);
}

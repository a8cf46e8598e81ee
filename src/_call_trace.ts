import type { AttemptRecord, Outcome } from "./attempt_record.ts";
import type { Classification } from "./classify.ts";
import type { Decision } from "./decide.ts";
import { describeRequest, describeResponse } from "./_describe.ts";
import type { Settings } from "./options.ts";
import type { Provider, ResponseDescription } from "./provider.ts";
import { quietly, SafeSpan, type Telemetry } from "./_safe_span.ts";
import { messageOf, sanitizeMessage } from "./sanitize.ts";
import { normalizeStopReason } from "./stop_reason.ts";
import { type Attributes, type AttributeValue, noopTracer } from "./tracer.ts";

/** How an attempt failed, and what follows. */
export interface Failure extends Decision {
  readonly outcome: Exclude<Outcome, "ok">;
  readonly errorType: string;
  readonly error: unknown;
  readonly classification?: Classification;
}

/**
 * OpenTelemetry's names of the providers whose own name is another one.
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/
 */
const WELL_KNOWN_PROVIDERS = new Map([["gemini", "gcp.gemini"], ["bedrock", "aws.bedrock"], ["mistral", "mistral_ai"]]);

/**
 * What one call leaves behind: its operation span, its attempts' spans, and their records. The names of the span
 * contract stand here and in `AttemptRecord`.
 */
export class CallTrace<Req, Res> {
  /** The attempts so far, oldest first. */
  readonly records: AttemptRecord[] = [];
  /** All waits so far, in whole milliseconds. */
  waitedMs = 0;
  readonly #provider: Provider<Req, Res>;
  readonly #settings: Settings;
  readonly #telemetry: Telemetry;
  readonly #operation: SafeSpan | undefined;
  /** What all attempts' spans start with. */
  readonly #target: Attributes;

  constructor(provider: Provider<Req, Res>, request: Req, settings: Settings) {
    const { tracer, taskId, attributes, operationSpan } = settings;
    const described = describeRequest(provider, request);
    const { name } = provider;
    const shared = facts(attributes, { "task.id": taskId });
    this.#provider = provider;
    this.#settings = settings;
    this.#telemetry = { tracer, broken: tracer === noopTracer };
    this.#target = facts(shared, { "llm.provider": name, "llm.model": described.model }, {
      "llm.tool_count": described.toolCount,
      "llm.message_count": described.messageCount,
    });
    if (!operationSpan) return;
    const start = facts(shared, {
      "gen_ai.operation.name": described.operation ?? "chat",
      "gen_ai.provider.name": WELL_KNOWN_PROVIDERS.get(name) ?? name,
      "gen_ai.request.model": described.model,
      "server.address": described.serverAddress,
    }, { "server.port": described.serverPort });
    const spanName = [start["gen_ai.operation.name"], start["gen_ai.request.model"]].join(" ").trim();
    this.#operation = SafeSpan.start(this.#telemetry, spanName, start);
  }

  /** Opens the span of attempt number `attempt`. */
  startAttempt(attempt: number): SafeSpan | undefined {
    return SafeSpan.start(this.#telemetry, "llm.call", this.#start(attempt), this.#operation);
  }

  /** Ends the attempt's span and the call's. */
  succeeded(attempt: number, span: SafeSpan | undefined, durationMs: number, response: Res): void {
    const description = describeResponse(this.#provider, response);
    this.#endAttempt(attempt, span, durationMs, description);
    this.end("ok", undefined, description);
  }

  /** Ends the attempt's span. */
  failed(attempt: number, span: SafeSpan | undefined, durationMs: number, failure: Failure): void {
    const { status: statusCode, requestId } = failure.classification ?? {};
    this.#endAttempt(attempt, span, durationMs, { statusCode, requestId }, failure);
  }

  /** Ends the call's span; `errorType` is set if the call failed. */
  end(outcome: Outcome, errorType?: string, response: ResponseDescription = {}): void {
    if (this.#operation === undefined) return;
    const { usage = {}, stopReason } = response;
    const written = this.#settings.conventions === "latest" ? "cache_write" : "cache_creation";
    const finishReasons = typeof stopReason === "string" ? { "gen_ai.response.finish_reasons": [stopReason] } : {};
    const end = facts(finishReasons, {
      "llm.outcome": outcome,
      "error.type": errorType,
      "gen_ai.response.model": response.model,
      "gen_ai.response.id": response.id,
    }, {
      "llm.attempts": this.records.length,
      "llm.backoff_ms": this.waitedMs,
      "gen_ai.usage.input_tokens": totalInputTokens(this.#provider.name, response),
      "gen_ai.usage.output_tokens": usage.outputTokens,
      "gen_ai.usage.cache_read.input_tokens": usage.cacheReadTokens,
      [`gen_ai.usage.${written}.input_tokens`]: usage.cacheCreationTokens,
      "gen_ai.usage.reasoning.output_tokens": usage.reasoningTokens,
    });
    SafeSpan.end(this.#operation, end, errorType, this.records.at(-1)?.["llm.error"]);
  }

  /** What is known of an attempt before it starts. */
  #start(attempt: number): Attributes {
    return facts(this.#target, {}, { "llm.attempt": attempt, "http.request.resend_count": attempt || undefined });
  }

  #endAttempt(
    attempt: number,
    span: SafeSpan | undefined,
    durationMs: number,
    { usage = {}, stopReason, statusCode, requestId }: ResponseDescription,
    failure?: Failure,
  ): void {
    const { onAttempt, recordErrorMessage } = this.#settings;
    const classification = failure?.classification;
    const message = classification && recordErrorMessage ? sanitizeMessage(messageOf(failure.error) ?? "") : undefined;
    const end = facts({}, {
      "llm.outcome": failure?.outcome ?? "ok",
      "llm.stop_reason": normalizeStopReason(stopReason),
      "llm.error": message,
      "error.type": failure?.errorType,
      "llm.retry.decision": failure?.decision,
      "llm.retry.delay_source": failure?.delaySource,
      "llm.request_id": requestId,
    }, {
      "llm.duration_ms": durationMs,
      "llm.input_tokens": usage.inputTokens,
      "llm.output_tokens": usage.outputTokens,
      "llm.cache_read_tokens": usage.cacheReadTokens,
      "llm.cache_creation_tokens": usage.cacheCreationTokens,
      "llm.reasoning_tokens": usage.reasoningTokens,
      "http.response.status_code": statusCode,
      "llm.retry.delay_ms": failure?.delayMs,
    });
    const record = { ...this.#start(attempt), ...end } as unknown as AttemptRecord;
    this.records.push(record);
    if (span !== undefined) SafeSpan.end(span, end, classification?.errorType, message);
    if (onAttempt !== undefined) quietly(() => onAttempt(record));
  }
}

type Facts = Readonly<Record<string, unknown>>;

/** What is known, on top of `base`: texts that are texts, and counts that are counts. */
function facts(base: Attributes | undefined, texts: Facts, counts: Facts = {}): Attributes {
  const attributes: Record<string, AttributeValue> = { ...base };
  for (const name in texts) {
    const text = texts[name];
    if (typeof text === "string" && text !== "") attributes[name] = text.slice(0, 256);
  }
  for (const name in counts) {
    const count = counts[name] as number;
    if (Number.isSafeInteger(count) && count >= 0) attributes[name] = count;
  }
  return attributes;
}

/** Anthropic and Bedrock leave cached tokens out of their input count; OpenTelemetry wants them in. */
function totalInputTokens(provider: string, { usage = {}, totalInputTokens }: ResponseDescription): number | undefined {
  const { inputTokens, cacheReadTokens = 0, cacheCreationTokens = 0 } = usage;
  const isWithoutCached = /^(anthropic|(aws\.)?bedrock)$/.test(provider) && inputTokens !== undefined;
  return totalInputTokens ?? (isWithoutCached ? inputTokens + cacheReadTokens + cacheCreationTokens : inputTokens);
}

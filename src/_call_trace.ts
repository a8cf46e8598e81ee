import type { AttemptRecord } from "./attempt_record.ts";
import { describeRequest, describeResponse } from "./_describe.ts";
import { DEFAULTS, type Settings } from "./options.ts";
import type { AttemptSpan, Provider, ResponseDescription } from "./provider.ts";
import { quietly, safely } from "./_safe_span.ts";
import { normalizeStopReason } from "./stop_reason.ts";
import type { Attributes } from "./tracer.ts";

/** How an attempt or a call failed, in the record's terms, and what follows. */
export type Failure = { readonly [Name in keyof AttemptRecord]?: AttemptRecord[Name] | undefined };

/** What one attempt leaves behind: its span and its record. */
export interface AttemptTrace<Res> {
  /** The part of its span that the provider may use. */
  readonly span: AttemptSpan;
  /** Ends it with a response, of which it gives the description. */
  succeed(durationMs: number | undefined, response: Res): ResponseDescription;
  /** Ends it without one. */
  fail(durationMs: number | undefined, failure: Failure): void;
}

/** What one call leaves behind: its operation span, and its attempts' spans and records. */
export interface CallTrace<Res> {
  /** The requested model, if known. */
  readonly model: string | undefined;
  /** The attempts that are told about, oldest first. */
  readonly records: readonly AttemptRecord[];
  /** Opens the span of an attempt that has waited at gates for `queueMs`. */
  startAttempt(attempt: number, queueMs?: number): AttemptTrace<Res>;
  /** Ends the operation span. */
  end(attempts: number, waitedMs: number, failure: Failure | undefined, response?: ResponseDescription): void;
}

/** OpenTelemetry's names of the providers whose own name is another one. */
const WELL_KNOWN_PROVIDERS = new Map([["gemini", "gcp.gemini"], ["bedrock", "aws.bedrock"], ["mistral", "mistral_ai"]]);

/** Opens the operation span. The names of the span contract stand here and in `AttemptRecord`. */
export function traceCall<Req, Res>(provider: Provider<Req, Res>, request: Req, settings: Settings): CallTrace<Res> {
  const { tracer, taskId, attributes, operationSpan, conventions, onAttempt } = settings;
  const { name } = provider;
  const described = describeRequest(provider, request);
  const model = text(described.model);
  const operation = text(described.operation) ?? "chat";
  const startSpan = safely(tracer);
  const records: AttemptRecord[] = [];
  const extended = (own: Attributes): Attributes =>
    attributes === DEFAULTS.attributes ? own : { ...attributes, ...own };
  const operationTrace = operationSpan
    ? startSpan(
      model === undefined ? operation : `${operation} ${model}`,
      extended({
        "task.id": taskId || undefined,
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": WELL_KNOWN_PROVIDERS.get(name) ?? name,
        "gen_ai.request.model": model,
        "server.address": text(described.serverAddress),
        "server.port": count(described.serverPort),
      }),
    )
    : undefined;

  return {
    model,
    records,
    startAttempt(attempt, queueMs) {
      const start = extended({
        "task.id": taskId || undefined,
        "llm.provider": name,
        "llm.model": model,
        "llm.attempt": attempt,
        "llm.tool_count": count(described.toolCount),
        "llm.message_count": count(described.messageCount),
        "http.request.resend_count": attempt || undefined,
        "llm.queue_ms": queueMs || undefined,
      });
      const { span, end } = startSpan("llm.call", start, operationTrace);
      const finish = (last: Attributes, failure?: Failure) => {
        end(last, failure);
        if (!failure && onAttempt === DEFAULTS.onAttempt) return;
        const known = Object.entries({ ...start, ...last }).filter(([, value]) => value !== undefined);
        const record: AttemptRecord = Object.fromEntries(known) as never;
        records.push(record);
        quietly(() => onAttempt(record));
      };
      return {
        span,
        succeed(durationMs, response) {
          const description = describeResponse(provider, response);
          const { usage = {}, stopReason, statusCode, requestId } = description;
          finish({
            "llm.duration_ms": durationMs,
            "llm.outcome": "ok",
            "llm.input_tokens": count(usage.inputTokens),
            "llm.output_tokens": count(usage.outputTokens),
            "llm.cache_read_tokens": count(usage.cacheReadTokens),
            "llm.cache_creation_tokens": count(usage.cacheCreationTokens),
            "llm.reasoning_tokens": count(usage.reasoningTokens),
            "llm.stop_reason": normalizeStopReason(stopReason),
            "http.response.status_code": count(statusCode),
            "llm.request_id": text(requestId),
          });
          return description;
        },
        fail: (durationMs, failure) => finish({ "llm.duration_ms": durationMs, ...failure }, failure),
      };
    },
    end(attempts, waitedMs, failure, description = {}) {
      if (!operationTrace) return;
      const { usage = {} } = description;
      const stopReason = text(description.stopReason);
      const written = count(usage.cacheCreationTokens);
      const isLatest = conventions === "latest";
      operationTrace.end({
        "llm.attempts": attempts,
        "llm.backoff_ms": waitedMs,
        "llm.outcome": failure ? failure["llm.outcome"] : "ok",
        "error.type": failure?.["llm.outcome"] === "cancelled" ? undefined : failure?.["error.type"],
        "llm.retry.decision": failure?.["llm.retry.decision"],
        "llm.retry.gate": failure?.["llm.retry.gate"],
        "gen_ai.response.model": text(description.model),
        "gen_ai.response.id": text(description.id),
        "gen_ai.response.finish_reasons": stopReason === undefined ? undefined : [stopReason],
        "gen_ai.usage.input_tokens": totalInputTokens(name, description),
        "gen_ai.usage.output_tokens": count(usage.outputTokens),
        "gen_ai.usage.cache_read.input_tokens": count(usage.cacheReadTokens),
        "gen_ai.usage.cache_write.input_tokens": isLatest ? written : undefined,
        "gen_ai.usage.cache_creation.input_tokens": isLatest ? undefined : written,
        "gen_ai.usage.reasoning.output_tokens": count(usage.reasoningTokens),
      }, failure);
    },
  };
}

// What describe functions and bodies say may be of any type.

function text(value: unknown): string | undefined {
  return typeof value === "string" && value ? value.slice(0, 256) : undefined;
}

function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && value as number >= 0 ? value as number : undefined;
}

/** Anthropic and Bedrock leave cached tokens out of their input count; OpenTelemetry wants them in. */
function totalInputTokens(provider: string, { usage = {}, totalInputTokens }: ResponseDescription): number | undefined {
  const inputTokens = count(usage.inputTokens);
  const areLeftOut = /^(anthropic|bedrock)$/.test(provider) && inputTokens !== undefined;
  const cached = areLeftOut ? (count(usage.cacheReadTokens) ?? 0) + (count(usage.cacheCreationTokens) ?? 0) : 0;
  return count(totalInputTokens) ?? (inputTokens === undefined ? undefined : inputTokens + cached);
}

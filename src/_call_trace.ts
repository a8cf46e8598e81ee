import { addTo } from "./_add_to.ts";
import type { AttemptRecord, Outcome, RetryDecision } from "./attempt_record.ts";
import type { Decision } from "./decide.ts";
import { count, describeRequest, type Describing, type ResponseFacts, text } from "./_describe.ts";
import type { GateResult } from "./gate.ts";
import { DEFAULTS, type Settings } from "./options.ts";
import type { AttemptSpan } from "./provider.ts";
import { quietly } from "./_quietly.ts";
import { safely, type SafeSpan } from "./_safe_span.ts";
import { normalizeStopReason } from "./stop_reason.ts";
import type { Attributes, AttributeValue } from "./tracer.ts";

/** How an attempt or a call ended: well, with what the response says of itself, or badly, and what follows. */
export interface Ending extends GateResult, Partial<Decision>, Partial<Omit<ResponseFacts, "outcome">> {
  /** How it came out. */
  readonly outcome: Outcome;
  /** What went wrong, as on the span; unset when cancelled. */
  readonly errorType?: string;
  /** The sanitized error message. */
  readonly message?: string | undefined;
  /** The gate that refused. */
  readonly gate?: string | undefined;
  /** What only streams have: more for the attempt's span. */
  readonly ofAttempt?: Attributes;
  /** More for the operation span. */
  readonly ofCall?: Attributes;
}

/** The caller's wish is no fault. */
export const CANCELLED: Ending = { outcome: "cancelled", decision: "cancelled" };

/** The same ending, but no other attempt follows. */
export function calledOff(ending: Ending, decision: RetryDecision, gate?: string): Ending {
  return { ...ending, decision, gate, retryInMs: undefined, delaySource: undefined };
}

/** What one attempt leaves behind: its span and its record. */
export interface AttemptTrace {
  /** The part of its span that the provider may use. */
  readonly span: AttemptSpan;
  /** Ends the span and tells about the attempt. */
  end(durationMs: number | undefined, ending: Ending): void;
}

/** What one call leaves behind: its operation span, and its attempts' spans and records. */
export interface CallTrace {
  /** The requested model, if known. */
  readonly model: string | undefined;
  /** The attempts that are told about, oldest first. */
  readonly records: readonly AttemptRecord[];
  /** Opens the span of an attempt that has waited at gates for `queueMs`. */
  startAttempt(attempt: number, queueMs?: number): AttemptTrace;
  /** Ends the operation span. */
  end(waitedMs: number, ending: Ending): void;
}

/** OpenTelemetry's names of the providers whose own name is another one. */
const WELL_KNOWN_PROVIDERS: Attributes = { gemini: "gcp.gemini", bedrock: "aws.bedrock", mistral: "mistral_ai" };

/**
 * Opens the operation span. The names of the span contract stand here, in `AttemptRecord` and, what only streams have, in
 * `StreamAttempt`.
 */
export function traceCall<Req>(
  provider: Describing<Req>,
  request: Req,
  settings: Settings,
  isStream?: boolean,
): CallTrace {
  const { tracer, taskId, attributes, operationSpan, conventions, onAttempt } = settings;
  const { name } = provider;
  const described = describeRequest(provider, request);
  const { model, operation = "chat" } = described;
  const startSpan = safely(tracer);
  const records: AttemptRecord[] = [];
  let attempts = 0;
  const extended = (own: Attributes): Attributes =>
    attributes === DEFAULTS.attributes ? own : addTo({}, attributes, own);
  let operationTrace: SafeSpan | undefined;
  if (operationSpan) {
    const about: Told = {
      "task.id": taskId || undefined,
      "gen_ai.operation.name": operation,
      "gen_ai.provider.name": text(WELL_KNOWN_PROVIDERS[name]) ?? name,
      "gen_ai.request.model": model,
    };
    tell(about, "server.address", described.serverAddress);
    tell(about, "server.port", described.serverPort);
    operationTrace = startSpan(model ? `${operation} ${model}` : operation, extended(about));
  }

  return {
    model,
    records,
    startAttempt(attempt, queueMs) {
      attempts++;
      const about: Told = {
        "task.id": taskId || undefined,
        "llm.provider": name,
        "llm.model": model,
        "llm.attempt": attempt,
        "llm.tool_count": described.toolCount,
        "llm.message_count": described.messageCount,
      };
      tell(about, "llm.stream", isStream);
      tell(about, "http.request.resend_count", attempt || undefined);
      tell(about, "llm.queue_ms", queueMs || undefined);
      const start = extended(about);
      const { span, end } = startSpan("llm.call", start, operationTrace);
      return {
        span,
        end(durationMs, ending) {
          const told: Told = {
            "llm.duration_ms": durationMs,
            "llm.outcome": ending.outcome,
            "llm.input_tokens": ending.inputTokens,
            "llm.output_tokens": ending.outputTokens,
            "llm.cache_read_tokens": ending.cacheReadTokens,
            "llm.cache_creation_tokens": ending.cacheCreationTokens,
            "llm.stop_reason": normalizeStopReason(ending.stopReason),
          };
          tell(told, "llm.reasoning_tokens", ending.reasoningTokens);
          tell(told, "http.response.status_code", ending.statusCode);
          tell(told, "llm.request_id", ending.requestId);
          Object.assign(told, ending.ofAttempt, failureOf(ending, ending.message, ending.outcome));
          end(told, ending.errorType, ending.message);
          if (ending.outcome === "ok" && onAttempt === DEFAULTS.onAttempt) return;
          const record = addTo({}, start, told) as unknown as AttemptRecord;
          records.push(record);
          quietly(() => onAttempt(record));
        },
      };
    },
    end(waitedMs, ending) {
      const { stopReason, finishReasons = [stopReason!], cacheReadTokens: read, cacheCreationTokens: written } = ending;
      // Anthropic and Bedrock leave cached tokens out of their input count; OpenTelemetry wants them in.
      const leftOut = /^(anthropic|bedrock)$/.test(name) ? (read ?? 0) + (written ?? 0) : 0;
      const told: Told = {
        "llm.attempts": attempts,
        "llm.backoff_ms": waitedMs,
        "llm.outcome": ending.outcome,
        "gen_ai.response.model": ending.model,
        "gen_ai.response.id": ending.id,
        "gen_ai.response.finish_reasons": stopReason && finishReasons,
        "gen_ai.usage.input_tokens": ending.totalInputTokens ?? count(ending.inputTokens! + leftOut),
        "gen_ai.usage.output_tokens": ending.outputTokens,
        "gen_ai.usage.cache_read.input_tokens": read,
      };
      tell(told, "gen_ai.usage.reasoning.output_tokens", ending.reasoningTokens);
      tell(
        told,
        conventions === "latest" ? "gen_ai.usage.cache_write.input_tokens" : "gen_ai.usage.cache_creation.input_tokens",
        written,
      );
      Object.assign(told, ending.ofCall, failureOf(ending));
      operationTrace?.end(told, ending.errorType, ending.message);
    },
  };
}

/** Attributes in the making. */
type Told = Record<string, AttributeValue | undefined>;

/** Adds what many calls do not have, if it is there, because backends walk over what is not set as well. */
function tell(told: Told, name: string, value: AttributeValue | undefined): void {
  if (value !== undefined) told[name] = value;
}

/** Nothing of it on success, because backends walk over what is not set as well. */
function failureOf(ending: Ending, message?: string, otherwise?: string): Attributes | undefined {
  return ending.outcome === "ok" ? undefined : {
    "llm.error": message,
    "error.type": ending.errorType ?? otherwise,
    "llm.retry.decision": ending.decision,
    "llm.retry.delay_ms": ending.retryInMs,
    "llm.retry.delay_source": text(ending.delaySource),
    "llm.retry.gate": ending.gate,
  };
}

import type { AttemptRecord } from "./attempt_record.ts";
import { describe, type Description, UNKNOWN } from "./_describe.ts";
import type { Settings } from "./options.ts";
import type { AttemptSpan, Provider } from "./provider.ts";
import { quietly, safely } from "./_safe_span.ts";
import { normalizeStopReason } from "./stop_reason.ts";
import type { Attributes, AttributeValue } from "./tracer.ts";

/** How an attempt or a call came out, in the record's terms, and what follows. */
export type Ending = { readonly [Name in keyof AttemptRecord]?: AttemptRecord[Name] | undefined };

/** What one attempt leaves behind: its span and its record. */
export interface AttemptTrace {
  /** The part of its span that the provider may use. */
  readonly span: AttemptSpan;
  /** Ends the span and hands out the record. */
  end(durationMs: number, ending: Ending, response?: Description): void;
}

/** What one call leaves behind: its operation span, and its attempts' spans and records. */
export interface CallTrace {
  /** The attempts so far, oldest first. */
  readonly records: readonly AttemptRecord[];
  /** Opens the span of attempt number `attempt`. */
  startAttempt(attempt: number): AttemptTrace;
  /** Ends the operation span. */
  end(waitedMs: number, ending: Ending, response?: Description): void;
}

/** OpenTelemetry's names of the providers whose own name is another one. */
const WELL_KNOWN_PROVIDERS: Attributes = { gemini: "gcp.gemini", bedrock: "aws.bedrock", mistral: "mistral_ai" };

/** These leave cached tokens out of their input count; OpenTelemetry wants them in. */
const LEAVES_CACHED_OUT = /^(anthropic|(aws\.)?bedrock)$/;

/** Opens the operation span. The names of the span contract stand here and in `AttemptRecord`. */
export function traceCall<Req, Res>(provider: Provider<Req, Res>, request: Req, settings: Settings): CallTrace {
  const { tracer, taskId, attributes, operationSpan, conventions, onAttempt } = settings;
  const { name } = provider;
  const { texts: { model, operation = "chat", serverAddress }, counts } = describe(
    provider,
    "describeRequest",
    request,
  );
  const startSpan = safely(tracer);
  const records: AttemptRecord[] = [];
  const shared = facts(attributes, { "task.id": taskId || undefined });
  const target = facts(shared, {
    "llm.provider": name,
    "llm.model": model,
    "llm.tool_count": counts.toolCount,
    "llm.message_count": counts.messageCount,
  });
  const operationTrace = operationSpan
    ? startSpan(
      model ? `${operation} ${model}` : operation,
      facts(shared, {
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": Object.hasOwn(WELL_KNOWN_PROVIDERS, name) ? WELL_KNOWN_PROVIDERS[name] : name,
        "gen_ai.request.model": model,
        "server.address": serverAddress,
        "server.port": counts.serverPort,
      }),
    )
    : undefined;

  return {
    records,
    startAttempt(attempt) {
      const start = facts(target, { "llm.attempt": attempt, "http.request.resend_count": attempt || undefined });
      const { run, setAttributes, end } = startSpan("llm.call", start, operationTrace);
      return {
        span: { run, setAttributes },
        end(durationMs, ending, { texts, counts } = UNKNOWN) {
          const last = facts(ending, {
            "llm.duration_ms": durationMs,
            "llm.stop_reason": normalizeStopReason(texts.stopReason),
            "llm.input_tokens": counts.inputTokens,
            "llm.output_tokens": counts.outputTokens,
            "llm.cache_read_tokens": counts.cacheReadTokens,
            "llm.cache_creation_tokens": counts.cacheCreationTokens,
            "llm.reasoning_tokens": counts.reasoningTokens,
            "http.response.status_code": counts.statusCode,
            "llm.request_id": texts.requestId,
          });
          const record = { ...start, ...last } as unknown as AttemptRecord;
          records.push(record);
          end(last, ending);
          quietly(() => onAttempt(record));
        },
      };
    },
    end(waitedMs, ending, { texts, counts } = UNKNOWN) {
      const { "llm.outcome": outcome, "error.type": errorType } = ending;
      const { inputTokens, cacheReadTokens, cacheCreationTokens } = counts;
      const leftOut = LEAVES_CACHED_OUT.test(name) ? (cacheReadTokens ?? 0) + (cacheCreationTokens ?? 0) : 0;
      const written = conventions === "latest" ? "cache_write" : "cache_creation";
      operationTrace?.end(
        facts({}, {
          "llm.outcome": outcome,
          "error.type": outcome === "cancelled" ? undefined : errorType,
          "llm.attempts": records.length,
          "llm.backoff_ms": waitedMs,
          "gen_ai.response.model": texts.model,
          "gen_ai.response.id": texts.id,
          "gen_ai.response.finish_reasons": texts.stopReason && [texts.stopReason],
          "gen_ai.usage.input_tokens": counts.totalInputTokens ?? (inputTokens! + leftOut || inputTokens),
          "gen_ai.usage.output_tokens": counts.outputTokens,
          "gen_ai.usage.cache_read.input_tokens": cacheReadTokens,
          [`gen_ai.usage.${written}.input_tokens`]: cacheCreationTokens,
          "gen_ai.usage.reasoning.output_tokens": counts.reasoningTokens,
        }),
        ending,
      );
    },
  };
}

type Facts = Readonly<Record<string, AttributeValue | undefined>>;

/** What is known of `base`, and on top of it of `more`. */
function facts(base: Facts, more: Facts): Attributes {
  const attributes: Record<string, AttributeValue> = {};
  for (const part of [base, more]) {
    for (const name in part) {
      const value = part[name];
      if (value !== undefined) attributes[name] = value;
    }
  }
  return attributes;
}

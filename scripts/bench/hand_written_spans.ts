import { context, type Span, SpanKind, SpanStatusCode, trace, type Tracer } from "otel2/api";
import { provider, type Request, type Response } from "./fixture.ts";

// What a careful engineer writes without tryspan, for this one provider: the same two spans with the same attributes,
// the provider called with the attempt's span active, and both spans ended on every path. No retries.

const tracer: Tracer = trace.getTracer("by-hand", "1.0.0");
const bareContext = {
  attempt: 0,
  signal: new AbortController().signal,
  span: { run: <T>(work: () => T): T => work(), setAttributes() {} },
};

/** Calls the provider under an operation span. */
export async function chatByHand(request: Request, taskId: string): Promise<Response> {
  const operation = tracer.startSpan(`chat ${request.model}`, {
    kind: SpanKind.CLIENT,
    attributes: {
      "task.id": taskId,
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": provider.name,
      "gen_ai.request.model": request.model,
    },
  });
  try {
    const response = await attemptByHand(request, taskId, operation);
    const { usage } = response;
    operation.setAttributes({
      "llm.attempts": 1,
      "llm.backoff_ms": 0,
      "llm.outcome": "ok",
      "gen_ai.response.model": response.model,
      "gen_ai.response.id": response.id,
      "gen_ai.response.finish_reasons": [response.stopReason],
      "gen_ai.usage.input_tokens": usage.inputTokens + usage.cacheReadTokens + usage.cacheCreationTokens,
      "gen_ai.usage.output_tokens": usage.outputTokens,
      "gen_ai.usage.cache_read.input_tokens": usage.cacheReadTokens,
      "gen_ai.usage.cache_write.input_tokens": usage.cacheCreationTokens,
    });
    return response;
  } catch (error) {
    operation.setAttributes({ "llm.attempts": 1, "llm.backoff_ms": 0, "llm.outcome": "error" });
    failed(operation, error);
    throw error;
  } finally {
    operation.end();
  }
}

async function attemptByHand(request: Request, taskId: string, operation: Span): Promise<Response> {
  const within = trace.setSpan(context.active(), operation);
  const span = tracer.startSpan("llm.call", {
    kind: SpanKind.CLIENT,
    attributes: {
      "task.id": taskId,
      "llm.provider": provider.name,
      "llm.model": request.model,
      "llm.attempt": 0,
      "llm.tool_count": request.tools.length,
      "llm.message_count": request.messages.length,
    },
  }, within);
  const startedAt = performance.now();
  try {
    const response = await context.with(trace.setSpan(within, span), () => provider.chat(request, bareContext));
    const { usage } = response;
    span.setAttributes({
      "llm.duration_ms": Math.round(performance.now() - startedAt),
      "llm.outcome": "ok",
      "llm.input_tokens": usage.inputTokens,
      "llm.output_tokens": usage.outputTokens,
      "llm.cache_read_tokens": usage.cacheReadTokens,
      "llm.cache_creation_tokens": usage.cacheCreationTokens,
      "llm.stop_reason": response.stopReason,
    });
    return response;
  } catch (error) {
    span.setAttributes({ "llm.duration_ms": Math.round(performance.now() - startedAt), "llm.outcome": "error" });
    failed(span, error);
    throw error;
  } finally {
    span.end();
  }
}

function failed(span: Span, error: unknown): void {
  const { name, message } = error as Error;
  span.setAttribute("error.type", name);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

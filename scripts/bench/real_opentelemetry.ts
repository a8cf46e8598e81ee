import { context, trace } from "otel2/api";
import { AsyncLocalStorageContextManager } from "otel2/context";
import { AlwaysOnSampler, BasicTracerProvider, type ReadableSpan, type SpanProcessor } from "otel2/sdk";
import { deepStrictEqual } from "node:assert/strict";
import type { Variant } from "./measure.ts";

/** What is told of the ended spans; nothing while the clock runs. */
let seen: ((span: ReadableSpan) => void) | undefined;

const dropSpans: SpanProcessor = {
  onStart() {},
  onEnd: (span) => seen?.(span),
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

/** Registers OpenTelemetry's own SDK, with every span recorded and none exported. */
export function registerOpenTelemetry(): void {
  const provider = new BasicTracerProvider({ sampler: new AlwaysOnSampler(), spanProcessors: [dropSpans] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
}

/** Throws unless both variants leave the same spans, down to the last attribute. */
export async function mustLeaveTheSameSpans(variants: readonly [Variant, Variant]): Promise<void> {
  const [one, other] = [await spansOf(variants[0]), await spansOf(variants[1])];
  deepStrictEqual(one.map(({ name }) => name), ["llm.call", "chat claude-sonnet-4-5"]);
  deepStrictEqual(other, one);
}

async function spansOf({ call }: Variant): Promise<{ name: string }[]> {
  const spans: ReadableSpan[] = [];
  seen = (span) => spans.push(span);
  await call();
  seen = undefined;
  return spans.map(({ name, kind, status, attributes, parentSpanContext }) => ({
    name,
    kind,
    status,
    parent: spans.find((span) => span.spanContext().spanId === parentSpanContext?.spanId)?.name,
    // The one that differs from call to call.
    attributes: { ...attributes, ...("llm.duration_ms" in attributes && { "llm.duration_ms": "some" }) },
  }));
}

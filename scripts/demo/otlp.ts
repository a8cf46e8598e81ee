import type { Tracer } from "../../mod.ts";
import { otelTracer } from "../../src/otel.ts";

/** The OpenTelemetry side of the demo: the real SDK, sending to a collector. */
export interface OtlpExport {
  /** For `callWithRetry`. */
  readonly tracer: Tracer;
  /** Runs `work` inside a span of the demo's own, so that the agent's calls and tools are one trace. */
  inSpan<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Sends what is left; resolves with the number of spans sent. Rejects if the collector did not take them all. */
  close(): Promise<number>;
}

const TIMEOUT_MS = 5_000;

/** Loads the SDK, which the demo needs only here, and points it at the collector. */
export async function exportTo(collector: string): Promise<OtlpExport> {
  const [{ ROOT_CONTEXT, trace }, { BatchSpanProcessor, TracerProvider }, { OTLPTraceExporter }, resources, contexts] =
    await Promise.all([
      import("@opentelemetry/api"),
      import("@opentelemetry/sdk-trace"),
      import("@opentelemetry/exporter-trace-otlp-proto"),
      import("@opentelemetry/resources"),
      import("@opentelemetry/context-async-hooks"),
    ]);
  const exporter = new OTLPTraceExporter({ url: tracesUrl(collector), timeoutMillis: TIMEOUT_MS });
  let sent = 0;
  let failure: Error | undefined;
  const provider = new TracerProvider({
    resource: resources.resourceFromAttributes({ "service.name": "tryspan-demo" }),
    spanProcessors: [
      new BatchSpanProcessor({
        // The SDK keeps a failed export to itself.
        exporter: {
          export: (spans, done) =>
            exporter.export(spans, (result) => {
              if (result.code === 0) sent += spans.length;
              else failure = result.error ?? new Error("the export failed");
              done(result);
            }),
          shutdown: () => exporter.shutdown(),
        },
      }),
    ],
  });
  const own = provider.getTracer("tryspan-demo");
  // A context manager of the demo's own, instead of the global one.
  const context = new contexts.AsyncLocalStorageContextManager().enable();
  return {
    tracer: otelTracer({ tracer: provider.getTracer("tryspan"), api: { trace, context } }),
    async inSpan(name, work) {
      const active = context.active() ?? ROOT_CONTEXT;
      const span = own.startSpan(name, {}, active);
      try {
        return await context.with(trace.setSpan(active, span), work);
      } finally {
        span.end();
      }
    },
    async close() {
      await provider.shutdown().catch((error: Error) => failure ??= error);
      context.disable();
      if (failure) throw failure;
      return sent;
    },
  };
}

function tracesUrl(collector: string): string {
  const url = new URL(collector);
  if (url.pathname === "/") url.pathname = "/v1/traces";
  return url.href;
}

/** The two lines of OpenTelemetry that are in use, each with a copy of the API of its own. */
import * as api2 from "otel2/api";
import * as context2 from "otel2/context";
import * as sdk2 from "otel2/sdk";
import type { Attributes } from "../../mod.ts";
import type { FinishedSpan } from "./tracer_contract.ts";

type Api = typeof api2;
type ReadableSpan = sdk2.ReadableSpan;

/** One line: an SDK, and the API it was made for. */
export interface OtelLine {
  readonly name: string;
  readonly apiVersion: string;
  readonly api: Api;
  readonly createProvider: (config: sdk2.TracerConfig) => api2.TracerProvider;
  readonly createContextManager: () => api2.ContextManager;
}

/** SDK 2 with API 1.9. */
export const line2: OtelLine = {
  name: "SDK 2",
  apiVersion: "1.9.1",
  api: api2,
  createProvider: (config) => new sdk2.BasicTracerProvider(config),
  createContextManager: () => new context2.AsyncLocalStorageContextManager(),
};

/** SDK 3 with API 1.10. */
export const line3: OtelLine = await loadLine3();

async function loadLine3(): Promise<OtelLine> {
  // Hidden from Deno's module graph: with both lines in one graph, Deno gives both SDKs the newer API.
  const load = (name: string) => import(["otel3", name].join("/"));
  const [api, context, sdk] = await Promise.all([load("api"), load("context"), load("sdk")]);
  return {
    name: "SDK 3",
    apiVersion: "1.10.0",
    api,
    createProvider: (config) => new sdk.TracerProvider(config),
    createContextManager: () => new context.AsyncLocalStorageContextManager(),
  };
}

/** A provider that keeps every span, and tells what a sampler saw of it. */
export interface RecordingProvider {
  readonly provider: api2.TracerProvider;
  /** The spans in the order they were ended, once for each time. */
  readonly ended: ReadableSpan[];
  finished(): FinishedSpan[];
}

export function recordingProvider(line: OtelLine): RecordingProvider {
  const ended: ReadableSpan[] = [];
  const names = new Map<string, string>();
  const sampled = new Map<string, Attributes>();
  const provider = line.createProvider({
    sampler: {
      shouldSample(_context, _traceId, name, _kind, attributes) {
        sampled.set(name, structuredClone(attributes) as Attributes);
        return { decision: sdk2.SamplingDecision.RECORD_AND_SAMPLED };
      },
      toString: () => "recordingProvider",
    },
    spanProcessors: [{
      onStart: (span) => names.set(span.spanContext().spanId, span.name),
      onEnd: (span) => ended.push(span),
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    }],
  });
  const finished = () =>
    ended.map(({ name, parentSpanContext, attributes, status }): FinishedSpan => ({
      name,
      parent: parentSpanContext && names.get(parentSpanContext.spanId),
      startAttributes: sampled.get(name) ?? {},
      attributes: { ...attributes } as Attributes,
      failure: status.code === line.api.SpanStatusCode.ERROR ? status.message : undefined,
    }));
  return { provider, ended, finished };
}

const REGISTRY = Symbol.for("opentelemetry.js.api.1");

/** The version of the API that has registered something in this process. */
export function registeredVersion(): string | undefined {
  return (globalThis as { [REGISTRY]?: { version: string } })[REGISTRY]?.version;
}

/** Runs `work` with a context manager and, if given, a provider registered, through this line's own API. */
export async function registered<T>(
  { api, createContextManager }: OtelLine,
  provider: api2.TracerProvider | undefined,
  work: () => T | Promise<T>,
): Promise<T> {
  const contextManager = createContextManager().enable();
  try {
    if (!api.context.setGlobalContextManager(contextManager)) throw new Error("No context manager registered");
    if (provider && !api.trace.setGlobalTracerProvider(provider)) throw new Error("No provider registered");
    return await work();
  } finally {
    api.trace.disable();
    api.context.disable();
    // Left in place, the registry would refuse another version of the API for as long as the process lives.
    delete (globalThis as { [REGISTRY]?: unknown })[REGISTRY];
  }
}

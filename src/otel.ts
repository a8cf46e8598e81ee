/**
 * Spans through OpenTelemetry. Needs `@opentelemetry/api` (1.9 or later) beside tryspan, and, for spans to go anywhere,
 * an OpenTelemetry SDK.
 *
 * @example
 * ```ts
 * import { otelTracer } from "@tryspan/tryspan/otel";
 *
 * const tracer = otelTracer(); // goes to `callWithRetry(provider, request, { tracer })`
 * ```
 *
 * @module
 */

import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Attributes, Span, Tracer } from "./tracer.ts";
import { VERSION } from "./version.ts";

export type { Attributes, AttributeValue, Span, Tracer } from "./tracer.ts";

/** The part of an OpenTelemetry span that is used here. */
export interface OtelSpan {
  /** Adds attributes. */
  setAttributes(attributes: Readonly<Record<string, unknown>>): unknown;
  /** Sets the status; code 2 is ERROR. */
  setStatus(status: { code: number; message?: string }): unknown;
  /** Ends the span. */
  end(): void;
}

/** The part of an OpenTelemetry tracer that is used here; every `Tracer` of `@opentelemetry/api` fits. */
export interface OtelTracer {
  /** Starts a span under the one that is in `context`. */
  startSpan(
    name: string,
    options?: { kind?: number; attributes?: Readonly<Record<string, unknown>> },
    context?: unknown,
  ): OtelSpan;
}

/** The part of the module `@opentelemetry/api` that is used here; the module itself fits, in any version from 1.9 on. */
export interface OtelApi {
  /** The API's entry point for tracing. */
  readonly trace: {
    /** The registered provider's tracer of this name and version. */
    getTracer(name: string, version?: string): OtelTracer;
    /** `context`, with `span` as its span. */
    setSpan(context: unknown, span: OtelSpan): unknown;
  };
  /** The API's entry point for context. */
  readonly context: {
    /** The context that is active now. */
    active(): unknown;
    /** Calls `work` with `context` active. */
    with<T>(context: unknown, work: () => T): T;
  };
}

/** Options of {@linkcode otelTracer}. */
export interface OtelTracerOptions {
  /**
   * The OpenTelemetry tracer that starts the spans.
   *
   * @default {api.trace.getTracer("tryspan", VERSION)}
   */
  readonly tracer?: OtelTracer;
  /**
   * Your own copy of the API: `import * as api from "@opentelemetry/api"`. Needed where a second, newer copy is
   * installed for tryspan: a copy sees no provider and no active span that an older minor version has registered, so
   * with a provider registered by 1.9 a copy of 1.10 records nothing, and says nothing.
   *
   * @default the copy that tryspan itself imports
   */
  readonly api?: OtelApi;
}

/**
 * Creates a tracer whose spans are OpenTelemetry spans of kind CLIENT. Without options they go to the globally
 * registered provider, under the name `tryspan` and tryspan's version; the provider may also be registered later.
 *
 * A span that is started without a parent becomes the child of the active one. For spans that are opened inside
 * {@linkcode Span.run} to become children (those of an HTTP instrumentation, say), a context manager has to be
 * registered, as the SDKs for Node do. Where there is none, the parents that tryspan names itself still hold.
 *
 * @throws {TypeError} For a bad option: a tracer provider in place of a tracer, for instance.
 */
export function otelTracer(options: OtelTracerOptions = {}): Tracer {
  if (typeof options !== "object" || !options) throw mistyped("options", "be an object", options);
  const { tracer, api = { trace, context } }: OtelTracerOptions = options;
  if (!api?.trace?.getTracer || !api.context?.active) throw mistyped("api", "be the module @opentelemetry/api", api);
  const backend = tracer === undefined ? api.trace.getTracer("tryspan", VERSION) : tracer;
  if (typeof backend?.startSpan !== "function") throw mistyped("tracer", "have a method startSpan", tracer);
  return {
    startSpan(name, attributes, parent) {
      const active = api.context.active();
      const within = parent instanceof ApiSpan ? api.trace.setSpan(active, parent.span) : active;
      return new ApiSpan(api, backend.startSpan(name, { kind: SpanKind.CLIENT, attributes }, within));
    },
  };
}

function mistyped(name: string, rule: string, value: unknown): TypeError {
  const shown = value === null ? "null" : `of type ${typeof value}`;
  return new TypeError(`Cannot create a tracer: '${name}' must ${rule}: current value is ${shown}`);
}

class ApiSpan implements Span {
  constructor(readonly api: OtelApi, readonly span: OtelSpan) {}

  run<T>(work: () => T): T {
    const { trace, context } = this.api;
    return context.with(trace.setSpan(context.active(), this.span), work);
  }

  setAttributes(attributes: Attributes): void {
    this.span.setAttributes(attributes);
  }

  fail(type: string, message: string = type): void {
    // Not recordException: it would put the error's raw message and stack on the span.
    this.span.setStatus({ code: SpanStatusCode.ERROR, message });
  }

  end(): void {
    this.span.end();
  }
}

/**
 * Type checks alone, never run: the real API in both versions and the real SDKs fit the structural types of `./otel`.
 * Not part of a test, because Deno would give every SDK in the same module graph the newer API.
 */
import * as api2 from "otel2/api";
import { BasicTracerProvider } from "otel2/sdk";
import * as api3 from "otel3/api";
import { TracerProvider } from "otel3/sdk";
import { type OtelApi, otelTracer } from "../../src/otel.ts";

export const apis: OtelApi[] = [api2, api3];
otelTracer({ api: api2, tracer: api2.trace.getTracer("app") });
otelTracer({ api: api3, tracer: api3.trace.getTracer("app") });
otelTracer({ tracer: new BasicTracerProvider().getTracer("app") });
otelTracer({ tracer: new TracerProvider().getTracer("app") });
// @ts-expect-error -- A provider is no tracer.
otelTracer({ tracer: new TracerProvider() });
// @ts-expect-error -- The parts of the API are not the API.
otelTracer({ api: api3.trace });

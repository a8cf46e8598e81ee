import { attemptsOf, type Attributes, streamWithRetry } from "../../mod.ts";
import { otelTracer } from "../../src/otel.ts";
import { type StreamExitBackend, streamExits } from "../../src/testing.ts";
import { line2, line3, type OtelLine, recordingProvider } from "../support/otel_lines.ts";

/** What the SDK would export. */
function backend(line: OtelLine): StreamExitBackend {
  const { provider, ended } = recordingProvider(line);
  return {
    tracer: otelTracer({ tracer: provider.getTracer("exits"), api: line.api }),
    spans: () =>
      ended.map(({ name, attributes, status }) => ({
        name,
        attributes: { ...attributes } as Attributes,
        isFailed: status.code === line.api.SpanStatusCode.ERROR,
        endCount: 1,
      })),
  };
}

// Not all of them with each line: the fake clock has to wait for real timers where OpenTelemetry's SDK is loaded.
const LINES = [[line2, "at the first try"], [line3, "after an error event"]] as const;

for (const [line, prelude] of LINES) {
  for (const { name, run } of streamExits({ backend: () => backend(line) })) {
    if (!name.includes(prelude)) continue;
    Deno.test(`streamWithRetry() passes the exit: ${name} (OpenTelemetry ${line.name})`, () =>
      run({ streamWithRetry, attemptsOf }));
  }
}

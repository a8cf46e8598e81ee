import type { RecordedSpan } from "../../src/testing.ts";

/** Recorded spans as JSON: times in milliseconds since the first one started. */
export function spansToJson(spans: readonly RecordedSpan[]): string {
  const origin = spans[0]?.startTime ?? 0;
  const ids = new Map<RecordedSpan | undefined, number>(spans.map((span, index) => [span, index]));
  const rounded = (ms: number) => Math.round(ms * 1000) / 1000;
  return JSON.stringify(
    spans.map((span) => ({
      id: ids.get(span),
      parent: ids.get(span.parent) ?? null,
      name: span.name,
      startMs: rounded(span.startTime - origin),
      endMs: span.endTime === undefined ? null : rounded(span.endTime - origin),
      status: span.status ? { code: "ERROR", ...span.status } : { code: "UNSET" },
      attributes: span.attributes,
    })),
    null,
    2,
  );
}

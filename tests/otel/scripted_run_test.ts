import { assert, assertEquals } from "@std/assert";
import { callWithRetry } from "../../mod.ts";
import { otelTracer } from "../../src/otel.ts";
import { anthropic, openAi } from "../../scripts/demo/providers.ts";
import { withFaultServer } from "../support/fault_server.ts";
import { line2, line3, recordingProvider } from "../support/otel_lines.ts";

// The library's promise in one run: real HTTP, the real OpenTelemetry SDK, the real clock. Durations are held against
// the server's own time for the request, long enough that a busy machine does not matter.

const SERVER_MS = 500;
const delayed = { delayMs: SERVER_MS };
const usage = { inputTokens: 1200, outputTokens: 85, cacheReadTokens: 1024, reasoningTokens: 40 };

/** A span's start and end in milliseconds. */
function times({ startTime, endTime }: { startTime: [number, number]; endTime: [number, number] }): [number, number] {
  return [startTime[0] * 1e3 + startTime[1] / 1e6, endTime[0] * 1e3 + endTime[1] / 1e6];
}

for (const line of [line2, line3]) {
  Deno.test(`callWithRetry() gives every attempt its own time and tokens (OpenTelemetry ${line.name})`, async () => {
    const { provider, ended } = recordingProvider(line);
    await withFaultServer([
      { kind: "status", status: 429, headers: { "retry-after-ms": "150" }, ...delayed },
      { kind: "status", status: 529, ...delayed },
      { kind: "ok", usage, stopReason: "stop", ...delayed },
    ], async ({ url, log, idle }) => {
      const openai = openAi({ baseUrl: `${url}/v1`, apiKey: "sk-test" });
      const tracer = otelTracer({ tracer: provider.getTracer("test"), api: line.api });
      // The first request of a process loads and compiles half of the platform's HTTP client.
      await fetch(`${url}/warm-up`, { method: "POST" }).then((response) => response.text());
      await callWithRetry(
        openai,
        { model: "gpt-5", messages: [{ role: "user", content: "Hi" }], tools: [] },
        { tracer, retry: { baseDelayMs: 100, jitter: "none" } },
      );
      await idle();

      assertEquals(ended.map((span) => span.name), ["llm.call", "llm.call", "llm.call", "chat gpt-5"]);
      const attempts = ended.slice(0, 3);
      const operation = ended[3]!;
      attempts.forEach((span, attempt) => {
        assertEquals(span.attributes["llm.attempt"], attempt);
        assertEquals(span.parentSpanContext?.spanId, operation.spanContext().spanId);
        const serverMs = log[attempt + 1]!.serverTimeMs!;
        const durationMs = span.attributes["llm.duration_ms"] as number;
        assert(serverMs >= SERVER_MS - 2, `the server took ${serverMs} ms`);
        assert(durationMs < serverMs * 1.2, `attempt ${attempt} took ${durationMs} ms, the server ${serverMs} ms`);
      });
      assertEquals(attempts.map((span) => span.attributes["error.type"]), ["rate_limited", "overloaded", undefined]);
      assertEquals(attempts.map((span) => span.status.code), [2, 2, 0]);
      assertEquals(attempts.map((span) => span.attributes["http.response.status_code"]), [429, 529, 200]);

      const { attributes } = attempts[2]!;
      assertEquals(attributes["llm.input_tokens"], 1200);
      assertEquals(attributes["llm.output_tokens"], 85);
      assertEquals(attributes["llm.cache_read_tokens"], 1024);
      assertEquals(attributes["llm.reasoning_tokens"], 40);
      assertEquals(attributes["llm.stop_reason"], "end_turn");

      // Waits are gaps: as long as decided, and outside of every attempt.
      const [first, second, third] = attempts.map(times);
      assert(second![0] - first![1] >= 150, "the first wait is the server's wish");
      assert(third![0] - second![1] >= 200, "the second wait is the backoff");
      assertEquals(attempts.map((span) => span.attributes["llm.retry.delay_source"]), [
        "retry-after-ms",
        "backoff",
        undefined,
      ]);
      const [start, end] = times(operation);
      // The SDK rounds a root's start and its children's in different ways.
      assert(start <= first![0] + 2 && end >= third![1] - 2, "the operation covers all attempts and waits");
      assertEquals(operation.status.code, 0);
      assertEquals(operation.attributes["llm.attempts"], 3);
      assertEquals(operation.attributes["gen_ai.usage.input_tokens"], 1200);
    });
  });
}

Deno.test("callWithRetry() reports Anthropic's four token counts as Anthropic counts them", async () => {
  const { provider, ended } = recordingProvider(line2);
  await withFaultServer([
    { kind: "reset_before_headers" },
    {
      kind: "ok",
      usage: { inputTokens: 20, outputTokens: 85, cacheReadTokens: 1024, cacheCreationTokens: 256 },
      stopReason: "tool_use",
    },
  ], async ({ url }) => {
    const claude = anthropic({ baseUrl: url, apiKey: "sk-ant-test" });
    await callWithRetry(
      claude,
      { model: "claude-sonnet-5", max_tokens: 64, messages: [{ role: "user", content: "Hi" }] },
      {
        tracer: otelTracer({ tracer: provider.getTracer("test"), api: line2.api }),
        retry: { baseDelayMs: 1, jitter: "none" },
      },
    );
  });
  const [failed, answered, operation] = ended;
  assertEquals(failed?.attributes["error.type"], "network");
  assertEquals(answered?.attributes["llm.input_tokens"], 20);
  assertEquals(answered?.attributes["llm.output_tokens"], 85);
  assertEquals(answered?.attributes["llm.cache_read_tokens"], 1024);
  assertEquals(answered?.attributes["llm.cache_creation_tokens"], 256);
  assertEquals(operation?.attributes["gen_ai.usage.input_tokens"], 1300);
});

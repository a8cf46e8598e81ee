/**
 * Retries for calls to language models, with one `llm.call` span for every attempt.
 *
 * Start with {@linkcode callWithRetry}. A tracer comes from an adapter: `./otel` for OpenTelemetry, `./console` for
 * development, `./testing` for tests.
 *
 * @example
 * ```ts
 * import { callWithRetry } from "@tryspan/tryspan";
 * import { consoleTracer } from "@tryspan/tryspan/console";
 *
 * const provider = {
 *   name: "demo",
 *   chat: (request: { model: string }) => Promise.resolve({ text: `Hello from ${request.model}` }),
 * };
 * await callWithRetry(provider, { model: "m-1" }, { tracer: consoleTracer() });
 * ```
 *
 * @module
 */

export type { AttemptRecord, Outcome, PastAttempt, RetryDecision } from "./src/attempt_record.ts";
export { attemptsOf } from "./src/attempts_of.ts";
export type { Jitter } from "./src/backoff.ts";
export { callWithRetry } from "./src/call_with_retry.ts";
export { type Classification, classifyError } from "./src/classify.ts";
export { type Clock, systemClock } from "./src/clock.ts";
export { type Caller, createCaller } from "./src/create_caller.ts";
export { createStreamer, type Streamer } from "./src/create_streamer.ts";
export type { Admission, Gate, GateAttempt, GateKey, GateResult, Refusal } from "./src/gate.ts";
export type { CallOptions, Classify, Conventions, RetryOptions } from "./src/options.ts";
export type {
  AttemptContext,
  AttemptSpan,
  ChunkDescription,
  Provider,
  RequestDescription,
  ResponseDescription,
  StreamProvider,
  StreamSource,
  Usage,
} from "./src/provider.ts";
export { RefusedError } from "./src/refused_error.ts";
export { type RetriedStream, streamWithRetry } from "./src/stream_with_retry.ts";
export { type Attributes, type AttributeValue, noopTracer, type Span, type Tracer } from "./src/tracer.ts";
export { TruncatedStreamError } from "./src/truncated_stream_error.ts";

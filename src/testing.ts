/**
 * What tryspan's own tests use, for yours: a tracer that remembers, a clock that obeys, and every way out of a stream.
 *
 * @example
 * ```ts
 * import { fakeClock, recordingTracer } from "@tryspan/tryspan/testing";
 *
 * const clock = fakeClock();
 * const tracer = recordingTracer({ clock });
 *
 * const span = tracer.startSpan("llm.call", { "llm.attempt": 0 });
 * await clock.advance(250);
 * span.end();
 *
 * tracer.spans.map(({ name, endTime }) => [name, endTime]); // [["llm.call", 250]]
 * ```
 *
 * @module
 */

export type { Clock } from "./clock.ts";
export { fakeClock } from "./fake_clock.ts";
export type { FakeClock, FakeClockOptions } from "./fake_clock.ts";
export type { ScriptedBody, ScriptedChunk, ScriptedService } from "./_scripted_service.ts";
export type { StreamExitProvider, StreamExitRequest } from "./_exit_providers.ts";
export type { StreamExitBackend, StreamExitCallOptions, StreamExitSpan, StreamLibrary } from "./_exit_scene.ts";
export { streamExits } from "./stream_exits.ts";
export type { StreamExit, StreamExitsOptions } from "./stream_exits.ts";
export { recordingTracer } from "./recording_tracer.ts";
export type { RecordedSpan, RecordingTracer, RecordingTracerOptions } from "./recording_tracer.ts";
export type { Attributes, AttributeValue, Span, Tracer } from "./tracer.ts";

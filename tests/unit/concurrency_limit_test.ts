import { assertEquals, assertRejects } from "@std/assert";
import { concurrencyLimit } from "../../examples/concurrency_limit.ts";
import { type CallOptions, callWithRetry, type Clock } from "../../mod.ts";
import { fakeClock, recordingTracer } from "../../src/testing.ts";
import { httpError, request } from "../support/scripted_provider.ts";

/** A provider that takes 100 ms, and counts what runs. */
function slowProvider(clock: Clock, error?: unknown) {
  const counts = { running: 0, most: 0, all: 0 };
  const chat = async () => {
    counts.all++;
    counts.most = Math.max(counts.most, ++counts.running);
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 100));
    counts.running--;
    if (error) throw error;
  };
  return { name: "openai", counts, chat };
}

Deno.test("concurrencyLimit() lets so many attempts run at a time, and the others wait in line", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const gates = [concurrencyLimit(2)];
  const provider = slowProvider(clock);
  await Promise.all(Array.from({ length: 5 }, () => callWithRetry(provider, request, { clock, tracer, gates })));
  assertEquals(provider.counts, { running: 0, most: 2, all: 5 });
  const queued = tracer.named("llm.call").map((span) => span.startAttributes["llm.queue_ms"]);
  assertEquals(queued, [undefined, undefined, 100, 100, 200]);
});

Deno.test("concurrencyLimit() gives the place back after a failure, so that others run while a call waits", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const gates = [concurrencyLimit(1)];
  const failing = slowProvider(clock, httpError(503));
  const first = callWithRetry(failing, request, { clock, gates, retry: { maxRetries: 1, jitter: "none" } });
  const provider = slowProvider(clock);
  await callWithRetry(provider, request, { clock, gates });
  assertEquals(clock.now(), 200);
  await assertRejects(() => first);
  assertEquals([failing.counts.all, clock.now()], [2, 1200]);
});

Deno.test("concurrencyLimit() passes the turn of a call that gave up on to the next", async () => {
  const clock = fakeClock();
  const gates = [concurrencyLimit(1)];
  const provider = slowProvider(clock);
  const controller = new AbortController();
  const start = (options: CallOptions = {}) => callWithRetry(provider, request, { clock, gates, ...options });
  const calls = [
    start(),
    start({ signal: controller.signal }).catch((reason) => reason),
    start({ deadlineMs: 50 }).catch((error) => error.name),
    start(),
  ];
  await clock.advance(50);
  controller.abort("enough");
  await clock.runAll();
  assertEquals(await Promise.all(calls), [undefined, "enough", "TimeoutError", undefined]);
  assertEquals(provider.counts, { running: 0, most: 1, all: 2 });
  await clock.advance(0);
  const again = start();
  await clock.runAll();
  await again;
  assertEquals(clock.now(), 300, "no place was lost");
});

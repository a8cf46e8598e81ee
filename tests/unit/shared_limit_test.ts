import { assert, assertEquals, assertRejects } from "@std/assert";
import { type LimitStore, memoryStore, sharedLimit } from "../../examples/shared_limit.ts";
import { callWithRetry, type Clock } from "../../mod.ts";
import { fakeClock, recordingTracer } from "../../src/testing.ts";
import { request } from "../support/scripted_provider.ts";

/** A provider that remembers when it was called. */
function timedProvider(clock: Clock, name = "openai") {
  const starts: number[] = [];
  return { name, starts, chat: () => void starts.push(clock.now()) };
}

Deno.test("sharedLimit() lets all machines together start so many attempts in a window", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const store = memoryStore(clock.now);
  const machines = [1, 2].map(() => ({ clock, tracer, gates: [sharedLimit({ store, limit: 3, windowMs: 1000 })] }));
  const provider = timedProvider(clock);
  await Promise.all(
    machines.flatMap((options) => Array.from({ length: 4 }, () => callWithRetry(provider, request, options))),
  );
  assertEquals(provider.starts, [0, 0, 0, 1000, 1000, 1000, 2000, 2000]);
  const queued = tracer.named("llm.call").map((span) => span.startAttributes["llm.queue_ms"]);
  assertEquals(queued, [undefined, undefined, undefined, 1000, 1000, 1000, 2000, 2000]);
});

Deno.test("sharedLimit() counts each provider and model alone, or what the key says", async () => {
  const clock = fakeClock({ autoAdvance: true });
  for (const [key, last] of [[undefined, 0], [() => "everything", 1000]] as const) {
    const store = memoryStore(clock.now);
    const began = clock.now();
    const gates = [sharedLimit({ store, limit: 1, windowMs: 1000, ...(key && { key }) })];
    const providers = [timedProvider(clock), timedProvider(clock, "azure")];
    await Promise.all(providers.map((provider) => callWithRetry(provider, request, { clock, gates })));
    assertEquals(providers.map(({ starts }) => starts[0]! - began), [0, last]);
  }
});

Deno.test("sharedLimit() counts retries too", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const gates = [sharedLimit({ store: memoryStore(clock.now), limit: 1, windowMs: 5000 })];
  const starts: number[] = [];
  const provider = {
    name: "openai",
    chat() {
      if (starts.push(clock.now()) === 1) throw Object.assign(new Error("HTTP 503"), { status: 503 });
    },
  };
  await callWithRetry(provider, request, { clock, gates, retry: { jitter: "none" } });
  assertEquals(starts, [0, 5000]);
});

Deno.test("sharedLimit() fails a call at once whose deadline comes before the next window", async () => {
  const clock = fakeClock();
  const gates = [sharedLimit({ store: memoryStore(clock.now), limit: 1, windowMs: 5000 })];
  const provider = timedProvider(clock);
  await callWithRetry(provider, request, { clock, gates });
  await assertRejects(() => callWithRetry(provider, request, { clock, gates, deadlineMs: 3000 }), DOMException);
  assertEquals([clock.now(), clock.pendingTimers, provider.starts.length], [0, 0, 1]);
});

Deno.test("sharedLimit() lets everything pass while its store is down", async () => {
  const clock = fakeClock();
  const down = () => Promise.reject(new Error("store is down"));
  const store: LimitStore = { increment: down, leftMs: down };
  const provider = timedProvider(clock);
  await callWithRetry(provider, request, { clock, gates: [sharedLimit({ store, limit: 1, windowMs: 1000 })] });
  assertEquals(provider.starts, [0]);
});

Deno.test("sharedLimit() asks again where the window ends between its two questions", async () => {
  const clock = fakeClock({ autoAdvance: true });
  let asked = 0;
  const store: LimitStore = {
    increment: () => Promise.resolve(++asked === 1 ? 2 : 1),
    leftMs: () => Promise.resolve(-2),
  };
  const provider = timedProvider(clock);
  await callWithRetry(provider, request, { clock, gates: [sharedLimit({ store, limit: 1, windowMs: 1000 })] });
  assertEquals([asked, provider.starts], [2, [1]]);
});

Deno.test("memoryStore() begins a new window when the last one is over", async () => {
  const clock = fakeClock();
  const store = memoryStore(clock.now);
  assert(await store.leftMs("a") <= 0);
  assertEquals([await store.increment("a", 1000), await store.increment("a", 1000)], [1, 2]);
  await clock.advance(999);
  assertEquals([await store.increment("a", 1000), await store.leftMs("a")], [3, 1]);
  await clock.advance(1);
  assertEquals([await store.increment("a", 1000), await store.leftMs("a")], [1, 1000]);
});

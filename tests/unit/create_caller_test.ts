import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { createCaller } from "../../mod.ts";
import { fakeClock, recordingTracer } from "../../src/testing.ts";
import { httpError, request, scriptedProvider } from "../support/scripted_provider.ts";

Deno.test("createCaller() calls with its defaults", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const call = createCaller({ clock, tracer, retry: { maxRetries: 1, jitter: "none" } });
  const error = httpError(500);
  const provider = scriptedProvider(clock, [{ error: httpError(500) }, { error }]);
  assertStrictEquals(await assertRejects(() => call(provider, request)), error);
  assertEquals(tracer.named("llm.call").length, 2);
});

Deno.test("createCaller() lets a call override one retry option and one attribute, and keeps the rest", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const call = createCaller({
    clock,
    tracer,
    attributes: { team: "search", env: "test" },
    retry: { maxRetries: 1, jitter: "none", baseDelayMs: 10 },
  });
  const provider = scriptedProvider(clock, [{ error: httpError(500) }, { error: httpError(500) }, {}]);
  await call(provider, request, { taskId: "t-2", attributes: { env: "prod" }, retry: { maxRetries: 2 } });
  assertEquals(clock.now(), 30);
  const { startAttributes } = tracer.spans[0]!;
  assertEquals([startAttributes["task.id"], startAttributes["team"], startAttributes["env"]], [
    "t-2",
    "search",
    "prod",
  ]);
});

Deno.test("createCaller() keeps a default that an override leaves undefined", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const tracer = recordingTracer({ clock });
  const call = createCaller({ clock, tracer, taskId: "t-1", retry: { maxRetries: 0 } });
  await call(scriptedProvider(clock, [{}]), request, { tracer: undefined, taskId: undefined, retry: undefined });
  assertEquals(tracer.spans[0]?.startAttributes["task.id"], "t-1");
  await assertRejects(() =>
    call(scriptedProvider(clock, [{ error: httpError(500) }]), request, { retry: { maxRetries: undefined } })
  );
});

Deno.test("createCaller() refuses a bad override before anything is sent", async () => {
  const provider = scriptedProvider(fakeClock(), []);
  await assertRejects(
    () => createCaller()(provider, request, { retry: { maxRetries: -1 } }),
    RangeError,
    "'retry.maxRetries'",
  );
  assertEquals(provider.contexts.length, 0);
});

import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { callWithRetry } from "../../mod.ts";
import { consoleTracer, type ConsoleTracerOptions } from "../../src/console.ts";
import { callWithFallback } from "../../src/fallback.ts";
import { fakeClock } from "../../src/testing.ts";
import { httpError, request, scriptedProvider, type Step } from "../support/scripted_provider.ts";

const usage = { inputTokens: 181, outputTokens: 212, cacheReadTokens: 1024, reasoningTokens: 64 };

const rateLimitedThenOverloaded: readonly Step[] = [
  { takesMs: 400, error: httpError(429, { "retry-after": "3" }) },
  { takesMs: 200, error: httpError(529) },
  { takesMs: 2400, answer: { usage, stopReason: "tool_calls" } },
];

/** Prints one call, played in no time, and returns the printed texts. */
async function printCall(
  steps: readonly Step[],
  options: ConsoleTracerOptions = {},
  callOptions: { operationSpan?: boolean; maxRetries?: number; taskId?: string } = {},
): Promise<string[]> {
  const clock = fakeClock({ autoAdvance: true });
  const printed: string[] = [];
  const tracer = consoleTracer({ clock, write: (text) => printed.push(text), ...options });
  const { maxRetries, ...rest } = callOptions;
  const call = callWithRetry(scriptedProvider(clock, steps), request, {
    tracer,
    clock,
    retry: { jitter: "none", maxRetries },
    ...rest,
  });
  await call.catch(() => {});
  return printed;
}

/** All that a text says, whatever its lines and columns. */
function words(text: string): string[] {
  return text.split(/[\s█·]+/).filter(Boolean);
}

Deno.test("consoleTracer() draws attempts as bars on the call's time axis and waits as gaps", async () => {
  assertEquals(await printCall(rateLimitedThenOverloaded), [
    [
      "chat gpt-5  8.00s  3 attempts  waited 5.00s  ok  openai",
      "  0 █·········                400ms  429 rate_limited  wait 3.00s (retry-after)",
      "  1           █·····          200ms  529 overloaded  wait 2.00s (backoff)",
      "  2                 ████████  2.40s  ok  tool_use",
      "                                     in 181 out 212 cached 1024 reasoning 64",
    ].join("\n").replace("200 ok", "ok"),
  ]);
});

Deno.test("consoleTracer() wraps at 60 columns", async () => {
  assertEquals(await printCall(rateLimitedThenOverloaded, { width: 60 }), [[
    "chat gpt-5  8.00s  3 attempts  waited 5.00s  ok  openai",
    "  0 █·····            400ms  429 rate_limited",
    "                             wait 3.00s (retry-after)",
    "  1       █····       200ms  529 overloaded",
    "                             wait 2.00s (backoff)",
    "  2            █████  2.40s  ok  tool_use",
    "                             in 181 out 212 cached 1024",
    "                             reasoning 64",
  ].join("\n")]);
});

Deno.test("consoleTracer() puts the details under the bar at 40 columns", async () => {
  assertEquals(await printCall(rateLimitedThenOverloaded.slice(1), { width: 40 }), [[
    "chat gpt-5  3.60s  2 attempts",
    "  waited 1.00s  ok  openai",
    "  0 ██·······                      200ms",
    "    529 overloaded  wait 1.00s (backoff)",
    "  1          ████████████████████  2.40s",
    "    ok  tool_use",
    "    in 181 out 212 cached 1024",
    "    reasoning 64",
  ].join("\n")]);
});

Deno.test("consoleTracer() says the same at every width, within the width", async () => {
  const steps = [
    ...rateLimitedThenOverloaded.slice(0, 2),
    {
      takesMs: 3_000_000,
      error: httpError(400, {}, "A message of many words and of one very-long-one-that-fits-no-line"),
    },
  ];
  const [widest = ""] = await printCall(steps, { width: 500 }, { taskId: "build-7" });
  for (const width of [20, 40, 55, 56, 60, 80, 120]) {
    const [text = ""] = await printCall(steps, { width }, { taskId: "build-7" });
    for (const line of text.split("\n")) assert(line.length <= width, `${line.length} > ${width}: ${line}`);
    assertEquals(words(text).join(""), words(widest).join(""));
  }
});

Deno.test("consoleTracer() says why a call failed and was not tried again", async () => {
  const [refused = ""] = await printCall([{ takesMs: 5, error: httpError(401, {}, "Wrong key") }], { width: 120 });
  assertStringIncludes(refused, "1 attempt  auth");
  assertStringIncludes(refused, "401 auth  no retry: not_retryable  Wrong key");

  const [exhausted = ""] = await printCall(rateLimitedThenOverloaded, {}, { maxRetries: 1 });
  assertStringIncludes(exhausted, "2 attempts  waited 3.00s  overloaded");
  assertStringIncludes(exhausted, "no retry: exhausted");
});

Deno.test("consoleTracer() says what a failure without a status was, also of an attempt that is tried again", async () => {
  const reset = new TypeError("fetch failed", { cause: Object.assign(new Error("gone"), { code: "ECONNRESET" }) });
  const [text = ""] = await printCall([{ takesMs: 5, error: reset }, { takesMs: 5 }], { width: 120 });
  assertStringIncludes(text, "network  wait 1.00s (backoff)  fetch failed");
});

Deno.test("consoleTracer() shows a cancelled wait as far as it came", async () => {
  const clock = fakeClock();
  const printed: string[] = [];
  const controller = new AbortController();
  const call = callWithRetry(scriptedProvider(clock, rateLimitedThenOverloaded), request, {
    tracer: consoleTracer({ clock, write: (text) => printed.push(text) }),
    clock,
    signal: controller.signal,
  });
  const rejected = assertRejects(() => call);
  await clock.advance(800);
  controller.abort();
  await rejected;
  assertEquals(printed.length, 1);
  assertStringIncludes(printed[0]!, "800ms  1 attempt");
  assertStringIncludes(printed[0]!, "cancelled");
  assertStringIncludes(printed[0]!, "  0 ████████████············  400ms  429 rate_limited");
});

Deno.test("consoleTracer() prints an attempt without an operation span by itself", async () => {
  const printed = await printCall(rateLimitedThenOverloaded, {}, { operationSpan: false });
  assertEquals(printed.map((text) => text.split("\n")[0]), [
    "llm.call gpt-5  400ms  1 attempt  rate_limited  openai",
    "llm.call gpt-5  200ms  1 attempt  overloaded  openai",
    "llm.call gpt-5  2.40s  1 attempt  ok  openai",
  ]);
  assertStringIncludes(printed[1]!, "  1 ████████████████████████  200ms  529 overloaded  wait 2.00s (backoff)");
});

Deno.test("consoleTracer() uses colours only when told to, and not in place of words", async () => {
  const [plain = ""] = await printCall(rateLimitedThenOverloaded);
  const [colored = ""] = await printCall(rateLimitedThenOverloaded, { color: true });
  // deno-lint-ignore no-control-regex -- colours are control sequences
  const escapes = /\x1b\[\d+m/g;
  assertEquals(plain.match(escapes), null);
  assert(colored.match(escapes)!.length > 10);
  assertEquals(colored.replace(escapes, ""), plain);
});

Deno.test("consoleTracer() has a colour for how it came out, and for waits", async () => {
  const painted = async (step: Step) => {
    const [text = ""] = await printCall([step], { color: true, width: 120 }, { maxRetries: 0 });
    return text.split("\n")[1]!.replaceAll("\x1b", "^");
  };
  assertStringIncludes(await painted({ takesMs: 5 }), "^[32m█");
  assertStringIncludes(await painted({ takesMs: 5 }), "^[32mok^[0m");
  const failed = await painted({ takesMs: 5, error: httpError(401, {}, "Wrong key") });
  assertStringIncludes(failed, "^[31m█");
  assertStringIncludes(failed, "^[31m401 auth^[0m  ^[33mno retry: not_retryable^[0m  ^[2mWrong key^[0m");

  let text = "";
  const tracer = consoleTracer({ clock: fakeClock(), write: (it) => text = it, color: true, width: 120 });
  const root = tracer.startSpan("chat", { "llm.outcome": "cancelled" });
  tracer.startSpan("llm.call", { "llm.attempt": 0 }, root);
  root.end();
  assertStringIncludes(text, "\x1b[1mchat\x1b[0m");
  assertStringIncludes(text, "\x1b[33mcancelled\x1b[0m");
  assertStringIncludes(text, "\x1b[33munfinished\x1b[0m");
});

Deno.test("consoleTracer() shows all that is known of an attempt", () => {
  let text = "";
  const tracer = consoleTracer({ clock: fakeClock(), write: (it) => text = it, width: 200 });
  const root = tracer.startSpan("chat", {});
  tracer.startSpan("llm.call", { "llm.attempt": 0, "llm.queue_ms": 1500, "llm.first_chunk_ms": 250 }, root).end();
  const counts = { "llm.cache_creation_tokens": 7, "llm.usage_partial": true, "llm.error": "it broke" };
  tracer.startSpan("llm.call", { "llm.attempt": 1, "llm.duration_ms": 42, "llm.outcome": "timeout", ...counts }, root)
    .end();
  const refused = { "llm.retry.decision": "refused", "llm.retry.gate": "retry_budget" };
  tracer.startSpan("llm.call", { "llm.attempt": 2, "llm.outcome": "error", ...refused }, root).end();
  root.end();
  const [, first, second, third] = text.split("\n");
  assert(first!.endsWith("  0ms  ok  queued 1.50s  first chunk 250ms"), first);
  assert(second!.endsWith("  42ms  timeout  cache write 7  usage partial  it broke"), second);
  assert(third!.endsWith("  0ms  error  no retry: refused (retry_budget)"), third);
});

Deno.test("consoleTracer() shows spans of one's own beside attempts, as they were when they ended", () => {
  let text = "";
  const clock = { ...fakeClock(), now: () => now };
  let now = 0;
  const tracer = consoleTracer({ clock, write: (it) => text = it });
  const root = tracer.startSpan("agent", {});
  const tool = tracer.startSpan("tool search", {}, root);
  now = 25;
  tool.fail("not_found");
  tool.end();
  tool.setAttributes({ "llm.outcome": "ok" });
  tool.fail("another");
  now = 75;
  tracer.startSpan("tool read", {}, root).end();
  now = 100;
  root.end();
  assertEquals(text.split("\n"), [
    "agent  100ms  2 attempts  ok",
    "   ██████                     25ms  tool search  not_found",
    "                     █         0ms  tool read  ok",
  ]);
});

Deno.test("consoleTracer() says which target an attempt was made at where there are several", async () => {
  const clock = fakeClock({ autoAdvance: true });
  let text = "";
  const tracer = consoleTracer({ clock, write: (it) => text = it });
  const at = (name: string, model: string, steps: readonly Step[]) => ({
    provider: { ...scriptedProvider(clock, steps), name },
    request: { ...request, model },
  });
  await callWithFallback([
    at("openai", "gpt-5", [{ takesMs: 50, error: httpError(529) }]),
    at("anthropic", "claude", [{ takesMs: 50 }]),
  ], { clock, tracer, retry: { maxRetries: 0 } });
  assertEquals(text.split("\n"), [
    "chat gpt-5  100ms  2 attempts  ok  anthropic",
    "  0 ████████████               50ms  openai gpt-5  529 overloaded",
    "                                     no retry: exhausted  HTTP 529",
    "  0             ████████████   50ms  anthropic claude  ok",
  ]);
});

Deno.test("consoleTracer() prints to the console, 80 columns wide, unless told otherwise", () => {
  const { log } = console;
  const printed: string[] = [];
  Object.assign(console, { log: (text: string) => printed.push(text) });
  try {
    for (const length of [78, 79]) {
      const span = consoleTracer({ clock: fakeClock() }).startSpan("chat", {});
      span.setAttributes({ "task.id": "x".repeat(length - "chat  0ms  0 attempts  ok  task ".length) });
      span.end();
    }
  } finally {
    Object.assign(console, { log });
  }
  // The header keeps two columns free, to which its further lines are moved in.
  assertEquals(printed.map((text) => text.split("\n").length), [1, 2]);
});

Deno.test("consoleTracer() lets nothing that comes from outside move the cursor", () => {
  let text = "";
  const tracer = consoleTracer({ clock: fakeClock(), write: (it) => text = it, width: 120 });
  const root = tracer.startSpan("chat a\x1b[2Jb", { "task.id": "c\r\nd" });
  tracer.startSpan("llm.call", { "llm.attempt": 0, "llm.stop_reason": "e\u202ef\u0007" }, root).end();
  root.end();
  assertStringIncludes(text, "chat a [2Jb  0ms  1 attempt  ok  task c d\n");
  assertStringIncludes(text, "ok  e f");
});

Deno.test("consoleTracer() prints a call when its root ends, once, and knows nothing of it afterwards", () => {
  const printed: string[] = [];
  const tracer = consoleTracer({ clock: fakeClock(), write: (text) => printed.push(text) });
  const root = tracer.startSpan("chat a", {});
  const unfinished = tracer.startSpan("llm.call", { "llm.attempt": 0 }, root);
  root.end();
  assertEquals(printed.length, 1);
  assertStringIncludes(printed[0]!, "unfinished");

  unfinished.end();
  root.setAttributes({ "llm.outcome": "error" });
  root.end();
  assertEquals(printed.length, 1);

  tracer.startSpan("llm.call", { "llm.attempt": 1 }, unfinished).end();
  assertEquals(printed.length, 2);
  assertStringIncludes(printed[1]!, "1 attempt  ok");
});

Deno.test("consoleTracer() keeps calls that overlap apart", () => {
  const printed: string[] = [];
  const tracer = consoleTracer({ clock: fakeClock(), write: (text) => printed.push(text) });
  const [a, b] = [tracer.startSpan("chat a", {}), tracer.startSpan("chat b", {})];
  for (const root of [a, b, a]) tracer.startSpan("llm.call", { "llm.attempt": 0 }, root).end();
  b.end();
  a.end();
  assertEquals(printed.map((text) => text.split("\n")[0]), [
    "chat b  0ms  1 attempt  ok",
    "chat a  0ms  2 attempts  ok",
  ]);
});

Deno.test("consoleTracer() shows no time below 0 of a clock that is set back", () => {
  let now = 60_000;
  const printed: string[] = [];
  const tracer = consoleTracer({ clock: { ...fakeClock(), now: () => now }, write: (text) => printed.push(text) });
  const root = tracer.startSpan("chat", {});
  const call = tracer.startSpan("llm.call", { "llm.attempt": 0 }, root);
  now = 0;
  call.end();
  root.end();
  assert(!printed.join().includes("-"), printed.join());
});

Deno.test("consoleTracer() shows long times in minutes and hours", () => {
  const clock = { ...fakeClock(), now: () => now };
  let now = 0;
  const times = [999.6, 59_994, 59_995, 599_400, 599_600, 3_599_400, 3_599_600, 7_384_000, 35_999_000, 359_969_000];
  const headers = times.map((ms) => {
    let text = "";
    now = 0;
    const span = consoleTracer({ clock, write: (line) => text = line }).startSpan("x", {});
    now = ms;
    span.end();
    return text.split("  ")[1];
  });
  const shown = ["1.00s", "59.99s", "1m 00s", "9m 59s", "10m00s", "59m59s", "1h 00m", "2h 03m", "10h00m", "99h59m"];
  assertEquals(headers, shown);
});

Deno.test("consoleTracer() refuses what it could not print with", () => {
  const cases = [
    [null, "'options' must be an object: current value is null"],
    [{ write: "stdout" }, `'write' must be a function: current value is "stdout"`],
    [{ write: 1 }, "'write' must be a function: current value is 1"],
    [{ write: null }, "'write' must be a function: current value is null"],
    [{ width: "80" }, `'width' must be an integer >= 20: current value is "80"`],
    [{ clock: {} }, "'clock' must be a Clock: current value is of type object"],
    [{ clock: null }, "'clock' must be a Clock: current value is null"],
  ] as const;
  for (const [options, told] of cases) {
    const { message } = assertThrows(() => consoleTracer(options as never), TypeError);
    assertEquals(message, `Cannot create a console tracer: ${told}`);
  }
});

Deno.test("consoleTracer() refuses a width that is no integer of at least 20", () => {
  for (const width of [19, 0, -1, 60.5, NaN, Infinity]) {
    assertThrows(
      () => consoleTracer({ width }),
      RangeError,
      `Cannot create a console tracer: 'width' must be an integer >= 20: current value is ${width}`,
    );
  }
});

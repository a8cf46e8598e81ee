import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { type InsideOptions, retryMiddleware } from "../../src/ai_sdk.ts";
import type { RetryOptions } from "../../mod.ts";
import { recordingTracer } from "../../src/testing.ts";

interface Params {
  readonly prompt: readonly unknown[];
  readonly tools?: readonly unknown[];
  readonly abortSignal?: AbortSignal;
}
type Part = { readonly type: string; readonly [name: string]: unknown };

const USAGE = {
  inputTokens: { total: 10, noCache: 6, cacheRead: 3, cacheWrite: 1 },
  outputTokens: { total: 5, text: 3, reasoning: 2 },
};
const RESULT = {
  content: [{ type: "text", text: "Hi" }],
  finishReason: { unified: "stop", raw: "completed" },
  usage: USAGE,
  response: { id: "r1", modelId: "gpt-5-2026", headers: { "x-request-id": "req_1" } },
};
const PARTS: Part[] = [
  { type: "stream-start", warnings: [] },
  { type: "response-metadata", id: "r1", modelId: "gpt-5-2026" },
  { type: "ping" },
  { type: "text-start", id: "0" },
  { type: "text-delta", id: "0", delta: "" },
  { type: "text-delta", id: "0", delta: "Hi" },
  { type: "text-end", id: "0" },
  { type: "finish", usage: USAGE, finishReason: RESULT.finishReason },
];
const overloaded = () => Object.assign(new Error("Overloaded"), { name: "AI_APICallError", statusCode: 529 });

/** A model that answers from a script: what it throws or gives, one after the other. */
function scriptedModel(script: readonly unknown[], provider = "openai.responses") {
  const asked: Params[] = [];
  const answer = (params: Params): unknown => {
    asked.push(params);
    const step = script[Math.min(asked.length, script.length) - 1];
    if (step instanceof Error) throw step;
    return step;
  };
  return {
    asked,
    provider,
    modelId: "gpt-5",
    doGenerate: async (params: Params) => await answer(params) as typeof RESULT,
    doStream: async (params: Params) => {
      const parts = [...await answer(params) as Part[]];
      const stream = new ReadableStream<Part>({
        pull: (to) => parts.length > 0 ? to.enqueue(parts.shift()!) : to.close(),
      }, { highWaterMark: 0 });
      return { stream, request: { body: "b" }, response: { headers: { "apim-request-id": "req_2" } } };
    },
  };
}

function set(script: readonly unknown[], options: InsideOptions = {}, provider?: string) {
  const tracer = recordingTracer();
  const middleware = retryMiddleware({ tracer, retry: { baseDelayMs: 0 }, ...options });
  return { tracer, middleware, model: scriptedModel(script, provider) };
}

async function read(stream: ReadableStream<Part>): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

const PARAMS: Params = { prompt: [{ role: "user" }, { role: "user" }], tools: [{}] };

Deno.test("retryMiddleware() retries and traces an answer in one piece", async () => {
  const { tracer, middleware, model } = set([overloaded(), RESULT], { taskId: () => "t1" });
  assertStrictEquals(await middleware.wrapGenerate({ params: PARAMS, model }), RESULT);
  assertEquals(model.asked.length, 2);
  assertStrictEquals(model.asked[0]!.prompt, PARAMS.prompt);
  const [first, second] = tracer.named("llm.call");
  assertEquals(first!.attributes["error.type"], "overloaded");
  assertEquals(second!.startAttributes, {
    "task.id": "t1",
    "llm.provider": "openai",
    "llm.model": "gpt-5",
    "llm.attempt": 1,
    "llm.tool_count": 1,
    "llm.message_count": 2,
    "http.request.resend_count": 1,
  });
  assertEquals(second!.attributes["llm.input_tokens"], 10);
  assertEquals(second!.attributes["llm.cache_read_tokens"], 3);
  assertEquals(second!.attributes["llm.reasoning_tokens"], 2);
  assertEquals(second!.attributes["llm.request_id"], "req_1");
  assertEquals(second!.attributes["llm.stop_reason"], "end_turn");
  assertEquals(tracer.spans[0]!.attributes["gen_ai.response.finish_reasons"], ["completed"]);
  assertEquals(tracer.spans[0]!.attributes["gen_ai.response.model"], "gpt-5-2026");
});

Deno.test("retryMiddleware() counts tokens as each provider does", async () => {
  const anthropic = set([RESULT], {}, "anthropic.messages");
  await anthropic.middleware.wrapGenerate({ params: PARAMS, model: anthropic.model });
  assertEquals(anthropic.tracer.named("llm.call")[0]!.attributes["llm.input_tokens"], 6);
  assertEquals(anthropic.tracer.spans[0]!.attributes["gen_ai.usage.input_tokens"], 10);
  // Claude in other clouds counts as at home, OpenAI's API at Amazon as OpenAI's.
  const elsewhere = {
    "googleVertex.anthropic.messages": 6,
    "bedrock.anthropic.messages": 6,
    "bedrock-mantle.chat": 10,
  };
  for (const [provider, tokens] of Object.entries(elsewhere)) {
    const { tracer, middleware, model } = set([RESULT], {}, provider);
    await middleware.wrapGenerate({ params: PARAMS, model });
    assertEquals(tracer.named("llm.call")[0]!.attributes["llm.input_tokens"], tokens);
    assertEquals(tracer.spans[0]!.attributes["gen_ai.usage.input_tokens"], 10);
  }
  const flat = { ...RESULT, finishReason: "stop", usage: { inputTokens: 4, outputTokens: 2, cachedInputTokens: 1 } };
  const older = set([flat]);
  await older.middleware.wrapGenerate({ params: PARAMS, model: older.model });
  const { attributes } = older.tracer.named("llm.call")[0]!;
  assertEquals(
    [attributes["llm.input_tokens"], attributes["llm.output_tokens"], attributes["llm.cache_read_tokens"]],
    [4, 2, 1],
  );
});

Deno.test("retryMiddleware() names providers as the other entry points do", async () => {
  const names = {
    "google.generative-ai": "gemini",
    "google.vertex.chat": "gcp.vertex_ai",
    "vertex.anthropic.messages": "gcp.vertex_ai",
    "googleVertex.anthropic.messages": "gcp.vertex_ai",
    "amazon-bedrock": "bedrock",
    "bedrock.anthropic.messages": "bedrock",
    "bedrock-mantle.responses": "bedrock",
    "azure-openai.chat": "azure.ai.openai",
    "azure.responses": "azure.ai.openai",
    "xai.responses": "x_ai",
    "mistral.chat": "mistral",
    "": "unknown",
  };
  for (const [provider, name] of Object.entries(names)) {
    const { tracer, middleware, model } = set([RESULT], {}, provider);
    await middleware.wrapGenerate({ params: PARAMS, model });
    assertEquals(tracer.named("llm.call")[0]!.attributes["llm.provider"], name);
  }
});

Deno.test("retryMiddleware() rejects with the model's own error", async () => {
  const error = overloaded();
  const { middleware, model } = set([error], { retry: { maxRetries: 1, baseDelayMs: 0 } });
  assertStrictEquals(await middleware.wrapGenerate({ params: PARAMS, model }).catch((it) => it), error);
  assertEquals(model.asked.length, 2);
});

Deno.test("retryMiddleware() retries a stream until there is content, and leaves its parts alone", async () => {
  const failed = [PARTS[0]!, { type: "error", error: overloaded() }];
  const { tracer, middleware, model } = set([overloaded(), failed, PARTS]);
  const { stream, ...rest } = await middleware.wrapStream({ params: PARAMS, model });
  assertEquals(rest, { request: { body: "b" }, response: { headers: { "apim-request-id": "req_2" } } });
  const parts = await read(stream);
  assert(parts.every((part, at) => part === PARTS[at]) && parts.length === PARTS.length);
  const attempts = tracer.named("llm.call");
  assertEquals(attempts.map((span) => span.attributes["error.type"]), ["overloaded", "overloaded", undefined]);
  const { attributes, endCount } = attempts[2]!;
  assertEquals([attributes["llm.input_tokens"], attributes["llm.stop_reason"], endCount], [10, "end_turn", 1]);
  assertEquals(attributes["llm.request_id"], "req_2");
});

Deno.test("retryMiddleware() knows the request's id whatever part comes first", async () => {
  const { tracer, middleware, model } = set([PARTS.slice(1)]);
  await read((await middleware.wrapStream({ params: PARAMS, model })).stream);
  assertEquals(tracer.named("llm.call")[0]!.attributes["llm.request_id"], "req_2");
  assertEquals(tracer.spans[0]!.attributes["gen_ai.response.model"], "gpt-5-2026");
});

Deno.test("retryMiddleware() gives a stream that came to nothing as it came", async () => {
  const failed = [PARTS[0]!, { type: "error", error: overloaded() }];
  const { middleware, model } = set([failed], { retry: { maxRetries: 1, baseDelayMs: 0 } });
  const { stream } = await middleware.wrapStream({ params: PARAMS, model });
  assertEquals(await read(stream), failed);
  assertEquals(model.asked.length, 2);
});

Deno.test("retryMiddleware() tells an error in mid-stream and leaves it to the SDK", async () => {
  const parts = [...PARTS.slice(0, 6), { type: "error", error: overloaded() }];
  const { tracer, middleware, model } = set([parts]);
  const { stream } = await middleware.wrapStream({ params: PARAMS, model });
  assertEquals(await read(stream), parts);
  const { attributes } = tracer.named("llm.call")[0]!;
  assertEquals([attributes["error.type"], attributes["llm.retry.decision"]], ["overloaded", "already_streaming"]);
});

Deno.test("retryMiddleware() sees that a stream was cut short, whatever its last part says", async () => {
  const usage = { inputTokens: {}, outputTokens: {} };
  for (const finishReason of [{ unified: "interrupted" }, { unified: "other", raw: undefined }, "unknown"]) {
    const cut = [...PARTS.slice(0, 4), { type: "finish", usage, finishReason }];
    const { tracer, middleware, model } = set([cut, PARTS]);
    const { stream } = await middleware.wrapStream({ params: PARAMS, model });
    assertEquals(await read(stream), PARTS);
    assertEquals(tracer.named("llm.call")[0]!.attributes["error.type"], "truncated_stream");
    const late = [...PARTS.slice(0, 6), { type: "finish", usage, finishReason }];
    const second = set([late]);
    assertEquals(
      await read((await second.middleware.wrapStream({ params: PARAMS, model: second.model })).stream),
      late,
    );
    assertEquals(second.tracer.named("llm.call")[0]!.attributes["error.type"], "truncated_stream");
  }
  // Others do not tell why they stop, but what they have counted.
  const { tracer, middleware, model } = set([[...PARTS.slice(0, 6), {
    ...PARTS[7]!,
    finishReason: { unified: "other" },
  }]]);
  await read((await middleware.wrapStream({ params: PARAMS, model })).stream);
  assertEquals(tracer.named("llm.call")[0]!.attributes["llm.outcome"], "ok");
});

Deno.test("retryMiddleware() reads what the service says within HTTP 200", async () => {
  const noAnswer = Object.assign(new Error("Invalid JSON response"), {
    name: "AI_APICallError",
    statusCode: 200,
    responseHeaders: { "retry-after-ms": "1" },
    responseBody: '{"status":"failed","error":{"code":"server_error","message":"Sorry"}}',
    // Zod's own words say what is wrong with the body, not with the request.
    cause: { name: "AI_TypeValidationError", cause: { name: "ZodError", message: '[{"code":"invalid_type"}]' } },
  });
  const classifiers: NonNullable<RetryOptions["classify"]>[] = [
    () => undefined,
    (error, builtIn) => builtIn(error),
    () => {
      throw new Error("own bug");
    },
  ];
  for (const classify of [undefined, ...classifiers]) {
    const { tracer, middleware, model } = set([noAnswer, RESULT], { retry: { classify, baseDelayMs: 0 } });
    assertStrictEquals(await middleware.wrapGenerate({ params: PARAMS, model }), RESULT);
    const { attributes } = tracer.named("llm.call")[0]!;
    assertEquals([attributes["error.type"], attributes["llm.retry.delay_source"]], ["server_error", "retry-after-ms"]);
  }
  for (const responseBody of ["", "[1]", "{", undefined]) {
    const other = set([Object.assign(new Error("no"), { statusCode: 200, responseBody })]);
    await other.middleware.wrapGenerate({ params: PARAMS, model: other.model }).catch(() => {});
    assertEquals(other.model.asked.length, 1);
  }
});

Deno.test("retryMiddleware() passes its attempt's signal on and ends with the caller's", async () => {
  const controller = new AbortController();
  const { tracer, middleware, model } = set([new Promise(() => {})]);
  const pending = middleware.wrapGenerate({ params: { ...PARAMS, abortSignal: controller.signal }, model });
  controller.abort("stop");
  assertEquals(await pending.catch((error) => error), "stop");
  assert(model.asked[0]!.abortSignal!.aborted);
  assertEquals(tracer.named("llm.call")[0]!.attributes["llm.outcome"], "cancelled");
});

Deno.test("retryMiddleware() steps back where the AI SDK retries by itself", async () => {
  const warnings: string[] = [];
  const { tracer, middleware, model } = set([overloaded(), overloaded(), overloaded(), RESULT], {
    retry: "auto",
    onWarning: (warning) => void warnings.push(warning),
    gates: [{ name: "no retries", after: () => ({ refuse: "none here" }) }],
  });
  // As the SDK does: other params, but the same prompt.
  for (let count = 0; count < 3; count++) {
    await middleware.wrapGenerate({ params: { ...PARAMS }, model }).catch(() => {});
  }
  assertStrictEquals(await middleware.wrapGenerate({ params: { ...PARAMS }, model }), RESULT);
  assertEquals(tracer.named("llm.call").map((span) => span.attributes["llm.attempt"]), [0, 1, 2, 3]);
  assertEquals(tracer.named("chat gpt-5").length, 1);
  assertEquals(warnings.length, 1);
  // What has succeeded is not remembered.
  await middleware.wrapGenerate({ params: { ...PARAMS }, model });
  assertEquals(tracer.named("llm.call").at(-1)!.attributes["llm.attempt"], 0);
});

Deno.test("retryMiddleware() knows which of two calls alike is tried again", async () => {
  const { tracer, middleware, model } = set([overloaded(), overloaded(), RESULT], { retry: { maxRetries: 0 } });
  const [first, second] = [{ ...PARAMS }, { ...PARAMS, prompt: [...PARAMS.prompt] }];
  for (const params of [first, second]) await middleware.wrapGenerate({ params, model }).catch(() => {});
  await middleware.wrapGenerate({ params: second, model });
  await middleware.wrapGenerate({ params: first, model });
  const attempts = tracer.named("llm.call");
  assertEquals(attempts.map((span) => span.attributes["llm.attempt"]), [0, 0, 1, 1]);
  assertStrictEquals(attempts[2]!.parent, attempts[1]!.parent);
  assertStrictEquals(attempts[3]!.parent, attempts[0]!.parent);
});

Deno.test("retryMiddleware() takes what is asked of another model with the same prompt for another call", async () => {
  const warnings: string[] = [];
  const { tracer, middleware, model } = set([overloaded()], {
    retry: "auto",
    onWarning: (warning) => void warnings.push(warning),
    gates: [{ name: "two", after: ({ attempt }) => attempt < 1 ? undefined : { refuse: "two at most" } }],
    random: () => 0,
  });
  const others = [
    { ...scriptedModel([overloaded(), RESULT]), modelId: "gpt-5-mini" },
    scriptedModel([overloaded(), RESULT], "azure"),
  ];
  // As a model does that falls back to others.
  for (const other of others) {
    const params = { ...PARAMS, prompt: [...PARAMS.prompt, other.modelId] };
    await middleware.wrapGenerate({ params, model }).catch(() => {});
    assertStrictEquals(await middleware.wrapGenerate({ params, model: other }), RESULT);
  }
  assertEquals(tracer.named("llm.call").map((span) => span.attributes["llm.attempt"]), [0, 1, 0, 1, 0, 1, 0, 1]);
  assertEquals(tracer.spans.filter((span) => span.name !== "llm.call").length, 4);
  assertEquals(warnings, []);
});

Deno.test("retryMiddleware() refuses bad options at once", () => {
  assertThrows(() => retryMiddleware({ deadlineMs: -1 }), RangeError);
  assertThrows(() => retryMiddleware({ onWarning: 1 as never }), TypeError);
});

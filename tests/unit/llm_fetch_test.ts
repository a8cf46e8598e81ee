import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { type Fetch, llmFetch, type LlmFetchOptions } from "../../src/fetch.ts";
import { fakeClock, recordingTracer } from "../../src/testing.ts";
import { awsFrame } from "../support/aws_event_stream.ts";
import { countingSignal } from "../support/scripted_provider.ts";

const CHAT = "https://api.openai.com/v1/chat/completions";
const CHAT_BODY = { model: "gpt-5", messages: [{ role: "user", content: "Hello" }], tools: [{}, {}] };
const COMPLETION = {
  id: "chatcmpl-1",
  model: "gpt-5-2026",
  choices: [{ message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 7, completion_tokens: 2 },
};
const LIMITED = { error: { message: "Slow down", type: "rate_limit_exceeded" } };

type Sent = { input: Parameters<Fetch>[0]; init: RequestInit | undefined; body: string };

/** A `fetch` that answers from a script, and what it was sent. */
function scripted(...answers: (() => Response | Promise<Response>)[]): { fetch: Fetch; sent: Sent[] } {
  const sent: Sent[] = [];
  const fetch: Fetch = async (input, init) => {
    const body = init?.body instanceof ReadableStream || init?.body instanceof FormData
      ? ""
      : await new Request(input instanceof Request ? input : new URL(input, "http://x"), init).text();
    sent.push({ input, init, body });
    if (init?.signal?.aborted) throw init.signal.reason;
    return answers[Math.min(sent.length, answers.length) - 1]!();
  };
  return { fetch, sent };
}

const ok = () => Response.json(COMPLETION, { headers: { "x-request-id": "req_9" } });
const limited = () => Response.json(LIMITED, { status: 429, headers: { "retry-after-ms": "20", "x-a": "b" } });

function sse(...events: unknown[]): () => Response {
  const text = events.map((it) => `data: ${typeof it === "string" ? it : JSON.stringify(it)}\n\n`).join("");
  return () => new Response(text, { headers: { "content-type": "text/event-stream", "x-request-id": "req_s" } });
}

const delta = (content: string, finish_reason: string | null = null) => ({
  id: "c1",
  model: "gpt-5",
  choices: [{ delta: { content }, finish_reason }],
});
const STREAM = [
  { id: "c1", model: "gpt-5", choices: [{ delta: { role: "assistant", content: "" }, finish_reason: null }] },
  delta("He"),
  delta("y"),
  { id: "c1", choices: [{ delta: {}, finish_reason: "stop" }] },
  { id: "c1", choices: [], usage: { prompt_tokens: 7, completion_tokens: 2 } },
  "[DONE]",
];

/** `llmFetch` over a script, on a clock that runs by itself. */
function set(answers: (() => Response | Promise<Response>)[], options: LlmFetchOptions = {}) {
  const tracer = recordingTracer();
  const { fetch, sent } = scripted(...answers);
  const clock = { ...fakeClock(), setTimeout: (action: () => void) => setTimeout(action, 0), clearTimeout: () => {} };
  return { llm: llmFetch({ tracer, fetch, clock, random: () => 0, ...options }), tracer, sent };
}

const post = (body: unknown, more: RequestInit = {}): RequestInit => ({
  method: "POST",
  body: JSON.stringify(body),
  headers: { "content-type": "application/json", authorization: "Bearer sk-secret" },
  ...more,
});

Deno.test("llmFetch() traces a call and gives its response", async () => {
  const { llm, tracer, sent } = set([ok], { taskId: () => "t-1" });
  const response = await llm(CHAT, post(CHAT_BODY));
  assertEquals(await response.json(), COMPLETION);
  assertEquals([response.status, response.headers.get("x-request-id")], [200, "req_9"]);
  assertEquals(sent[0]!.body, JSON.stringify(CHAT_BODY));
  const [operation, attempt] = tracer.spans;
  assertEquals(operation!.name, "chat gpt-5");
  assertEquals(operation!.attributes["server.address"], "api.openai.com");
  assertEquals(operation!.attributes["server.port"], 443);
  assertEquals(operation!.attributes["gen_ai.response.model"], "gpt-5-2026");
  assertEquals(attempt!.startAttributes, {
    "task.id": "t-1",
    "llm.provider": "openai",
    "llm.model": "gpt-5",
    "llm.attempt": 0,
    "llm.tool_count": 2,
    "llm.message_count": 1,
  });
  const { attributes } = attempt!;
  assertEquals(attributes["llm.input_tokens"], 7);
  assertEquals(attributes["llm.output_tokens"], 2);
  assertEquals(attributes["llm.stop_reason"], "end_turn");
  assertEquals(attributes["llm.request_id"], "req_9");
  assertEquals(attributes["http.response.status_code"], 200);
  assert(!JSON.stringify(tracer.spans.map((span) => span.attributes)).includes("sk-"));
});

Deno.test("llmFetch() retries with the same body", async () => {
  const { llm, tracer, sent } = set([limited, () => new Response("<html>", { status: 502 }), ok]);
  assertEquals(await (await llm(CHAT, post(CHAT_BODY))).json(), COMPLETION);
  assertEquals(sent.map(({ body }) => body), Array(3).fill(JSON.stringify(CHAT_BODY)));
  assertEquals(tracer.named("llm.call").map((span) => span.attributes["error.type"]), [
    "rate_limited",
    "server_error",
    undefined,
  ]);
  assertEquals(tracer.named("llm.call")[0]!.attributes["llm.retry.delay_source"], "retry-after-ms");
  assertEquals(tracer.named("llm.call")[0]!.attributes["llm.error"], "Slow down");
});

Deno.test("llmFetch() hands over the last failure as it came", async () => {
  const { llm, sent, tracer } = set([limited], { retry: { maxRetries: 1 } });
  const response = await llm(CHAT, post(CHAT_BODY));
  assertEquals([response.status, response.headers.get("x-a")], [429, "b"]);
  assertEquals(await response.json(), LIMITED);
  assertEquals(sent.length, 2);
  assertEquals(tracer.spans[0]!.attributes["llm.outcome"], "error");
});

Deno.test("llmFetch() gives what only fetch can give, and so do clones", async () => {
  const facts = { url: CHAT, redirected: true, type: "basic" } as const;
  const fetched = (make: () => Response) => () =>
    Object.defineProperties(make(), { url: { value: CHAT }, redirected: { value: true }, type: { value: "basic" } });
  for (const [answer, more] of [[ok, {}], [sse(...STREAM), { stream: true }], [limited, {}]] as const) {
    const { llm } = set([fetched(answer)], { retry: { maxRetries: 0 } });
    const response = await llm(CHAT, post({ ...CHAT_BODY, ...more }));
    const clone = response.clone().clone();
    for (const { url, redirected, type } of [response, clone]) assertEquals({ url, redirected, type }, facts);
    assertEquals(await clone.text(), await response.text());
  }
});

Deno.test("llmFetch() hands over a status that only fetch can give", async () => {
  const refused = () => Object.defineProperty(limited(), "status", { value: 999 });
  for (const stream of [false, true]) {
    const { llm } = set([refused], { retry: { maxRetries: 0 } });
    const response = await llm(CHAT, post({ ...CHAT_BODY, stream }));
    for (const { status, ok } of [response, response.clone()]) assertEquals([status, ok], [999, false]);
    assertEquals(await response.json(), LIMITED);
  }
});

Deno.test("llmFetch() hands over a response that cannot be made, for it has no body", async () => {
  const opaque = Object.defineProperties(new Response(null), {
    status: { value: 0 },
    ok: { value: false },
    type: { value: "opaqueredirect" },
  });
  assertStrictEquals(await set([() => opaque]).llm(CHAT, post(CHAT_BODY, { redirect: "manual" })), opaque);
  // As a stream, one without a body has ended before it was complete.
  const { llm, tracer, sent } = set([() => new Response(null, { status: 204 })], { retry: { maxRetries: 1 } });
  const { status, body } = await llm(CHAT, post({ ...CHAT_BODY, stream: true }));
  assertEquals([status, body], [204, null]);
  assertEquals([sent.length, tracer.named("llm.call")[0]!.attributes["error.type"]], [2, "truncated_stream"]);
});

Deno.test("llmFetch() does not retry an exhausted quota", async () => {
  const body = { error: { message: "m", type: "insufficient_quota", code: "insufficient_quota" } };
  const { llm, sent } = set([() => Response.json(body, { status: 429 })]);
  assertEquals(await (await llm(CHAT, post(CHAT_BODY))).json(), body);
  assertEquals(sent.length, 1);
});

Deno.test("llmFetch() retries an error inside HTTP 200, and hands it over in the end", async () => {
  const broken = () => Response.json({ error: { message: "Provider is overloaded", code: 503 } });
  const first = set([broken, ok]);
  assertEquals(await (await first.llm(CHAT, post(CHAT_BODY))).json(), COMPLETION);
  const second = set([broken], { retry: { maxRetries: 0 } });
  const response = await second.llm(CHAT, post(CHAT_BODY));
  assertEquals([response.status, (await response.json()).error.code], [200, 503]);
  assertEquals(second.tracer.spans[0]!.attributes["llm.outcome"], "error");
});

Deno.test("llmFetch() retries an answer that is cut off within its JSON, and hands it over in the end", async () => {
  const whole = JSON.stringify(COMPLETION, null, 2);
  const cut = (length: number) => () =>
    new Response(whole.slice(0, length), { headers: { "content-type": "application/json" } });
  for (const length of [1, 30, whole.length - 3]) {
    const { llm, tracer, sent } = set([cut(length), ok], { retry: { maxRetries: 1 } });
    assertEquals(await (await llm(CHAT, post(CHAT_BODY))).json(), COMPLETION);
    assertEquals([sent.length, tracer.named("llm.call")[0]!.attributes["error.type"]], [2, "truncated_stream"]);
  }
  const { llm } = set([cut(30)], { retry: { maxRetries: 1 } });
  assertEquals(await (await llm(CHAT, post(CHAT_BODY))).text(), whole.slice(0, 30));
  for (const text of [`${whole}\n \n`, `\n[${whole}]`, "", "Hello", "<p>{</p>"]) {
    const { llm, sent } = set([() => new Response(text)]);
    assertEquals(await (await llm(CHAT, post(CHAT_BODY))).text(), text);
    assertEquals(sent.length, 1, text);
  }
});

Deno.test("llmFetch() rejects with the very error that fetch did", async () => {
  const failure = Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNREFUSED" } });
  const { llm, sent } = set([() => Promise.reject(failure)], { retry: { maxRetries: 2 } });
  assertStrictEquals(await llm(CHAT, post(CHAT_BODY)).catch((error: unknown) => error), failure);
  assertEquals(sent.length, 3);
});

Deno.test("llmFetch() lets everything else through as it is", async () => {
  const answer = new Response("as it is");
  const { llm, tracer, sent } = set([() => answer]);
  const init = { method: "POST", body: "{}" };
  const others: [string | URL, RequestInit | undefined][] = [
    [CHAT, undefined],
    ["https://api.openai.com/v1/models", undefined],
    [new URL("https://api.openai.com/v1/embeddings"), init],
    ["https://example.com/api/chat", { method: "POST", body: '{"messages":[]}' }],
    ["/v1/chat/completions", init],
    ["not a url", init],
  ];
  for (const [at, [input, given]] of others.entries()) {
    assertStrictEquals(await llm(input, given), answer);
    assertStrictEquals(sent[at]!.input, input);
    assertStrictEquals(sent[at]!.init, given);
  }
  assertEquals(tracer.spans, []);
});

Deno.test("llmFetch() reads bodies of every kind and sends them again", async () => {
  const text = JSON.stringify(CHAT_BODY);
  const bytes = new TextEncoder().encode(text);
  for (const body of [text, bytes, bytes.buffer, new DataView(bytes.buffer), new Blob([text])]) {
    const { llm, tracer, sent } = set([limited, ok]);
    await llm(new URL(CHAT), { method: "post", body });
    assertEquals(sent.map((it) => it.body), [text, text]);
    assertEquals(tracer.spans[0]!.attributes["gen_ai.request.model"], "gpt-5");
  }
});

Deno.test("llmFetch() takes a Request and leaves it to be used", async () => {
  const { llm, tracer, sent } = set([limited, ok]);
  const request = new Request(CHAT, post(CHAT_BODY));
  assertEquals((await llm(request)).status, 200);
  assertEquals(sent.map((it) => it.body), Array(2).fill(JSON.stringify(CHAT_BODY)));
  assertEquals((sent[1]!.input as Request).headers.get("authorization"), "Bearer sk-secret");
  assertEquals(tracer.named("llm.call").length, 2);
  assertEquals((await llm(request)).status, 200);
  const controller = new AbortController();
  controller.abort("enough");
  const aborted = new Request(CHAT, post(CHAT_BODY, { signal: controller.signal }));
  assertEquals(await llm(aborted).catch((error: unknown) => error), "enough");
  // `null` is no signal, whatever the request has.
  assertEquals((await llm(aborted, { signal: null })).status, 200);
});

Deno.test("llmFetch() knows a call by a URL that is relative to the page's", async () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, "location");
  const value = { href: "https://app.example:8443/chat/" };
  Object.defineProperty(globalThis, "location", { value, configurable: true, writable: true });
  try {
    const { llm, tracer, sent } = set([limited, ok]);
    assertEquals((await llm("/api/openai/v1/chat/completions", post(CHAT_BODY))).status, 200);
    assertEquals(sent.map(({ input }) => input), Array(2).fill("/api/openai/v1/chat/completions"));
    const { attributes } = tracer.spans[0]!;
    assertEquals([attributes["server.address"], attributes["server.port"]], ["app.example", 8443]);
    // What stands in for a page's location may have none, or one that is no URL.
    for (value.href of ["", "null"]) {
      const { llm: inShim, sent: sentInShim } = set([limited, ok]);
      assertEquals((await inShim(CHAT, post(CHAT_BODY))).status, 200);
      assertEquals(sentInShim.length, 2);
    }
  } finally {
    if (before) Object.defineProperty(globalThis, "location", before);
    else Reflect.deleteProperty(globalThis, "location");
  }
});

Deno.test("llmFetch() takes an init whose fields are getters, as a Request's are", async () => {
  const elsewhere = new Request("https://worker.example/", post(CHAT_BODY));
  const getters = {
    get method() {
      return "POST";
    },
    get body() {
      return JSON.stringify(CHAT_BODY);
    },
    get headers() {
      return { authorization: "Bearer sk-secret" };
    },
  };
  for (const init of [elsewhere, elsewhere, Object.create(getters)]) {
    const { llm, tracer, sent } = set([limited, ok]);
    assertEquals((await llm(CHAT, init)).status, 200);
    assertEquals(sent.map((it) => it.body), Array(2).fill(JSON.stringify(CHAT_BODY)));
    const { input, init: { method, headers } = {} } = sent[1]!;
    assertEquals([method, new Headers(headers).get("authorization"), input], ["POST", "Bearer sk-secret", CHAT]);
    assertEquals(tracer.named("llm.call").length, 2);
  }
  // Also where it is no call.
  const { llm, sent } = set([ok]);
  const other = new Request("https://worker.example/", post({ messages: [] }));
  await llm("https://example.com/api/chat", other);
  assertStrictEquals(sent[0]!.init, other);
});

Deno.test("llmFetch() takes an init whose getters cannot be enumerated, as those of a class", async () => {
  class Init {
    get method(): string {
      return "POST";
    }
    get body(): string {
      return JSON.stringify(CHAT_BODY);
    }
  }
  const { llm, sent, tracer } = set([limited, ok]);
  await llm(CHAT, new Init());
  assertEquals([sent.length, tracer.named("llm.call").length], [2, 2]);
  assertEquals([sent[0]!.init?.method, sent[0]!.init?.body], ["POST", JSON.stringify(CHAT_BODY)]);
});

Deno.test("llmFetch() leaves nothing out of an init whose fields are not its own, known to it or not", async () => {
  const body = new Blob([JSON.stringify(CHAT_BODY)]).stream();
  const { llm, sent } = set([ok]);
  await llm(CHAT, Object.create({ method: "POST", body, duplex: "half", dispatcher: 7 }));
  const { duplex, dispatcher } = sent[0]!.init as Record<string, unknown>;
  assertEquals([duplex, dispatcher], ["half", 7]);
});

Deno.test("llmFetch() sends headers that can be read once with every attempt", async () => {
  const { llm, sent } = set([limited, ok]);
  const headers = [["x-a", "1"]][Symbol.iterator]() as unknown as HeadersInit;
  await llm(CHAT, post(CHAT_BODY, { headers }));
  assertEquals(sent.map(({ init }) => new Headers(init!.headers).get("x-a")), ["1", "1"]);
  // And leaves them unread where it is no call after all.
  const once = [["x-a", "2"]][Symbol.iterator]() as unknown as HeadersInit;
  const echo: Fetch = (_, init) => Promise.resolve(Response.json(new Headers(init!.headers).get("x-a")));
  const response = await llmFetch({ fetch: echo })(
    "https://example.com/api/chat",
    post({ messages: [] }, { headers: once }),
  );
  assertEquals(await response.json(), "2");
});

Deno.test("llmFetch() sends once what can be read once", async () => {
  const { llm, tracer, sent } = set([limited, ok]);
  const body = new Blob([JSON.stringify(CHAT_BODY)]).stream();
  const init = { method: "POST", body, duplex: "half" } as RequestInit;
  const response = await llm(CHAT, init);
  assertEquals([response.status, sent.length], [429, 1]);
  assertStrictEquals(sent[0]!.init!.body, body);
  assertEquals(tracer.named("llm.call")[0]!.attributes["llm.retry.decision"], "exhausted");
});

/** A response whose chunks come as they are asked for, one event in each. */
function live(events: readonly unknown[], type = "text/event-stream") {
  const left = events.map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`);
  const state = { left, cancelled: undefined as unknown };
  const body = new ReadableStream<Uint8Array>({
    pull: (to) => left.length > 0 ? to.enqueue(new TextEncoder().encode(left.shift())) : to.close(),
    cancel: (reason) => void (state.cancelled = reason ?? true),
  }, { highWaterMark: 0 });
  return { state, response: new Response(body, { headers: { "content-type": type, "x-request-id": "req_s" } }) };
}

const LOCAL = "http://127.0.0.1:8080/v1/chat/completions";
const unread = (body: unknown): RequestInit =>
  ({ method: "POST", body: new Blob([JSON.stringify(body)]).stream(), duplex: "half" }) as RequestInit;

Deno.test("llmFetch() takes what it cannot read for a call wherever it goes, and the answer for what that says it is", async () => {
  const json = set([ok], { taskId: "t" });
  assertEquals(await (await json.llm(LOCAL, unread(CHAT_BODY))).json(), COMPLETION);
  const [operation, attempt] = json.tracer.spans;
  assertEquals([operation!.name, attempt!.attributes["llm.output_tokens"]], ["chat", 2]);
  assertEquals(attempt!.attributes["llm.stream"], undefined);
  for (const [url, init] of [[LOCAL, unread(CHAT_BODY)], [CHAT, post(CHAT_BODY)]] as const) {
    const { state, response } = live(STREAM);
    const { llm, tracer } = set([() => response]);
    const reader = (await llm(url, init)).body!.getReader();
    // It is there as soon as there is content.
    assertEquals(state.left.length, STREAM.length - 2);
    const read = [];
    for (let it; !(it = await reader.read()).done;) read.push(new TextDecoder().decode(it.value));
    assertEquals(read.join(""), await sse(...STREAM)().text());
    const { attributes, endCount } = tracer.named("llm.call")[0]!;
    assertEquals([attributes["llm.stream"], attributes["llm.output_tokens"], endCount], [true, 2, 1]);
    assertEquals([attributes["llm.request_id"], attributes["llm.stop_reason"]], ["req_s", "end_turn"]);
    assertEquals(tracer.named("llm.call").length, 1);
    assertEquals(tracer.misuses, []);
  }
});

Deno.test("llmFetch() hands over a stream that nobody has told of as any other, also if nobody observes it", async () => {
  for (const tracer of [undefined, recordingTracer()]) {
    const failed = sse({ error: { message: "Overloaded", type: "server_error", code: 503 } });
    const retried = set([limited, failed, sse(...STREAM)], { tracer });
    assertEquals(await (await retried.llm(CHAT, post(CHAT_BODY))).text(), await sse(...STREAM)().text());
    assertEquals(retried.sent.length, 3);
    const broken = set([failed], { tracer, retry: { maxRetries: 1 } });
    const response = await broken.llm(CHAT, post(CHAT_BODY));
    assertEquals([response.status, await response.text()], [200, await failed().text()]);
    assertEquals(broken.sent.length, 2);
    const { state, response: given } = live(STREAM);
    const controller = new AbortController();
    const left = await set([() => given], { tracer }).llm(CHAT, post(CHAT_BODY, { signal: controller.signal }));
    const reader = left.body!.getReader();
    await reader.read();
    controller.abort("enough");
    assertEquals(await reader.read().catch((error: unknown) => error), "enough");
    assertEquals(state.cancelled, "enough");
  }
});

Deno.test("llmFetch() times a stream that nobody has told of like any other: from the start, not from its headers on", async () => {
  for (const stream of [true, undefined]) {
    const clock = fakeClock({ autoAdvance: true });
    const tracer = recordingTracer({ clock });
    const answers = [limited, sse(...STREAM)];
    const fetch = async () => {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 300));
      return answers.shift()!();
    };
    const llm = llmFetch({ tracer, fetch, clock, random: () => 0 });
    await (await llm(CHAT, post({ ...CHAT_BODY, stream }))).text();
    const { attributes } = tracer.named("llm.call")[1]!;
    assertEquals([attributes["llm.first_chunk_ms"], attributes["llm.wait_ms"]], [300, 300]);
    assertEquals(tracer.spans[0]!.attributes["gen_ai.response.time_to_first_chunk"], 0.62);
  }
});

Deno.test("llmFetch() leaves no listener on the caller's signal of streams that failed, told of or not", async () => {
  const failed = sse({ error: { message: "Overloaded", type: "server_error", code: 503 } });
  for (const stream of [true, undefined]) {
    for (const last of [failed, sse(...STREAM)]) {
      const { signal, listeners } = countingSignal();
      let sent = 0;
      // Makes no Request, for that would listen to the signal itself in Node.
      const fetch = () => Promise.resolve((++sent < 3 ? failed : last)());
      const { llm } = set([], { fetch, retry: { maxRetries: 2 } });
      await (await llm(CHAT, post({ ...CHAT_BODY, stream }, { signal }))).text();
      assertEquals([sent, listeners()], [3, 0]);
    }
  }
});

Deno.test("llmFetch() rejects with what fetch did, also with nothing", async () => {
  for (const stream of [true, undefined]) {
    const { llm } = set([], { fetch: () => Promise.reject(undefined), retry: { maxRetries: 0 } });
    const outcome = llm(CHAT, post({ ...CHAT_BODY, stream })).then(() => "a response", (error) => ({ error }));
    assertEquals(await outcome, { error: undefined });
  }
});

Deno.test("llmFetch() holds nothing back of events that are framed as no answer of that API is", async () => {
  const { state, response } = live(["a", "b", "c"]);
  const { llm, tracer } = set([() => response]);
  const answer = await llm("http://127.0.0.1:8080/api/chat", post({ ...CHAT_BODY, stream: false }));
  assertEquals(state.left.length, 2);
  assertEquals(await answer.text(), await sse("a", "b", "c")().text());
  const { attributes, endCount } = tracer.named("llm.call")[0]!;
  assertEquals([attributes["llm.outcome"], attributes["llm.request_id"], endCount], ["ok", "req_s", 1]);
});

Deno.test("llmFetch() lets no answer in that comes when its attempt is over", async () => {
  for (const isStream of [true, false]) {
    const { state, response: late } = live(STREAM);
    let come!: (response: Response) => void;
    const { fetch } = globalThis;
    const answers = [
      new Promise<Response>((resolve) => come = resolve),
      Promise.resolve(isStream ? sse(...STREAM)() : ok()),
    ];
    try {
      globalThis.fetch = () => answers.shift()!;
      const llm = llmFetch({ attemptTimeoutMs: 1, retry: { baseDelayMs: 0 } });
      const pending = llm(CHAT, post({ ...CHAT_BODY, stream: isStream }));
      while (answers.length > 0) await new Promise((resolve) => setTimeout(resolve, 1));
      come(late);
      const response = await pending;
      assertEquals(response.headers.get("x-request-id"), isStream ? "req_s" : "req_9");
      assertEquals(await response.text(), await (isStream ? sse(...STREAM)() : ok()).text());
      await new Promise((resolve) => setTimeout(resolve, 0));
      assert(state.cancelled !== undefined);
    } finally {
      globalThis.fetch = fetch;
    }
  }
});

Deno.test("llmFetch() sends forms to a known place again, and has nothing to do with others", async () => {
  const body = new FormData();
  body.set("model", "gpt-5");
  const known = set([limited, ok]);
  assertEquals((await known.llm(CHAT, { method: "POST", body })).status, 200);
  assertEquals(known.tracer.spans[0]!.name, "chat");
  const other = set([limited, ok]);
  assertEquals((await other.llm("https://example.com/api/chat", { method: "POST", body })).status, 429);
  assertEquals(other.tracer.spans, []);
});

Deno.test("llmFetch() passes its attempt's signal on and ends with the caller's", async () => {
  const controller = new AbortController();
  const { llm, tracer } = set([() => new Promise<Response>(() => {})]);
  const pending = llm(CHAT, post(CHAT_BODY, { signal: controller.signal }));
  setTimeout(() => controller.abort("stop"), 1);
  assertEquals(await pending.catch((error: unknown) => error), "stop");
  assertEquals(tracer.named("llm.call")[0]!.attributes["llm.outcome"], "cancelled");
});

Deno.test("llmFetch() streams untouched bytes and reads them", async () => {
  const { llm, tracer } = set([sse(...STREAM)]);
  const response = await llm(CHAT, post({ ...CHAT_BODY, stream: true }));
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  assertEquals(await response.text(), await sse(...STREAM)().text());
  const { attributes, endCount } = tracer.named("llm.call")[0]!;
  assertEquals(endCount, 1);
  assertEquals(attributes["llm.stream"], true);
  assertEquals(attributes["llm.input_tokens"], 7);
  assertEquals(attributes["llm.stop_reason"], "end_turn");
  assertEquals(attributes["llm.request_id"], "req_s");
  assertEquals(attributes["http.response.status_code"], 200);
  assertEquals(attributes["llm.usage_partial"], undefined);
});

Deno.test("llmFetch() retries a stream until there is content", async () => {
  const failed = sse({ error: { message: "Overloaded", type: "server_error", code: 503 } });
  const { llm, tracer } = set([limited, failed, sse(), sse(...STREAM)]);
  const response = await llm(CHAT, post({ ...CHAT_BODY, stream: true }));
  assertEquals(await response.text(), await sse(...STREAM)().text());
  assertEquals(tracer.named("llm.call").map((span) => span.attributes["error.type"]), [
    "rate_limited",
    "overloaded",
    "truncated_stream",
    undefined,
  ]);
});

Deno.test("llmFetch() reads Claude at Bedrock, whose stream's events are wrapped", async () => {
  const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)) as Uint8Array<ArrayBuffer>;
  const frames = (...all: Uint8Array[]) => () =>
    new Response(new Blob(all as Uint8Array<ArrayBuffer>[]), {
      headers: { "content-type": "application/vnd.amazon.eventstream", "x-amzn-requestid": "amzn-1" },
    });
  const throttled = awsFrame(
    { ":exception-type": "throttlingException", ":message-type": "exception" },
    bytes({ message: "Too many requests" }),
  );
  const answer = [
    {
      type: "message_start",
      message: { id: "msg_1", model: "claude-x", usage: { input_tokens: 5, output_tokens: 1 } },
    },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 7 } },
    { type: "message_stop" },
  ].map((event) =>
    awsFrame({ ":event-type": "chunk", ":message-type": "event" }, bytes({ bytes: btoa(JSON.stringify(event)) }))
  );
  // What cannot be unwrapped tells nothing.
  answer.splice(1, 0, awsFrame({ ":event-type": "chunk", ":message-type": "event" }, bytes({ bytes: "?" })));
  const { llm, tracer } = set([frames(throttled), frames(...answer)]);
  const url =
    "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-x-v1:0/invoke-with-response-stream";
  const response = await llm(url, post({ anthropic_version: "bedrock-2023-05-31", messages: [{}] }));
  assertEquals(await response.arrayBuffer(), await frames(...answer)().arrayBuffer());
  const [failed, { attributes } = failed!] = tracer.named("llm.call");
  assertEquals(failed!.attributes["error.type"], "rate_limited");
  assertEquals(
    ["provider", "model", "input_tokens", "output_tokens", "stop_reason", "request_id"].map((it) =>
      attributes[`llm.${it}`]
    ),
    ["bedrock", "anthropic.claude-x-v1:0", 5, 7, "end_turn", "amzn-1"],
  );
});

Deno.test("llmFetch() begins no other response where one goes on in the background", async () => {
  const created = { type: "response.created", response: { id: "r_1", status: "queued", background: true } };
  const { llm, sent, tracer } = set([sse(created)]);
  const response = await llm(
    "https://api.openai.com/v1/responses",
    post({ model: "m", background: true, stream: true }),
  );
  assertEquals(await response.text(), await sse(created)().text());
  const { attributes } = tracer.named("llm.call")[0]!;
  assertEquals([sent.length, attributes["llm.retry.decision"]], [1, "already_streaming"]);
});

Deno.test("llmFetch() hands a stream that never got to its content over as it came", async () => {
  const events = [STREAM[0], { error: { message: "Overloaded", type: "server_error", code: 503 } }];
  const { llm, sent } = set([sse(...events)], { retry: { maxRetries: 1 } });
  const response = await llm(CHAT, post({ ...CHAT_BODY, stream: true }));
  assertEquals([response.status, sent.length], [200, 2]);
  assertEquals(await response.text(), await sse(...events)().text());
});

Deno.test("llmFetch() hands over what a stream said at its end alone, behind which there is no line's end", async () => {
  const overloaded = JSON.stringify({ error: { message: "Overloaded", type: "server_error", code: 503 } });
  const ollama = "http://127.0.0.1:11434/api/chat";
  for (
    const [url, body] of [[CHAT, overloaded], [CHAT, `data: ${overloaded}`], [ollama, '{"error":"boom"}'], [
      "https://api.mistral.ai/v1/chat/completions",
      'data: {"object":"error","message":"m","code":"3000"}',
    ]] as const
  ) {
    const { llm, tracer } = set([() => new Response(body)], { retry: { maxRetries: 1 } });
    const response = await llm(url, post({ ...CHAT_BODY, stream: true }));
    assertEquals([response.status, await response.text()], [200, body]);
    assertEquals(tracer.spans[0]!.attributes["llm.outcome"], "error");
  }
});

Deno.test("llmFetch() leaves an error in mid-stream to the SDK, and the span tells it", async () => {
  for (const events of [[delta("He"), { error: { message: "Overloaded", code: 503 } }], [delta("He"), delta("y")]]) {
    // One event in each chunk.
    const chunks = events.map((event) => new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`));
    const body = () => {
      const left = [...chunks];
      return new ReadableStream({ pull: (to) => left.length ? to.enqueue(left.shift()) : to.close() });
    };
    const { llm, tracer, sent } = set([() => new Response(body())]);
    const response = await llm(CHAT, post({ ...CHAT_BODY, stream: true }));
    assertEquals(await response.text(), await new Response(body()).text());
    assertEquals(sent.length, 1);
    const { attributes, endCount } = tracer.named("llm.call")[0]!;
    assertEquals(attributes["error.type"], events.length && "error" in events[1]! ? "overloaded" : "truncated_stream");
    assertEquals(attributes["llm.retry.decision"], "already_streaming");
    assertEquals(attributes["llm.usage_partial"], true);
    assertEquals(endCount, 1);
  }
});

Deno.test("llmFetch() cancels the stream that the SDK leaves", async () => {
  let cancelled: unknown;
  const body = new ReadableStream({
    start: (to) => to.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(delta("He"))}\n\n`)),
    cancel: (reason) => {
      cancelled = reason;
    },
  });
  const { llm, tracer } = set([() => new Response(body)]);
  const reader = (await llm(CHAT, post({ ...CHAT_BODY, stream: true }))).body!.getReader();
  await reader.read();
  await reader.cancel("left");
  assertEquals(cancelled, "left");
  assertEquals(tracer.named("llm.call")[0]!.attributes["llm.outcome"], "cancelled");
});

Deno.test("llmFetch() comes to the end where the SDK reads no further than the last event", async () => {
  const chunks = STREAM.map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`);
  const left = [...chunks];
  let isAtEnd = false;
  const body = new ReadableStream({
    pull(to) {
      if (left.length > 0) return to.enqueue(new TextEncoder().encode(left.shift()));
      isAtEnd = true;
      to.close();
    },
  }, { highWaterMark: 0 });
  const { llm, tracer } = set([() => new Response(body)]);
  const reader = (await llm(CHAT, post({ ...CHAT_BODY, stream: true }))).body!.getReader();
  for (const _ of chunks.slice(1)) await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals([isAtEnd, tracer.named("llm.call")[0]!.endCount], [false, 0]);
  await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals([isAtEnd, tracer.named("llm.call")[0]!.endCount], [true, 1]);
  assertEquals(tracer.named("llm.call")[0]!.attributes["llm.outcome"], "ok");
});

Deno.test("llmFetch() tells how a stream ended by what it said, not by what came of the connection behind that", async () => {
  const overloaded = { error: { message: "Overloaded", type: "server_error", code: 503 } };
  const cut = () => Object.assign(new TypeError("terminated"), { cause: { code: "UND_ERR_SOCKET" } });
  const endings: [events: unknown[], outcome: string, type: string | undefined][] = [
    [STREAM, "ok", undefined],
    [[...STREAM.slice(0, 3), overloaded], "error", "overloaded"],
    [STREAM.slice(0, 3), "error", "network"],
  ];
  for (const [events, outcome, type] of endings) {
    for (const isCut of [true, false]) {
      const left = events.map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`);
      const body = new ReadableStream<Uint8Array>({
        pull(to) {
          if (left.length > 0) return to.enqueue(new TextEncoder().encode(left.shift()));
          return isCut ? Promise.reject(cut()) : new Promise(() => {});
        },
      }, { highWaterMark: 0 });
      const clock = fakeClock();
      const { llm, tracer } = set([() => new Response(body)], { clock, idleTimeoutMs: 20 });
      const reader = (await llm(CHAT, post({ ...CHAT_BODY, stream: true }))).body!.getReader();
      for (const _ of events) await reader.read();
      // Some SDKs read no further than to the last event.
      if (outcome === "ok") await clock.advance(20);
      const asked = reader.read();
      asked.catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 0));
      await clock.advance(20);
      const error = await assertRejects(() => asked);
      assertEquals((error as Error).name, isCut ? "TypeError" : "TimeoutError");
      const { attributes, endCount } = tracer.named("llm.call")[0]!;
      const isTimeout = type === "network" && !isCut;
      assertEquals(
        [attributes["llm.outcome"], attributes["error.type"], endCount],
        isTimeout ? ["timeout", "timeout", 1] : [outcome, type, 1],
      );
    }
  }
});

Deno.test("llmFetch() reads the API of the provider that its caller names", async () => {
  const completion = { ...COMPLETION, usage: { ...COMPLETION.usage, num_cached_tokens: 3 } };
  const { llm, tracer } = set([() => Response.json(completion)], { provider: "mistral" });
  await llm("https://gateway.example/v1/chat/completions", post(CHAT_BODY));
  const { attributes } = tracer.named("llm.call")[0]!;
  assertEquals([attributes["llm.provider"], attributes["llm.cache_read_tokens"]], ["mistral", 3]);
});

Deno.test("llmFetch() tells of Gemini's stream that the model waits for a tool", async () => {
  const part = (part: object, finishReason?: string) => ({
    candidates: [{ content: { parts: [part] }, finishReason }],
  });
  const events = [part({ text: "Let me see" }), part({ functionCall: { name: "f" } }), part({ text: "" }, "STOP")];
  const { llm, tracer } = set([sse(...events)]);
  const url = "https://generativelanguage.googleapis.com/v1beta/models/gemini-3:streamGenerateContent?alt=sse";
  await (await llm(url, post({ contents: [] }))).text();
  const [operation, attempt] = tracer.spans;
  assertEquals(attempt!.attributes["llm.stop_reason"], "tool_use");
  assertEquals(operation!.attributes["gen_ai.response.finish_reasons"], ["STOP"]);
});

Deno.test("llmFetch() suspects an SDK that sends again what has failed, and keeps the spans apart", async () => {
  const warnings: string[] = [];
  const { llm, tracer } = set([limited, limited, ok], {
    onWarning: (warning) => void warnings.push(warning),
    retry: { maxRetries: 0 },
  });
  for (const times of [0, 1, 1]) {
    await llm(CHAT, post(CHAT_BODY));
    assertEquals(warnings.length, times);
  }
  assert(/maxRetries: 0/.test(warnings[0]!), warnings[0]);
  assertEquals(tracer.named("llm.call").map((span) => span.attributes["llm.attempt"]), [0, 0, 0]);
  assertEquals(tracer.named("chat gpt-5").length, 3);
});

const retryCount = (count: number) => post(CHAT_BODY, { headers: { "x-stainless-retry-count": String(count) } });

Deno.test("llmFetch() steps back where the SDK retries: attempts go on under the same operation", async () => {
  const warnings: string[] = [];
  const { llm, tracer, sent } = set([limited, limited, ok], {
    onWarning: (warning) => void warnings.push(warning),
    retry: "auto",
    gates: [{ name: "no retries", after: () => ({ refuse: "none here" }) }],
  });
  assertEquals((await llm(CHAT, retryCount(0))).status, 429);
  assertEquals(warnings, []);
  assertEquals((await llm(CHAT, retryCount(1))).status, 429);
  assertEquals((await llm(CHAT, retryCount(2))).status, 200);
  assertEquals(sent.length, 3);
  assertEquals(tracer.named("llm.call").map((span) => span.attributes["llm.attempt"]), [0, 1, 2]);
  const operations = tracer.named("chat gpt-5");
  assertEquals(operations.length, 1);
  assert(tracer.named("llm.call").every((span) => span.parent === operations[0]));
  assertEquals(warnings.length, 1);
  assert(/maxRetries: 0/.test(warnings[0]!) && !warnings[0]!.includes("Hello"), warnings[0]);
  // Another request is another operation, whatever its number.
  await llm(CHAT, post({ ...CHAT_BODY, messages: [] }, { headers: { "x-stainless-retry-count": "1" } }));
  assertEquals(tracer.named("chat gpt-5").length, 2);
  assertEquals(tracer.named("llm.call").at(-1)!.attributes["llm.attempt"], 1);
});

Deno.test("llmFetch() suspects an SDK whose every request is said to be the first, as LangChain's are", async () => {
  const warnings: string[] = [];
  const { llm, tracer } = set([limited], {
    onWarning: (warning) => void warnings.push(warning),
    retry: { maxRetries: 0 },
  });
  await llm(CHAT, retryCount(0));
  assertEquals(warnings, []);
  await llm(CHAT, retryCount(0));
  assertEquals(warnings.length, 1);
  assert(warnings[0]!.includes("looks as if"), warnings[0]);
  assertEquals(tracer.named("llm.call").map((span) => span.attributes["llm.attempt"]), [0, 0]);
  assertEquals(tracer.named("chat gpt-5").length, 2);
});

Deno.test("llmFetch() suspects nobody who sends again what nobody retries, or what was left", async () => {
  const warnings: string[] = [];
  const onWarning = (warning: string) => void warnings.push(warning);
  const bad = set([() => Response.json({ error: { message: "no" } }, { status: 400 })], { onWarning });
  const left = set([() => Promise.reject("left")], { onWarning });
  for (const { llm } of [bad, bad, left, left]) {
    const signal = llm === left.llm ? AbortSignal.abort("left") : null;
    for (const init of [post(CHAT_BODY, { signal }), { ...retryCount(0), signal }]) {
      await llm(CHAT, init).catch(() => {});
    }
  }
  assertEquals(warnings, []);
});

Deno.test("llmFetch() leaves all retries to an SDK that is known to retry", async () => {
  const { llm, sent } = set([limited], { gates: [{ name: "none", after: () => undefined }] });
  await llm(CHAT, retryCount(0));
  assertEquals(sent.length, 6);
  await llm(CHAT, retryCount(1));
  await llm(CHAT, retryCount(2));
  assertEquals(sent.length, 8);
  for (const count of [0, 1, 2]) await llm(CHAT, retryCount(count));
  assertEquals(sent.length, 11);
});

Deno.test("llmFetch() tells two calls apart that are alike and fail at once", async () => {
  const { llm, tracer } = set([limited], { retry: { maxRetries: 0 } });
  for (const count of [0, 1]) await Promise.all([llm(CHAT, retryCount(count)), llm(CHAT, retryCount(count))]);
  const operations = tracer.named("chat gpt-5");
  assertEquals(operations.length, 2);
  const parents = tracer.named("llm.call").map(({ parent }) => operations.indexOf(parent!));
  assertEquals(parents, [0, 1, 0, 1]);
});

Deno.test("llmFetch() tells calls apart that differ in little and fail at once", async () => {
  const { llm, tracer } = set([limited], { retry: { maxRetries: 0 } });
  const ask = async (item: number, count: number) => {
    const content = `${"a".repeat(5000)} item ${item} ${"b".repeat(5000)}`;
    const body = { ...CHAT_BODY, messages: [{ role: "user", content }] };
    await llm(CHAT, post(body, { headers: { "x-stainless-retry-count": String(count) } }));
  };
  for (let item = 100; item < 300; item++) await ask(item, 0);
  // The last one first, so that the order tells nothing.
  for (let item = 299; item >= 100; item--) await ask(item, 1);
  assertEquals(tracer.named("chat gpt-5").length, 200);
  const attempts = tracer.named("llm.call");
  for (const [at, { parent, attributes }] of attempts.slice(200).reverse().entries()) {
    assertStrictEquals(parent, attempts[at]!.parent);
    assertEquals(attributes["llm.attempt"], 1);
  }
});

Deno.test("llmFetch() retries an SDK's retries if told how", async () => {
  const { llm, sent } = set([limited], { retry: { maxRetries: 1 } });
  await llm(CHAT, retryCount(0));
  await llm(CHAT, retryCount(1));
  assertEquals(sent.length, 4);
  const auto = set([limited], { retry: "auto" });
  await auto.llm(CHAT, retryCount(1));
  assertEquals(auto.sent.length, 1);
});

Deno.test("llmFetch() names the provider that its caller names", async () => {
  const { llm, tracer } = set([ok], { provider: "my-gateway" });
  await llm("https://gateway.example/v1/chat/completions", post(CHAT_BODY));
  assertEquals(tracer.named("llm.call")[0]!.attributes["llm.provider"], "my-gateway");
});

Deno.test("llmFetch() parses a traced request and its answer once", async () => {
  const answer = { ...COMPLETION, error: null };
  const { llm } = set([() => Response.json(answer)]);
  const { parse } = JSON;
  const parsed: string[] = [];
  JSON.parse = (text: string, ...more: []) => {
    parsed.push(text);
    return parse(text, ...more);
  };
  try {
    await llm(CHAT, post(CHAT_BODY));
  } finally {
    JSON.parse = parse;
  }
  assertEquals(parsed, [JSON.stringify(CHAT_BODY), JSON.stringify(answer)]);
});

Deno.test("llmFetch() finds the model behind a large image", async () => {
  const { llm, tracer } = set([ok]);
  const image = { type: "image_url", image_url: { url: `data:image/png;base64,${"A".repeat(3_000_000)}` } };
  await llm(CHAT, post({ messages: [{ role: "user", content: [image] }], model: "gpt-5" }));
  assertEquals(tracer.named("llm.call")[0]!.attributes["llm.model"], "gpt-5");
  assertEquals(tracer.named("llm.call")[0]!.attributes["llm.message_count"], 1);
});

Deno.test("llmFetch() survives a taskId and an onWarning that throw", async () => {
  const broken = () => {
    throw new Error("broken");
  };
  const { llm, tracer } = set([ok], { taskId: broken, onWarning: broken });
  assertEquals((await llm(CHAT, retryCount(1))).status, 200);
  assertEquals(tracer.named("llm.call")[0]!.attributes["task.id"], undefined);
});

Deno.test("llmFetch() refuses bad options at once", () => {
  for (
    const bad of [{ fetch: 1 }, { provider: "" }, { onWarning: "w" }, { taskId: 7 }, { retry: { maxRetries: -1 } }]
  ) {
    const error = assertThrows(() => llmFetch(bad as unknown as LlmFetchOptions)) as Error;
    assert(error.message.includes(Object.keys(bad)[0]!), error.message);
  }
});

Deno.test("llmFetch() looks fetch up with every request", async () => {
  const { fetch: original } = globalThis;
  try {
    globalThis.fetch = () => Promise.resolve(ok());
    assertEquals((await llmFetch()(CHAT, post(CHAT_BODY))).status, 200);
    globalThis.fetch = () => Promise.reject(new Error("another one"));
    await assertRejects(() => llmFetch({ retry: { maxRetries: 0 } })(CHAT, post(CHAT_BODY)), Error, "another one");
  } finally {
    globalThis.fetch = original;
  }
});

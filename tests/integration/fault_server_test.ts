import { connect } from "node:net";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { DEFAULT_USAGE, type Fault, startFaultServer, withFaultServer } from "../support/fault_server.ts";

const question = { model: "gpt-5", messages: [{ role: "user", content: "hi" }], tools: [] };

function post(url: string, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(url + path, { method: "POST", body: JSON.stringify(question), ...init });
}

function askOpenai(url: string, init?: RequestInit): Promise<Response> {
  return post(url, "/v1/chat/completions", init);
}

function askAnthropic(url: string, init?: RequestInit): Promise<Response> {
  return post(url, "/v1/messages", init);
}

/** What a bare TCP client sees at the end of its connection: an error code, or a clean end. */
function rawEnd(url: string, sent: string): Promise<string> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    let end = "open";
    const socket = connect(Number(port), hostname, () => socket.write(sent));
    socket.on("data", () => {});
    socket.on("end", () => end = "clean");
    socket.on("error", (error: Error & { code?: string }) => end = error.code ?? error.message);
    socket.on("close", () => resolve(end));
  });
}

const rawQuestion = "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}";

Deno.test("startFaultServer() gives plain OpenAI replies when the script is used up", () =>
  withFaultServer([], async ({ url }) => {
    const response = await askOpenai(url);
    assertEquals(response.status, 200);
    assertEquals(response.headers.get("content-type"), "application/json");
    assertEquals(response.headers.get("x-request-id"), "req_0");
    const body = await response.json();
    assertEquals(body.model, "gpt-5");
    assertEquals(body.choices[0].message.content, "Hello");
    assertEquals(body.choices[0].finish_reason, "stop");
    assertEquals(body.usage, {
      prompt_tokens: DEFAULT_USAGE.inputTokens,
      completion_tokens: DEFAULT_USAGE.outputTokens,
      total_tokens: DEFAULT_USAGE.inputTokens + DEFAULT_USAGE.outputTokens,
      prompt_tokens_details: {
        cached_tokens: DEFAULT_USAGE.cacheReadTokens,
        cache_write_tokens: DEFAULT_USAGE.cacheCreationTokens,
      },
      completion_tokens_details: { reasoning_tokens: DEFAULT_USAGE.reasoningTokens },
    });
  }));

Deno.test("startFaultServer() gives plain Anthropic replies when the script is used up", () =>
  withFaultServer([], async ({ url }) => {
    const response = await askAnthropic(url);
    assertEquals(response.status, 200);
    assertEquals(response.headers.get("request-id"), "req_0");
    const body = await response.json();
    assertEquals(body.content, [{ type: "text", text: "Hello" }]);
    assertEquals(body.stop_reason, "end_turn");
    assertEquals(body.usage, {
      input_tokens: DEFAULT_USAGE.inputTokens,
      output_tokens: DEFAULT_USAGE.outputTokens,
      cache_read_input_tokens: DEFAULT_USAGE.cacheReadTokens,
      cache_creation_input_tokens: DEFAULT_USAGE.cacheCreationTokens,
      output_tokens_details: { thinking_tokens: DEFAULT_USAGE.reasoningTokens },
    });
  }));

Deno.test("startFaultServer() replies with tool calls in each provider's shape", () => {
  const reply: Fault = { kind: "ok", toolCalls: [{ name: "search", arguments: { q: "deno" } }] };
  return withFaultServer([reply, reply], async ({ url }) => {
    const { choices: [choice] } = await (await askOpenai(url)).json();
    assertEquals(choice.finish_reason, "tool_calls");
    assertEquals(choice.message.content, null);
    assertEquals(choice.message.tool_calls, [
      { id: "call_0_0", type: "function", function: { name: "search", arguments: '{"q":"deno"}' } },
    ]);
    const message = await (await askAnthropic(url)).json();
    assertEquals(message.stop_reason, "tool_use");
    assertEquals(message.content, [{ type: "tool_use", id: "toolu_1_0", name: "search", input: { q: "deno" } }]);
  });
});

Deno.test("startFaultServer() reports the scripted usage alone, or none", () =>
  withFaultServer([{ kind: "ok", usage: { inputTokens: 7 } }, { kind: "ok", usage: null }], async ({ url }) => {
    assertEquals((await (await askAnthropic(url)).json()).usage, { input_tokens: 7 });
    assertEquals("usage" in await (await askAnthropic(url)).json(), false);
  }));

Deno.test("startFaultServer() refuses with the provider's own error body and the scripted headers", () => {
  const script: Fault[] = [
    { kind: "status", status: 429, headers: { "Retry-After": "2", "retry-after-ms": "1500" } },
    { kind: "status", status: 529 },
    { kind: "status", status: 429, type: "insufficient_quota", code: "insufficient_quota", message: "No money" },
    { kind: "status", status: 429, details: { error_code: "enforced_spend_limit_reached" }, message: "No money" },
  ];
  return withFaultServer(script, async ({ url, log }) => {
    const limited = await askOpenai(url);
    assertEquals(limited.status, 429);
    assertEquals(limited.headers.get("retry-after"), "2");
    assertEquals(limited.headers.get("retry-after-ms"), "1500");
    assertEquals((await limited.json()).error.code, "rate_limit_exceeded");

    const overloaded = await askAnthropic(url);
    assertEquals(overloaded.status, 529);
    assertEquals(await overloaded.json(), {
      type: "error",
      error: { type: "overloaded_error", message: "Overloaded" },
      request_id: "req_1",
    });

    assertEquals((await (await askOpenai(url)).json()).error, {
      message: "No money",
      type: "insufficient_quota",
      param: null,
      code: "insufficient_quota",
    });
    assertEquals((await (await askAnthropic(url)).json()).error, {
      type: "rate_limit_error",
      message: "No money",
      details: { error_code: "enforced_spend_limit_reached" },
    });
    assertEquals(log.map(({ fault }) => fault), ["status_429", "status_529", "status_429", "status_429"]);
  });
});

Deno.test("startFaultServer() refuses with a raw body, HTML unless said otherwise", () => {
  const script: Fault[] = [
    { kind: "status", status: 500, body: "<h1>Oops</h1>" },
    { kind: "status", status: 200, body: '{"error":{"code":502}}', contentType: "application/json" },
  ];
  return withFaultServer(script, async ({ url }) => {
    const page = await askOpenai(url);
    assertEquals(page.status, 500);
    assertMatch(page.headers.get("content-type") ?? "", /^text\/html/);
    assertEquals(await page.text(), "<h1>Oops</h1>");
    const disguised = await askOpenai(url);
    assertEquals(disguised.status, 200);
    assertEquals(await disguised.json(), { error: { code: 502 } });
  });
});

Deno.test("startFaultServer() resets before the headers, once per request even after a success", () =>
  withFaultServer([{ kind: "ok" }, { kind: "reset_before_headers" }], async (server) => {
    await (await askOpenai(server.url)).text();
    await assertRejects(() => askOpenai(server.url), TypeError);
    await server.idle();
    assertEquals(server.log.map(({ end }) => end), ["answered", "reset"]);
    assertEquals(server.log[1]?.answeredAt, undefined);
  }));

Deno.test("startFaultServer() resets with RST, not FIN", () =>
  withFaultServer([{ kind: "reset_before_headers" }, { kind: "reset_mid_body" }], async ({ url }) => {
    assertEquals(await rawEnd(url, rawQuestion), "ECONNRESET");
    assertEquals(await rawEnd(url, rawQuestion), "ECONNRESET");
    assertEquals(await rawEnd(url, rawQuestion), "clean");
  }));

Deno.test("startFaultServer() resets in the middle of the body, after the headers have been read", () =>
  withFaultServer([{ kind: "reset_mid_body", text: "long ".repeat(1000) }], async (server) => {
    const response = await askOpenai(server.url);
    assertEquals(response.status, 200);
    assert(Number(response.headers.get("content-length")) > 5000);
    await assertRejects(() => response.text(), TypeError);
    await server.idle();
    assertEquals(server.log[0]?.end, "reset");
    assert(server.log[0]?.answeredAt !== undefined);
  }));

Deno.test("startFaultServer() hangs until the client aborts", async () => {
  const caller = new AbortController();
  const abortOnArrival = (): Fault => {
    caller.abort();
    return { kind: "hang" };
  };
  await withFaultServer(abortOnArrival, async (server) => {
    await assertRejects(() => askOpenai(server.url, { signal: caller.signal }), DOMException);
    await server.idle();
    const [entry] = server.log;
    assertEquals(entry?.fault, "hang");
    assertEquals(entry?.end, "client_aborted");
    assertEquals(entry?.answeredAt, undefined);
  });
});

Deno.test("startFaultServer() hangs after the headers or half of the body", () => {
  const script: Fault[] = [{ kind: "hang", after: "headers" }, { kind: "hang", after: "half_body" }];
  return withFaultServer(script, async (server) => {
    for (const expected of ["", '{"id":"chatcmpl-1"']) {
      const caller = new AbortController();
      const response = await askOpenai(server.url, { signal: caller.signal });
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      if (expected !== "") assertEquals((await reader.read()).value?.slice(0, expected.length), expected);
      const rest = reader.read();
      caller.abort();
      await assertRejects(() => rest, DOMException);
    }
    await server.idle();
    assertEquals(server.log.map(({ end }) => end), ["client_aborted", "client_aborted"]);
  });
});

Deno.test("startFaultServer() drips the body in pieces", () =>
  withFaultServer([{ kind: "slow_drip", pieces: 4, everyMs: 10, text: "drop ".repeat(100) }], async (server) => {
    const response = await askOpenai(server.url);
    const headersAt = performance.now();
    assertEquals((await response.json()).choices[0].message.content, "drop ".repeat(100));
    assert(performance.now() - headersAt > 15, "the body must take longer than the headers");
    await server.idle();
    const [entry] = server.log;
    assertEquals(entry?.end, "answered");
    // Three pauses; timers may fire a little early.
    assert(entry!.serverTimeMs! >= 27, `the server's own time is ${entry!.serverTimeMs}`);
  }));

Deno.test("startFaultServer() sends a wrong content type, with the right body or another", () => {
  const script: Fault[] = [
    { kind: "wrong_content_type" },
    { kind: "wrong_content_type", contentType: "text/plain", body: "Please log in" },
  ];
  return withFaultServer(script, async ({ url }) => {
    const labelled = await askOpenai(url);
    assertMatch(labelled.headers.get("content-type") ?? "", /^text\/html/);
    assertEquals((await labelled.json()).object, "chat.completion");
    const portal = await askOpenai(url);
    assertEquals(portal.headers.get("content-type"), "text/plain");
    assertEquals(await portal.text(), "Please log in");
  });
});

Deno.test("startFaultServer() sends a huge body of exactly the given size", () => {
  const bytes = 3_000_000;
  return withFaultServer([{ kind: "huge_body", bytes }, { kind: "huge_body", bytes }], async (server) => {
    for (const ask of [askOpenai, askAnthropic]) {
      const body = await (await ask(server.url)).text();
      assertEquals(body.length, bytes);
      assertEquals(typeof JSON.parse(body).id, "string");
    }
  });
});

Deno.test("startFaultServer() truncates JSON on a connection that ends cleanly", () =>
  withFaultServer([{ kind: "truncated_json" }], async (server) => {
    const response = await askOpenai(server.url);
    assertEquals(response.status, 200);
    const body = await response.text();
    assertEquals(response.headers.get("content-length"), String(body.length));
    assertMatch(body, /^{"id":"chatcmpl-0"/);
    await assertRejects(() => new Response(body).json(), SyntaxError);
    await server.idle();
    assertEquals(server.log[0]?.end, "answered");
  }));

Deno.test("startFaultServer() logs what arrived and when, with credentials masked", () =>
  withFaultServer([{ kind: "ok", delayMs: 20 }], async (server) => {
    const sentAt = performance.now();
    const headers = {
      "authorization": "Bearer sk-secret-1",
      "x-api-key": "sk-secret-2",
      "api-key": "sk-secret-3",
      "x-goog-api-key": "sk-secret-4",
      "idempotency-key": "visible",
    };
    await (await post(server.url, "/v1/chat/completions?key=sk-secret-5", { headers })).text();
    await server.idle();
    const [entry] = server.log;
    assertEquals(server.log.length, 1);
    assertEquals(entry?.index, 0);
    assertEquals(entry?.method, "POST");
    assertEquals(entry?.path, "/v1/chat/completions");
    assertEquals(entry?.format, "openai.chat");
    assertEquals(entry?.fault, "ok");
    assertEquals(entry?.end, "answered");
    assertEquals(entry?.body, question);
    assertEquals(entry?.headers["authorization"], "Bearer ***");
    assertEquals(entry?.headers["x-api-key"], "***");
    assertEquals(entry?.headers["idempotency-key"], "visible");
    assertEquals(JSON.stringify(server.log).includes("sk-secret"), false);
    const { arrivedAt, answeredAt, finishedAt, serverTimeMs } = entry!;
    assert(sentAt <= arrivedAt && arrivedAt < answeredAt! && answeredAt! <= finishedAt!);
    assertEquals(serverTimeMs, finishedAt! - arrivedAt);
    // The delay counts; timers may fire a little early.
    assert(serverTimeMs! >= 18, `the server's own time is ${serverTimeMs}`);
  }));

Deno.test("startFaultServer() takes pushed steps in order, then asks the script function", async () => {
  const byModel = ({ body }: { body: unknown }): Fault => ({ kind: "ok", text: (body as typeof question).model });
  await withFaultServer(byModel, async (server) => {
    server.push({ kind: "ok", text: "first" }, ({ index }) => ({ kind: "ok", text: `index ${index}` }));
    const texts: string[] = [];
    for (let count = 0; count < 3; count++) {
      texts.push((await (await askOpenai(server.url)).json()).choices[0].message.content);
    }
    assertEquals(texts, ["first", "index 1", "gpt-5"]);
  });
});

Deno.test("startFaultServer() answers an unknown path without taking a step", () =>
  withFaultServer([{ kind: "status", status: 503 }], async (server) => {
    const unknown = await post(server.url, "/v1/nowhere");
    assertEquals(unknown.status, 404);
    await unknown.text();
    const known = await askOpenai(server.url);
    assertEquals(known.status, 503);
    await known.text();
    assertEquals(server.log.map(({ fault }) => fault), ["unknown_path", "status_503"]);
  }));

Deno.test("startFaultServer() answers 501 when the script itself is broken", () =>
  withFaultServer(() => {
    throw new Error("typo");
  }, async (server) => {
    const response = await askOpenai(server.url);
    assertEquals(response.status, 501);
    assertEquals(await response.text(), "Error: typo");
    assertEquals(server.log[0]?.fault, "broken_script");
  }));

Deno.test("startFaultServer() logs a client that leaves in the middle of its request", () =>
  withFaultServer([], async (server) => {
    const { hostname, port } = new URL(server.url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(rawQuestion.slice(0, -1), () => setTimeout(() => socket.destroy(), 10));
      });
      socket.on("close", () => resolve());
    });
    await server.idle();
    const [entry] = server.log;
    assertEquals(entry?.end, "client_aborted");
    assertEquals(entry?.fault, undefined);
  }));

Deno.test("startFaultServer() keeps concurrent requests apart", () => {
  const script: Fault[] = [{ kind: "ok", delayMs: 20 }, { kind: "ok", delayMs: 10 }, { kind: "status", status: 529 }];
  return withFaultServer(script, async (server) => {
    const responses = await Promise.all([1, 2, 3].map(() => askAnthropic(server.url)));
    assertEquals(responses.map(({ status }) => status).sort(), [200, 200, 529]);
    await Promise.all(responses.map((response) => response.text()));
    await server.idle();
    assertEquals(server.log.map(({ fault }) => fault), ["ok", "ok", "status_529"]);
    assert(server.log[2]!.finishedAt! < server.log[0]!.finishedAt!);
  });
});

Deno.test("close() ends hanging connections at once, and may be called twice", async () => {
  let arrived = () => {};
  const arrival = new Promise<void>((resolve) => arrived = resolve);
  const server = await startFaultServer({
    script: () => {
      arrived();
      return { kind: "hang" };
    },
  });
  const pending = assertRejects(() => askOpenai(server.url), TypeError);
  await arrival;
  const start = performance.now();
  await Promise.all([server.close(), server.close()]);
  assert(performance.now() - start < 1000, "closing must not wait for the client");
  await pending;
  assertEquals(server.log[0]?.end, "server_closed");
});

Deno.test("close() stops delays, drips and open keep-alive connections", async () => {
  const server = await startFaultServer({
    keepAlive: true,
    script: [{ kind: "ok" }, { kind: "slow_drip", everyMs: 60_000 }, { kind: "ok", delayMs: 60_000 }],
  });
  await (await askOpenai(server.url)).text();
  const dripping = await askOpenai(server.url);
  const cut = assertRejects(() => dripping.text(), TypeError);
  const idleSocket = rawEnd(server.url, "");
  const delayed = rawEnd(server.url, rawQuestion);
  while (server.log.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  await server.close();
  await cut;
  assertEquals(await idleSocket, "clean");
  assertEquals(await delayed, "clean");
  assertEquals(server.log.map(({ end }) => end), ["answered", "server_closed", "server_closed"]);
});

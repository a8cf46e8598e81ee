import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Fault, type LoggedRequest, type StreamPoint, withFaultServer } from "../support/fault_server.ts";
import { ask, STREAM_REQUESTS, type StreamRequest } from "../support/stream_requests.ts";

const openai = STREAM_REQUESTS["openai.chat"]!;
const anthropic = STREAM_REQUESTS["anthropic.messages"]!;

interface Played {
  readonly body: Uint8Array;
  readonly text: string;
  /** The sizes in which the body was read. */
  readonly sizes: readonly number[];
  /** What reading the body threw. */
  readonly error: unknown;
  readonly response: Response;
  readonly entry: LoggedRequest;
}

/** Asks once, reads to the end, and tells both sides' views. */
function play(request: StreamRequest, fault: Fault): Promise<Played> {
  return withFaultServer([fault], async (server) => {
    const response = await ask(server.url, request);
    const chunks: Uint8Array[] = [];
    let error: unknown;
    try {
      for await (const chunk of response.body!) chunks.push(chunk);
    } catch (thrown) {
      error = thrown;
    }
    await server.idle();
    const body = new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
    const sizes = chunks.map(({ length }) => length);
    return { body, text: new TextDecoder().decode(body), sizes, error, response, entry: server.log[0]! };
  });
}

function startsWith(whole: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, at) => whole[at] === byte);
}

for (const [name, request] of Object.entries(STREAM_REQUESTS)) {
  Deno.test(`startFaultServer() streams ${name} to its terminal marker`, async () => {
    const { response, text, body, entry, sizes } = await play(request, { kind: "ok" });
    assertEquals(response.headers.get("content-type"), request.contentType);
    assertStringIncludes(text, request.marker);
    assertEquals(entry.format, name.split(" ")[0]);
    assertEquals([entry.end, entry.bytesWritten, entry.eventsWritten], ["answered", body.length, sizes.length]);
    assert(sizes.length > 3, "the content must come in several deltas");
  });

  Deno.test(`startFaultServer() streams the same ${name} in single bytes`, async () => {
    const [plain, single] = [await play(request, { kind: "ok" }), await play(request, { kind: "ok", pieceBytes: 1 })];
    assertEquals([single.text, single.sizes.length], [plain.text, plain.body.length]);
    assertEquals(single.entry.eventsWritten, plain.entry.eventsWritten);
  });

  Deno.test(`startFaultServer() sends an error as the first event of ${name}`, async () => {
    const { response, text, entry } = await play(request, { kind: "stream_error" });
    assertEquals([response.status, entry.fault, entry.eventsWritten], [200, "stream_error", 1]);
    assertStringIncludes(text, request.overload);
  });

  Deno.test(`startFaultServer() sends an error between the content of ${name}`, async () => {
    const whole = await play(request, { kind: "ok" });
    for (const contents of [0, 2]) {
      const broken = await play(request, { kind: "stream_error", after: { contents } });
      const cut = await play(request, { kind: "truncated_stream", after: { contents } });
      assert(startsWith(whole.body, cut.body) && startsWith(broken.body, cut.body));
      assertStringIncludes(broken.text.slice(cut.text.length), request.overload);
      assertEquals(broken.entry.eventsWritten, cut.entry.eventsWritten + 1);
    }
  });

  Deno.test(`startFaultServer() truncates ${name}, before the marker or anywhere`, async () => {
    const whole = await play(request, { kind: "ok" });
    const unmarked = await play(request, { kind: "truncated_stream" });
    assertEquals([unmarked.error, unmarked.entry.end], [undefined, "answered"]);
    assert(startsWith(whole.body, unmarked.body));
    assertEquals(unmarked.text.includes(request.marker), false);

    const { body, error, entry } = await play(request, { kind: "truncated_stream", after: { bytes: 77 } });
    assertEquals([body, error, entry.bytesWritten], [whole.body.slice(0, 77), undefined, 77]);

    const empty = await play(request, { kind: "truncated_stream", after: { events: 0 } });
    assertEquals([empty.response.status, empty.text, empty.error], [200, "", undefined]);
    assertEquals([empty.entry.end, empty.entry.eventsWritten, empty.entry.bytesWritten], ["answered", 0, 0]);
  });

  Deno.test(`startFaultServer() resets ${name} before the first byte, between events and within one`, async () => {
    const whole = await play(request, { kind: "ok" });
    for (const after of [{ events: 0 }, { contents: 1 }, { contents: 1, half: true }]) {
      const { error, entry, body } = await play(request, { kind: "reset_mid_stream", after });
      assert(error instanceof TypeError, String(error));
      assertEquals(entry.end, "reset");
      assertEquals(body, whole.body.slice(0, entry.bytesWritten));
      assertEquals(entry.bytesWritten > 0, after.contents === 1);
    }
  });

  Deno.test(`startFaultServer() hangs in the middle of ${name} and sees the client leave`, async () => {
    const sent = await play(request, { kind: "truncated_stream", after: { contents: 1 } });
    await withFaultServer([{ kind: "hang_mid_stream" }], async (server) => {
      const reader = (await ask(server.url, request)).body!.getReader();
      for (let read = 0; read < sent.body.length;) read += (await reader.read()).value?.length ?? Infinity;
      const pending = reader.read();
      const leftAt = performance.now();
      await Promise.all([reader.cancel(), pending.catch(() => {})]);
      await server.idle();
      const { end, bytesWritten, arrivedAt, clientLeftAfterMs } = server.log[0]!;
      assertEquals([end, bytesWritten], ["client_aborted", sent.body.length]);
      assert(arrivedAt + clientLeftAfterMs! - leftAt < 100, "the server must see it at once");
    });
  });

  Deno.test(`startFaultServer() answers a request for a stream of ${name} with JSON or HTML`, async () => {
    const json = await play(request, { kind: "ok", ignoreStream: true });
    assertMatch(json.response.headers.get("content-type") ?? "", /^application\/json/);
    assertEquals(typeof JSON.parse(json.text), "object");
    const html = await play(request, { kind: "wrong_content_type", body: "<h1>Log in</h1>" });
    assertEquals([html.response.status, html.text], [200, "<h1>Log in</h1>"]);
    const labelled = await play(request, { kind: "wrong_content_type", contentType: "text/plain" });
    assertEquals(labelled.response.headers.get("content-type"), "text/plain");
    assertStringIncludes(labelled.text, request.marker);
  });

  Deno.test(`startFaultServer() stops a long ${name} stream when nobody reads it`, () => {
    const longText = { deltas: 1_000_000, bytes: 10_000 };
    return withFaultServer([{ kind: "ok", longText }], async (server) => {
      const response = await ask(server.url, request);
      const reader = response.body!.getReader();
      await reader.read();
      let before = -1;
      // Until the buffers between the two are full.
      while (before < server.log[0]!.bytesWritten) {
        before = server.log[0]!.bytesWritten;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await reader.cancel();
      await server.idle();
      const { end, bytesWritten, eventsWritten } = server.log[0]!;
      assertEquals([end, bytesWritten], ["client_aborted", before]);
      assert(eventsWritten < 10_000, `${eventsWritten} events, ${bytesWritten} bytes`);
    });
  });
}

Deno.test("startFaultServer() ends writes at the given offsets", async () => {
  const whole = await play(openai, { kind: "ok" });
  const { sizes, body, entry } = await play(openai, { kind: "ok", splitAt: [1, 5, 300] });
  assertEquals([sizes, body], [[1, 4, 295, body.length - 300], whole.body]);
  assertEquals(entry.eventsWritten, whole.entry.eventsWritten);
  const json = await play(openai, { kind: "ok", ignoreStream: true, splitAt: [2, 4] });
  assertEquals(json.sizes.slice(0, 2), [2, 2]);
  assertEquals(json.entry.eventsWritten, 1);
  const glued = await play(openai, { kind: "ok", pieceBytes: 1e9 });
  assertEquals(glued.body, whole.body);
});

Deno.test("startFaultServer() counts the place in a stream by events or by content", async () => {
  const whole = await play(openai, { kind: "ok" });
  const eventsUpTo = async (after: StreamPoint) =>
    (await play(openai, { kind: "truncated_stream", after })).entry.eventsWritten;
  // The role comes before the content, and behind its three deltas the finish reason, usage and the marker.
  assertEquals(whole.entry.eventsWritten, 7);
  assertEquals(await eventsUpTo({ events: 3 }), 3);
  assertEquals(await eventsUpTo({ contents: 0 }), 1);
  assertEquals(await eventsUpTo({ contents: 1 }), 2);
  assertEquals(await eventsUpTo({ contents: 3, events: 2 }), 2);
  assertEquals(await eventsUpTo({ contents: 9 }), 6);

  const plain = await play(openai, { kind: "truncated_stream", after: { contents: 1 } });
  const half = await play(openai, { kind: "truncated_stream", after: { contents: 1, half: true } });
  assertEquals(half.entry.eventsWritten, 2);
  assert(half.body.length > plain.body.length && startsWith(half.body, plain.body));
});

Deno.test("startFaultServer() pauses between the events of a stream", async () => {
  const { entry } = await play(anthropic, { kind: "ok", everyMs: 3 });
  // Timers may fire a little early.
  assert(entry.serverTimeMs! > (entry.eventsWritten - 1) * 2, `the server's own time is ${entry.serverTimeMs}`);
});

Deno.test("startFaultServer() writes no event after the client has left", () => {
  const fault: Fault = { kind: "ok", longText: { deltas: 1000, bytes: 10 }, everyMs: 2 };
  return withFaultServer([fault], async (server) => {
    const reader = (await ask(server.url, openai)).body!.getReader();
    await reader.read();
    await reader.cancel();
    await server.idle();
    const { eventsWritten, bytesWritten } = server.log[0]!;
    assert(eventsWritten < 100, `${eventsWritten} events`);
    await new Promise((resolve) => setTimeout(resolve, 10));
    assertEquals(server.log[0]?.bytesWritten, bytesWritten);
  });
});

Deno.test("startFaultServer() sends a stream of as many events as asked", async () => {
  const longText = { deltas: 500, bytes: 100 };
  const { text, entry } = await play(openai, { kind: "ok", longText });
  assertEquals(text.match(/x{100}/g)?.length, 500);
  assertEquals(entry.eventsWritten, 504);
});

Deno.test("startFaultServer() plays the faults of whole bodies on streams too", async () => {
  const whole = await play(openai, { kind: "ok" });
  const half = whole.body.slice(0, whole.body.length >> 1);
  const reset = await play(openai, { kind: "reset_mid_body" });
  assertEquals([reset.body, reset.error instanceof TypeError], [half, true]);
  const dripped = await play(openai, { kind: "slow_drip", pieces: 3 });
  assertEquals([dripped.body, dripped.sizes.length], [whole.body, 3]);
  const refused = await play(openai, { kind: "status", status: 429 });
  assertEquals([refused.response.status, JSON.parse(refused.text).error.code], [429, "rate_limit_exceeded"]);
});

Deno.test("startFaultServer() answers 501 when a fault of streams meets a request for JSON", () =>
  withFaultServer([{ kind: "truncated_stream" }], async (server) => {
    const response = await ask(server.url, { ...openai, body: {} });
    assertEquals(response.status, 501);
    assertStringIncludes(await response.text(), "'truncated_stream'");
    assertEquals(server.log[0]?.fault, "broken_script");
  }));

Deno.test("startFaultServer() sends the usual error of a status inside a stream", async () => {
  const limited = await play(anthropic, { kind: "stream_error", status: 429, message: "Slow down" });
  assertStringIncludes(limited.text, '{"type":"rate_limit_error","message":"Slow down"}');
  const quota = await play(openai, { kind: "stream_error", status: 429, type: "insufficient_quota", code: null });
  assertStringIncludes(quota.text, '"type":"insufficient_quota","param":null,"code":null');
});

Deno.test("startFaultServer() sends an error as an event of its own or as the end of an answer", async () => {
  const textOf = async (name: string, fault: Partial<Fault>) =>
    (await play(STREAM_REQUESTS[name]!, { kind: "stream_error", ...fault } as Fault)).text;
  assertStringIncludes(await textOf("openai.responses", {}), "event: error\n");
  assertStringIncludes(await textOf("openai.responses", { after: { contents: 0 } }), "event: response.failed\n");
  assertStringIncludes(await textOf("openai.chat", { asEnding: true }), '"finish_reason":"error"}]}');
  assertStringIncludes(
    await textOf("mistral", { asEnding: false }),
    '{"object":"error","message":"Service unavailable."',
  );
});

Deno.test("startFaultServer() refuses stream_options in the name of Mistral", async () => {
  const mistral = STREAM_REQUESTS["mistral"]!;
  const body = { ...mistral.body, stream_options: { include_usage: true } };
  const { response, text, entry } = await play({ ...mistral, body }, { kind: "ok" });
  assertEquals([response.status, entry.fault], [422, "rejected"]);
  assertStringIncludes(text, "extra_forbidden");
});

Deno.test("startFaultServer() reports usage in a stream of openai.chat only when asked", async () => {
  const { stream_options: _, ...body } = openai.body;
  assertEquals((await play({ ...openai, body }, { kind: "ok" })).text.includes("usage"), false);
  assertEquals((await play(openai, { kind: "ok" })).text.match(/"usage":\{/g)?.length, 1);
});

Deno.test("startFaultServer() keeps the query in the log, without its key", () =>
  withFaultServer([], async (server) => {
    await (await ask(server.url, { ...openai, path: `${openai.path}?alt=sse&key=sk-secret` })).text();
    assertEquals(server.log[0]?.query, { alt: "sse", key: "***" });
  }));

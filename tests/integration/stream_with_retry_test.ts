// deno-lint-ignore-file no-console -- the times are to be seen
import { assert, assertEquals, assertRejects } from "@std/assert";
import { attemptsOf, type CallOptions, type StreamProvider, streamWithRetry } from "../../mod.ts";
import { recordingTracer } from "../../src/testing.ts";
import { withStreamingServer } from "../support/streaming_server.ts";

// Real connections and the real clock. What is measured is printed; the bounds leave room for a busy machine.

const request = { model: "m-1", messages: [] };

interface Counted extends StreamProvider<unknown, Uint8Array> {
  /** How often the body was pulled. */
  pulls: number;
}

/** A provider that hands over the body's bytes as they come. */
function bytesOf(url: string): Counted {
  const provider: Counted = {
    name: "demo",
    pulls: 0,
    async stream(_request, { signal }) {
      const response = await fetch(url, { method: "POST", signal });
      if (!response.ok) {
        await response.body?.cancel();
        throw Object.assign(new Error(`HTTP ${response.status}`), { status: response.status });
      }
      const reader = response.body!.getReader();
      return new ReadableStream<Uint8Array>({
        async pull(controller) {
          provider.pulls++;
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        cancel: (reason) => reader.cancel(reason),
      }, { highWaterMark: 0 });
    },
  };
  return provider;
}

const LEAVE: Record<string, (stream: ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>) => Promise<number>> = {
  async break(stream) {
    let leftAt = 0;
    for await (const _chunk of stream) {
      leftAt = performance.now();
      break;
    }
    return leftAt;
  },
  async "cancel()"(stream) {
    const reader = stream.getReader();
    await reader.read();
    const leftAt = performance.now();
    await reader.cancel();
    return leftAt;
  },
};

for (const [way, leave] of Object.entries(LEAVE)) {
  Deno.test(`streamWithRetry() closes the connection at once on ${way} after the first chunk`, async () => {
    const tookMs: number[] = [];
    await withStreamingServer({ events: 10_000, everyMs: 1 }, async (url, sent) => {
      for (let round = 0; round < 21; round++) {
        const tracer = recordingTracer();
        const provider = bytesOf(url);
        const stream = streamWithRetry(provider, request, { tracer });
        const leftAt = await leave(stream);
        const { pulls } = provider;
        const closedAt = await sent.at(-1)!.closedAt;
        assert(closedAt !== undefined, "the server sent it all");
        tookMs.push(closedAt - leftAt);
        assertEquals([pulls, provider.pulls], [1, 1]);
        assertEquals((await stream.finished)?.["llm.outcome"], "cancelled");
        assertEquals(tracer.spans.map(({ endCount }) => endCount), [1, 1]);
      }
    });
    tookMs.sort((a, b) => a - b);
    const [median, slowest] = [tookMs[10]!, tookMs[20]!].map((it) => it.toFixed(2));
    console.log(`note: on ${way} the server sees it after ${median} ms (median of 21), at most ${slowest} ms`);
    assert(Number(median) < 50, `the server saw it after ${median} ms`);
  });
}

Deno.test("streamWithRetry() closes the connection on an abort and at the deadline, also where nobody reads", async () => {
  for (const isRead of [false, true]) {
    for (const way of ["abort", "deadline"] as const) {
      await withStreamingServer({ events: 10_000, everyMs: 1 }, async (url, sent) => {
        const controller = new AbortController();
        const options: CallOptions = { signal: controller.signal, ...(way === "deadline" && { deadlineMs: 200 }) };
        const stream = streamWithRetry(bytesOf(url), request, options);
        const iterator = stream[Symbol.asyncIterator]();
        if (isRead) await iterator.next();
        else while (sent.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
        if (way === "abort") controller.abort(new Error("enough"));
        const record = await stream.finished;
        assertEquals(record?.["llm.outcome"], way === "abort" ? "cancelled" : "timeout");
        assert(await sent[0]!.closedAt !== undefined, `${way}: the server sent it all`);
        const read = async () => {
          while (!(await iterator.next()).done);
        };
        const error = await assertRejects(read, Error, way === "abort" ? "enough" : "Timed out after 200 ms");
        assertEquals(attemptsOf(error).length, 1);
      });
    }
  }
});

Deno.test("streamWithRetry() reads a stream to its end over HTTP, after it was refused", async () => {
  await withStreamingServer({ events: 20, everyMs: 5, failures: 2 }, async (url, sent) => {
    const tracer = recordingTracer();
    const stream = streamWithRetry(bytesOf(url), request, { tracer, retry: { baseDelayMs: 1 } });
    const text = await new Response(stream).text();
    assertEquals(text.match(/^data: .*$/gm)?.length, 20);
    assertEquals(tracer.named("llm.call").map(({ attributes }) => attributes["llm.outcome"]), ["error", "error", "ok"]);
    const { "llm.first_chunk_ms": first, "llm.wait_ms": wait, "llm.duration_ms": all } =
      tracer.spans.at(-1)!.attributes;
    console.log(`note: over HTTP, first chunk after ${first} ms, waited ${wait} of ${all} ms`);
    assert((first as number) < (wait as number) && (wait as number) <= (all as number));
    assertEquals(await sent[0]!.closedAt, undefined);
  });
});

import { assert, assertEquals, assertRejects, assertStrictEquals } from "./asserts.ts";
import type { ConformanceCase } from "./conformance_case.ts";
import type { Library } from "./library.ts";

const URL_OF_CHAT = "https://api.openai.com/v1/chat/completions";
const POST = { method: "POST", headers: { "content-type": "application/json" } };
const COMPLETION = {
  id: "chatcmpl-1",
  model: "gpt-5-2026",
  choices: [{ message: { role: "assistant", content: "Grüße 🌍" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 7, completion_tokens: 2 },
};

const limited = () =>
  new Response(JSON.stringify({ error: { type: "rate_limit_exceeded" } }), {
    status: 429,
    headers: { "content-type": "application/json", "retry-after-ms": "20" },
  });

/** An answer in server-sent events, cut in the middle of characters and of lines. */
const EVENTS = [
  { id: "c1", model: "gpt-5", choices: [{ delta: { role: "assistant", content: "" }, finish_reason: null }] },
  { id: "c1", model: "gpt-5", choices: [{ delta: { content: "Grüße 🌍" }, finish_reason: null }] },
  { id: "c1", model: "gpt-5", choices: [{ delta: {}, finish_reason: "stop" }] },
  { id: "c1", model: "gpt-5", choices: [], usage: { prompt_tokens: 7, completion_tokens: 2 } },
].map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`).join("") + "data: [DONE]\r\n\r\n";

function streamed(pieceBytes: number): Response {
  const bytes = new TextEncoder().encode(EVENTS);
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at += pieceBytes));
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** `llmFetch` with the given answers, one for each request, and what it came to. */
function set({ fakeClock, llmFetch, recordingTracer }: Library, ...answers: (() => Response)[]) {
  const tracer = recordingTracer();
  const bodies: unknown[] = [];
  const clock = fakeClock({ autoAdvance: true });
  const send = (_input: string | URL | Request, init?: RequestInit) => {
    bodies.push(JSON.parse(String(init?.body)));
    return Promise.resolve(answers.shift()!());
  };
  return { tracer, bodies, llm: llmFetch({ tracer, clock, fetch: send, random: () => 0 }) };
}

/** The fetch for SDKs, with the platform's own requests, responses and streams. */
export const fetch: readonly ConformanceCase[] = [
  {
    name: "llmFetch() retries, sends the same body again and gives the answer as it came",
    async run(library) {
      const answer = () =>
        new Response(JSON.stringify(COMPLETION), { headers: { "content-type": "application/json" } });
      const { bodies, llm, tracer } = set(library, limited, answer);
      const request = { model: "gpt-5", messages: [{ role: "user", content: "Grüß Gott" }] };
      const response = await llm(URL_OF_CHAT, { ...POST, body: JSON.stringify(request) });
      // As text, because in edge-runtime the object is of another realm.
      assertEquals(await response.text(), JSON.stringify(COMPLETION));
      assertEquals(bodies, [request, request]);
      const [first, second] = tracer.named("llm.call").map(({ attributes }) => attributes);
      assertEquals([first?.["error.type"], first?.["llm.retry.delay_source"]], ["rate_limited", "retry-after-ms"]);
      assertEquals([second?.["llm.model"], second?.["llm.input_tokens"]], ["gpt-5", 7]);
    },
  },
  {
    name: "llmFetch() passes a stream on to the byte, and reads its usage, wherever it is cut",
    async run(library) {
      for (const pieceBytes of [1, 7, 64, 100_000]) {
        const { llm, tracer } = set(library, limited, () => streamed(pieceBytes));
        const body = JSON.stringify({ model: "gpt-5", messages: [], stream: true });
        const response = await llm(URL_OF_CHAT, { ...POST, body });
        assertEquals(await response.text(), EVENTS, `In pieces of ${pieceBytes}`);
        const [, attempt] = tracer.named("llm.call");
        const { "llm.outcome": outcome, "llm.output_tokens": tokens, "llm.stop_reason": reason } = attempt!.attributes;
        assertEquals(
          [outcome, tokens, reason, attempt!.endCount],
          ["ok", 2, "end_turn", 1],
          `In pieces of ${pieceBytes}`,
        );
      }
    },
  },
  {
    name: "llmFetch() cancels the service's stream when the consumer leaves",
    async run(library) {
      let isCancelled = false;
      const head = new TextEncoder().encode(EVENTS.slice(0, 250));
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(head),
        cancel() {
          isCancelled = true;
        },
      });
      const answer = () => new Response(body, { headers: { "content-type": "text/event-stream" } });
      const { llm, tracer } = set(library, answer);
      const response = await llm(URL_OF_CHAT, { ...POST, body: JSON.stringify({ model: "gpt-5", stream: true }) });
      const reader = response.body!.getReader();
      assert((await reader.read()).value!.length > 0);
      await reader.cancel("enough");
      assert(isCancelled, "The service was not let go of");
      const [attempt] = tracer.named("llm.call");
      assertEquals([attempt?.attributes["llm.outcome"], attempt?.endCount], ["cancelled", 1]);
    },
  },
  {
    name: "llmFetch() ends with the caller's reason when aborted, and leaves other requests alone",
    async run(library) {
      const { llm, tracer } = set(library, () => new Response("pong"));
      assertEquals(await (await llm("https://example.com/ping", { ...POST, body: "{}" })).text(), "pong");
      assertEquals(tracer.spans.length, 0);
      const signal = AbortSignal.abort(new Error("The user left"));
      const body = JSON.stringify({ model: "gpt-5", messages: [] });
      assertStrictEquals(await assertRejects(() => llm(URL_OF_CHAT, { ...POST, body, signal })), signal.reason);
    },
  },
];

import { assertEquals, assertRejects } from "@std/assert";
import Anthropic from "@anthropic-ai/sdk";
import { BedrockRuntime } from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { Ollama } from "ollama";
import OpenAI from "openai";
import { callWithRetry, streamWithRetry } from "../../mod.ts";
import { anthropicMessageStream } from "../../src/anthropic.ts";
import { bedrockConverse } from "../../src/bedrock.ts";
import { ollama } from "../../src/ollama.ts";
import { openaiChat } from "../../src/openai.ts";
import { recordingTracer } from "../../src/testing.ts";
import { withFaultServer } from "../support/fault_server.ts";

const model = "m";
const messages = [{ role: "user" as const, content: "hi" }];
const someText = { text: "Hello, world, in several deltas" };

Deno.test("openaiChat() leaves it to the request whether a stream counts its tokens", async () => {
  await withFaultServer([], async (server) => {
    const client = new OpenAI({ apiKey: "test", baseURL: `${server.url}/v1` });
    for (const stream_options of [undefined, { include_usage: true }]) {
      const tracer = recordingTracer();
      const request = { model, messages, ...(stream_options && { stream_options }) };
      for await (const _ of streamWithRetry(openaiChat(client), request, { tracer }));
      const { attributes } = tracer.named("llm.call")[0]!;
      assertEquals(attributes["llm.output_tokens"], stream_options && 30);
      assertEquals(attributes["llm.outcome"], "ok");
    }
    assertEquals(server.log.map(({ body }) => body), [
      { model, messages, stream: true },
      { model, messages, stream: true, stream_options: { include_usage: true } },
    ]);
  });
});

Deno.test("openaiChat() sends the caller's headers with every attempt", async () => {
  await withFaultServer([{ kind: "status", status: 500 }], async (server) => {
    const client = new OpenAI({ apiKey: "test", baseURL: `${server.url}/v1` });
    const provider = openaiChat(client, { requestOptions: { headers: { "x-team": "search" } } });
    await callWithRetry(provider, { model, messages }, { retry: { baseDelayMs: 1 } });
    const sent = server.log.map(({ headers }) => [headers["x-team"], headers["x-stainless-retry-count"]]);
    assertEquals(sent, [["search", "0"], ["search", "0"]]);
  });
});

Deno.test("anthropicMessageStream() tells a slow consumer of the error that the SDK's iterator forgets", async () => {
  await withFaultServer([{ kind: "reset_mid_stream", ...someText }], async ({ url }) => {
    const client = new Anthropic({ apiKey: "test", baseURL: url });
    const stream = streamWithRetry(anthropicMessageStream(client), { model, messages, max_tokens: 1 });
    await assertRejects(async () => {
      // By then the stream has failed, with events that nobody has asked for yet.
      for await (const _ of stream) await new Promise((resolve) => setTimeout(resolve, 50));
    }, Anthropic.AnthropicError);
  });
});

for (const kind of ["reset_mid_stream", "truncated_stream"] as const) {
  Deno.test(`anthropicMessageStream() resolves with the message after a ${kind} after content`, async () => {
    await withFaultServer([{ kind, ...someText }, { kind: "ok", ...someText }], async (server) => {
      const client = new Anthropic({ apiKey: "test", baseURL: server.url });
      const provider = anthropicMessageStream(client);
      const request = { model, messages, max_tokens: 1 };
      const { content } = await callWithRetry(provider, request, { retry: { baseDelayMs: 1 } });
      assertEquals(content[0]?.type === "text" && content[0].text, someText.text);
      assertEquals(server.log.length, 2);
    });
  });
}

Deno.test("ollama() leaves client.abort() its effect on streams", async () => {
  await withFaultServer([{ kind: "hang_mid_stream", ...someText }], async (server) => {
    const client = new Ollama({ host: server.url });
    await assertRejects(async () => {
      for await (const _ of streamWithRetry(ollama(client), { model, messages })) client.abort();
    });
    await server.idle();
    assertEquals(server.log.map(({ end }) => end), ["client_aborted"]);
  });
});

Deno.test("bedrockConverse() leaves the client's own calls their retries", async () => {
  const request = { modelId: model, messages: [{ role: "user" as const, content: [{ text: "hi" }] }] };
  const failure = { kind: "status" as const, status: 500 };
  await withFaultServer([failure, failure], async (server) => {
    const client = new BedrockRuntime({
      region: "us-east-1",
      endpoint: server.url,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      requestHandler: new NodeHttpHandler(),
    });
    const once = callWithRetry(bedrockConverse(client), request, { retry: { maxRetries: 0 } });
    await assertRejects(() => once);
    assertEquals(server.log.length, 1);
    const { $metadata } = await client.converse(request);
    assertEquals($metadata.attempts, 2);
    assertEquals(server.log.length, 3);
  });
});

import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { callWithRetry, streamWithRetry } from "../../mod.ts";
import { anthropicMessages, anthropicMessageStream } from "../../src/anthropic.ts";
import { bedrockConverse } from "../../src/bedrock.ts";
import { cohere } from "../../src/cohere.ts";
import { gemini } from "../../src/gemini.ts";
import { mistral } from "../../src/mistral.ts";
import { ollama } from "../../src/ollama.ts";
import { openaiChat, openaiResponses } from "../../src/openai.ts";
import { recordingTracer } from "../../src/testing.ts";
import { countingSignal } from "../support/scripted_provider.ts";

type Ask = (request: unknown, options?: unknown) => Promise<unknown>;

const NEVER: Ask = () => Promise.reject(new Error("It was asked"));
const request = { model: "m", messages: [] };

async function* chunks(...values: unknown[]): AsyncGenerator<unknown> {
  yield* values;
}

function openAiClient(create: Ask, baseURL?: string) {
  return { ...(baseURL && { baseURL }), chat: { completions: { create: create as never } } };
}

function geminiClient(ask: Ask) {
  return { models: { generateContent: ask, generateContentStream: ask as () => Promise<AsyncIterable<unknown>> } };
}

Deno.test("openaiChat() tells the provider's name by the host", () => {
  const names = {
    "https://api.openai.com/v1": "openai",
    "https://api.groq.com/openai/v1": "groq",
    "https://openrouter.ai/api/v1": "openrouter",
    "https://api.deepseek.com": "deepseek",
    "https://api.x.ai/v1": "x_ai",
    "https://mine.openai.azure.com/openai": "azure.ai.openai",
    "https://mine.openai.azure.com/openai/v1/": "azure.ai.openai",
    "http://localhost:11434/v1": "ollama",
    "http://localhost:8000/v1": "openai",
    "no URL": "openai",
  };
  for (const [url, name] of Object.entries(names)) assertEquals(openaiChat(openAiClient(NEVER, url)).name, name, url);
  assertEquals(openaiChat(openAiClient(NEVER)).name, "openai");
});

Deno.test("openaiChat() takes the caller's name for the provider", () => {
  const client = openAiClient(NEVER, "https://api.groq.com/openai/v1");
  assertEquals(openaiChat(client, { name: "mine" }).name, "mine");
});

Deno.test("openaiChat() tells the server by the base URL", async () => {
  const servers = {
    "https://api.openai.com/v1": ["api.openai.com", 443],
    "http://127.0.0.1:8000/v1": ["127.0.0.1", 8000],
    "http://example.com/v1": ["example.com", 80],
    "no URL": [undefined, undefined],
  };
  for (const [url, server] of Object.entries(servers)) {
    const tracer = recordingTracer();
    await callWithRetry(openaiChat(openAiClient(() => Promise.resolve({}), url)), request, { tracer });
    const { "server.address": address, "server.port": port } = tracer.spans[0]!.attributes;
    assertEquals([address, port], server);
  }
});

Deno.test("every binding names its provider where the client does not tell where it sends", () => {
  const method = NEVER as never;
  const names = [
    openaiResponses({ responses: { create: method } }).name,
    anthropicMessages({ messages: { create: method } }).name,
    anthropicMessageStream({ messages: { stream: method } }).name,
    gemini({ models: { generateContent: method, generateContentStream: method } }).name,
    mistral({ chat: { complete: method, stream: method } }).name,
    cohere({ chat: method, chatStream: method }).name,
    ollama({ chat: method }).name,
    bedrockConverse({ converse: method, converseStream: method }).name,
  ];
  assertEquals(names, ["openai", "anthropic", "anthropic", "gemini", "mistral", "cohere", "ollama", "bedrock"]);
});

Deno.test("bindings tell where clients send whose types keep it to themselves", () => {
  const method = NEVER as never;
  const vertex = { getBaseUrl: () => "https://us-central1-aiplatform.googleapis.com/" };
  const clients = [
    gemini({ models: { generateContent: method, generateContentStream: method }, apiClient: vertex } as never),
    mistral({ chat: { complete: method, stream: method }, _baseURL: new URL("https://api.mistral.ai") }),
    cohere({ chat: method, chatStream: method, client: { _options: {} } } as never),
    ollama({ chat: method, config: { host: "http://127.0.0.1:11434" } } as never),
    anthropicMessages({ messages: { create: method }, _client: { baseURL: "https://a.example" } } as never),
    anthropicMessageStream({ messages: { stream: method }, _client: { baseURL: "https://a.example" } } as never),
  ];
  assertEquals(
    clients.map(({ name, describeRequest }) => [name, describeRequest({} as never).serverAddress]),
    [
      ["gcp.vertex_ai", "us-central1-aiplatform.googleapis.com"],
      ["mistral", "api.mistral.ai"],
      ["cohere", "api.cohere.com"],
      ["ollama", "127.0.0.1"],
      ["anthropic", "a.example"],
      ["anthropic", "a.example"],
    ],
  );
});

Deno.test("openaiChat() passes the caller's options on, and its own above them", async () => {
  const asked: unknown[] = [];
  const client = openAiClient((...args) => {
    asked.push(args);
    return Promise.resolve({});
  });
  const requestOptions = { timeout: 5, maxRetries: 9, signal: AbortSignal.abort() };
  await callWithRetry(openaiChat(client, { requestOptions } as never), request);
  const [[body, { signal, ...options }]] = asked as [[unknown, { signal: AbortSignal }]];
  assertStrictEquals(body, request);
  assertEquals(options, { timeout: 5, maxRetries: 0 });
  assertEquals(signal.aborted, false);
});

Deno.test("openaiChat() asks for a stream in a copy of the request", async () => {
  const asked: unknown[] = [];
  const client = openAiClient((body) => {
    asked.push(body);
    return Promise.resolve(chunks({ choices: [{ delta: { content: "a" }, finish_reason: "stop" }] }));
  });
  for await (const _ of streamWithRetry(openaiChat(client), request));
  assertEquals(asked, [{ ...request, stream: true }]);
  assertEquals(request, { model: "m", messages: [] });
});

Deno.test("openaiResponses() throws what failed within a response, with what the service said as the cause", async () => {
  const failed = { status: "failed", error: { code: "invalid_prompt", message: "The prompt was flagged" } };
  const client = { responses: { create: (() => Promise.resolve(failed)) as never } };
  const error = await assertRejects(
    () => callWithRetry(openaiResponses(client), { input: "hi" }, { retry: { maxRetries: 0 } }),
    Error,
    "The prompt was flagged",
  );
  assertEquals(error.cause, { type: "response.failed", error: failed.error });
});

Deno.test("openaiResponses() throws what failed within a stream as an error as well", async () => {
  const failed = {
    type: "response.failed",
    response: { status: "failed", error: { message: "The server had an error" } },
  };
  const client = { responses: { create: (() => Promise.resolve(chunks(failed))) as never } };
  const stream = streamWithRetry(openaiResponses(client), request, { retry: { maxRetries: 0 } });
  await assertRejects(
    async () => {
      for await (const _ of stream);
    },
    Error,
    "The server had an error",
  );
});

Deno.test("gemini() follows the signal of the request as well", async () => {
  for (const isAborted of [false, true]) {
    const own = new AbortController();
    const signals: AbortSignal[] = [];
    const client = geminiClient((asked) => {
      const { abortSignal } = (asked as { config: { abortSignal: AbortSignal } }).config;
      signals.push(abortSignal);
      own.abort("enough");
      return Promise.reject(abortSignal.reason);
    });
    if (isAborted) own.abort("enough");
    const config = { abortSignal: own.signal, temperature: 1 };
    const call = callWithRetry(gemini(client), { model: "m", contents: "hi", config }, { retry: { maxRetries: 0 } });
    assertEquals(await call.catch((reason) => reason), "enough");
    assertEquals(signals.map(({ aborted, reason }) => [aborted, reason]), [[true, "enough"]]);
  }
});

Deno.test("gemini() leaves no listener on the request's signal, however an attempt ends", async () => {
  const { signal, listeners } = countingSignal();
  const asked = { model: "m", contents: "hi", config: { abortSignal: signal } };
  const options = { retry: { maxRetries: 0 } };
  const chunk = { candidates: [{ content: { parts: [{ text: "a" }] }, finishReason: "STOP" }] };
  const ways: Ask[] = [
    () => Promise.resolve(chunk),
    () => Promise.resolve(chunks(chunk, chunk)),
    () => Promise.resolve(chunks(chunk, { error: { code: 503 } })),
    () => Promise.reject(new Error("Not now")),
    () => {
      throw new Error("Never");
    },
  ];
  const whileAsked = new Set<number>();
  for (const way of ways) {
    const provider = gemini(geminiClient((...args) => {
      whileAsked.add(listeners());
      return way(...args);
    }));
    await callWithRetry(provider, asked, options).catch(() => {});
    assertEquals(listeners(), 0);
    for (const isLeft of [false, true]) {
      try {
        for await (const _ of streamWithRetry(provider, asked, options)) if (isLeft) break;
      } catch { /* as it may */ }
      assertEquals(listeners(), 0);
    }
  }
  assertEquals(whileAsked, new Set([1]));
});

Deno.test("gemini() keeps the rest of the request's options, and changes a copy", async () => {
  const asked: Record<string, unknown>[] = [];
  const client = geminiClient((it) => {
    asked.push(it as Record<string, unknown>);
    return Promise.resolve({});
  });
  const toGemini = {
    model: "m",
    contents: "hi",
    config: { temperature: 1, httpOptions: { timeout: 5, retryOptions: { attempts: 9, jitter: 1 } } },
  };
  const before = structuredClone(toGemini);
  await callWithRetry(gemini(client), toGemini);
  const { abortSignal, ...config } = asked[0]!.config as Record<string, unknown>;
  assert(abortSignal instanceof AbortSignal);
  const httpOptions = { timeout: 5, retryOptions: { attempts: 1, jitter: 1 } };
  assertEquals({ ...asked[0], config }, { model: "m", contents: "hi", config: { temperature: 1, httpOptions } });
  assertEquals(toGemini, before);
});

Deno.test("bedrockConverse() throws for a client that needs commands", () => {
  const client = { send: NEVER } as never;
  assertThrows(() => bedrockConverse(client), TypeError, "Cannot bind the client: 'client' must be a BedrockRuntime");
  assertThrows(() => bedrockConverse(client, { ConverseCommand: class {} } as never), TypeError);
});

Deno.test("Bindings tell at once that a client is none of theirs", () => {
  const shape = (client: unknown) => client as never;
  const ways: Record<string, (client: unknown) => unknown> = {
    "chat.completions.create": (client) => openaiChat(shape(client)),
    "responses.create": (client) => openaiResponses(shape(client)),
    "messages.create": (client) => anthropicMessages(shape(client)),
    "messages.stream": (client) => anthropicMessageStream(shape(client)),
    "models.generateContent": (client) => gemini(shape(client)),
    "chat.complete": (client) => mistral(shape(client)),
    chat: (client) => cohere(shape(client)),
  };
  const others = [undefined, null, {}, "client", {
    chat: { completions: {} },
    messages: null,
    models: 1,
    responses: [],
  }];
  for (const [path, bind] of Object.entries(ways)) {
    const message = `Cannot bind the client: 'client.${path}' must be of type function: current value is of type `;
    for (const client of others) assertThrows(() => bind(client), TypeError, message);
  }
  assertThrows(() => ollama(shape(undefined)), TypeError, "'client.chat' must be of type function");
  assertThrows(() => bedrockConverse(shape(undefined)), TypeError, "'client' must be a BedrockRuntime");
});

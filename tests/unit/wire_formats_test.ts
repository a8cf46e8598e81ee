import { assert, assertEquals } from "@std/assert";
import { findFormat, WIRE_FORMATS } from "../../src/wire/wire_formats.ts";

const CHAT = "/v1/chat/completions";

/** Where a call goes, and then the name of its API (its provider's where it has none of its own) and its provider's. */
const CALLS: Readonly<Record<string, readonly [host: string, path: string, api: string, provider: string]>> = {
  "OpenAI": ["api.openai.com", CHAT, "chat", "openai"],
  "OpenAI Responses": ["eu.api.openai.com", "/v1/responses", "responses", "openai"],
  "Azure OpenAI": ["me.openai.azure.com", "/openai/deployments/d/chat/completions", "chat", "azure.ai.openai"],
  "Azure OpenAI, version 1": ["me.openai.azure.com", "/openai/v1/responses", "responses", "azure.ai.openai"],
  "Azure AI Foundry": ["me.services.ai.azure.com", "/openai/v1/chat/completions", "chat", "azure.ai.openai"],
  "Azure AI Services": ["me.cognitiveservices.azure.com", "/openai/v1/responses", "responses", "azure.ai.openai"],
  "Azure behind a gateway": ["me.azure-api.net", "/x/openai/deployments/d/chat/completions", "chat", "azure.ai.openai"],
  "Azure AI Inference": ["me.services.ai.azure.com", "/models/chat/completions", "chat", "azure.ai.inference"],
  "Anthropic at Azure": ["me.services.ai.azure.com", "/anthropic/v1/messages", "anthropic", "anthropic"],
  "Anthropic": ["api.anthropic.com", "/v1/messages", "anthropic", "anthropic"],
  "Anthropic's chat completions": ["api.anthropic.com", CHAT, "chat", "anthropic"],
  "Anthropic at Vertex": [
    "us-east5-aiplatform.googleapis.com",
    "/v1/projects/p/locations/us-east5/publishers/anthropic/models/claude-sonnet-5:streamRawPredict",
    "anthropic",
    "gcp.vertex_ai",
  ],
  "Gemini": ["generativelanguage.googleapis.com", "/v1beta/models/g:generateContent", "gemini", "gemini"],
  "Gemini's chat completions": [
    "generativelanguage.googleapis.com",
    "/v1beta/openai/chat/completions",
    "chat",
    "gemini",
  ],
  "Gemini at Vertex": [
    "aiplatform.googleapis.com",
    "/v1/projects/p/locations/global/publishers/google/models/g:streamGenerateContent",
    "gemini",
    "gcp.vertex_ai",
  ],
  "Gemini in a region of Vertex": [
    "aiplatform.eu.rep.googleapis.com",
    "/v1/publishers/google/models/g:generateContent",
    "gemini",
    "gcp.vertex_ai",
  ],
  "Mistral": ["api.mistral.ai", CHAT, "mistral", "mistral"],
  "Mistral's agents anywhere": ["proxy.example", "/v1/agents/completions", "mistral", "mistral"],
  "Cohere": ["api.cohere.com", "/v2/chat", "cohere", "cohere"],
  "Cohere's chat completions": ["api.cohere.ai", "/compatibility/v1/chat/completions", "chat", "cohere"],
  "OpenRouter": ["openrouter.ai", "/api/v1/chat/completions", "chat", "openrouter"],
  "OpenRouter's messages": ["openrouter.ai", "/api/v1/messages", "anthropic", "openrouter"],
  "Groq": ["api.groq.com", "/openai/v1/chat/completions", "chat", "groq"],
  "DeepSeek": ["api.deepseek.com", "/chat/completions", "chat", "deepseek"],
  "DeepSeek's messages": ["api.deepseek.com", "/anthropic/v1/messages", "anthropic", "deepseek"],
  "Perplexity": ["api.perplexity.ai", "/chat/completions", "chat", "perplexity"],
  "xAI": ["api.x.ai", CHAT, "chat", "x_ai"],
  "xAI in a region": ["us-east-1.api.x.ai", CHAT, "chat", "x_ai"],
  "Bedrock": ["bedrock-runtime.us-east-1.amazonaws.com", "/model/m/converse", "bedrock", "bedrock"],
  "Bedrock in China": ["bedrock-runtime.cn-north-1.amazonaws.com.cn", "/model/m/converse-stream", "bedrock", "bedrock"],
  "Bedrock's chat completions": ["bedrock-runtime.us-west-2.amazonaws.com", `/openai${CHAT}`, "chat", "bedrock"],
  "Bedrock's newer home": ["bedrock-mantle.us-east-1.api.aws", "/openai/v1/responses", "responses", "bedrock"],
  "Claude at Bedrock": [
    "bedrock-runtime.us-east-1.amazonaws.com",
    "/model/us.anthropic.claude-sonnet-5-v1%3A0/invoke-with-response-stream",
    "anthropic",
    "bedrock",
  ],
  "Mistral at Vertex": [
    "us-central1-aiplatform.googleapis.com",
    "/v1/projects/p/locations/us-central1/publishers/mistralai/models/mistral-large-2512:streamRawPredict",
    "mistral",
    "gcp.vertex_ai",
  ],
  "Ollama": ["localhost:11434", "/api/chat", "ollama", "ollama"],
  "Ollama's chat completions": ["127.0.0.1:11434", CHAT, "chat", "ollama"],
  "Ollama in the cloud": ["ollama.com", "/api/chat", "ollama", "ollama"],
  "Ollama somewhere": ["gpu.example:8080", "/api/chat", "ollama", "ollama"],
  "whatever is compatible with OpenAI": ["localhost:8000", CHAT, "chat", "openai"],
  "a host that only sounds like one": ["api.notgroq.com", CHAT, "chat", "openai"],
  "a host of which another one's is a part": ["mistral.ai.example", CHAT, "chat", "openai"],
};

for (const [name, [host, path, api, provider]] of Object.entries(CALLS)) {
  Deno.test(`findFormat() finds ${name}`, () => {
    const found = findFormat(host, path);
    assert(found);
    const { format } = found;
    const known = format.name === "openai" ? format.path.test("/responses") ? "responses" : "chat" : format.name;
    assertEquals([known, found.name], [api, provider]);
  });
}

Deno.test("findFormat() finds nothing in what is no call of a model", () => {
  const others: readonly (readonly [host: string, path: string])[] = [
    ["api.openai.com", "/v1/embeddings"],
    ["api.openai.com", "/v1/models"],
    ["api.anthropic.com", "/v1/messages/count_tokens"],
    ["generativelanguage.googleapis.com", "/v1beta/models/g:embedContent"],
    ["bedrock-runtime.us-east-1.amazonaws.com", "/model/m/invoke"],
    ["bedrock-runtime.us-east-1.amazonaws.com", "/model/anthropic.m/count-tokens"],
    ["localhost:11434", "/api/generate"],
    ["example.com", "/"],
    ["", ""],
  ];
  for (const [host, path] of others) assertEquals(findFormat(host, path), undefined, host + path);
});

Deno.test("findFormat() takes a bounded time whatever the URL", () => {
  for (const part of ["a", ".", "/", ":", "%", "/models/", ":a", ".azure.com", "openai/deployments/"]) {
    const startedAt = performance.now();
    findFormat(part.repeat(10_000), part.repeat(100_000));
    for (const format of WIRE_FORMATS) format.describeRequest({ model: part.repeat(100_000) }, part.repeat(100_000));
    assert(performance.now() - startedAt < 5000, part);
  }
});

import type { RequestDescription } from "../provider.ts";

/**
 * Whose API it is, by host and path: the name, or nothing where the pattern's group is the name. Where they differ from the
 * names of this library (`gemini`, `mistral`, `bedrock`), they are OpenTelemetry's.
 */
const PROVIDERS: readonly (readonly [place: RegExp, name?: string])[] = [
  [/^(?:[^/]*\.)?(anthropic|cohere|deepseek|groq|mistral|openrouter|perplexity)\.(ai|com)[:/]/],
  [/^[^/]*\.azure\.(com|us)(:\d+)?\/openai\/|\/openai\/deployments\//, "azure.ai.openai"],
  [/^[^/]*\.azure\.com(:\d+)?\/(models|chat|v1\/chat)\//, "azure.ai.inference"],
  [/^[^/]*\baiplatform\.[^/]*googleapis\.com/, "gcp.vertex_ai"],
  [/^generativelanguage\./, "gemini"],
  [/^api\.openai\.com[:/]/, "openai"],
  [/^bedrock-/, "bedrock"],
  [/^([^/]*\.)?x\.ai[:/]/, "x_ai"],
  [/^[^/]+:11434\/|^ollama\.com/, "ollama"],
];

/**
 * The name of who offers an API at a place, if it is a well-known one.
 *
 * @param host The URL's host, with the port where it is not the usual one.
 * @param path The URL's path, without the query.
 */
export function providerAt(host: string, path: string): string | undefined {
  const place = host + path;
  const known = PROVIDERS.find(([pattern]) => pattern.test(place));
  return known && (known[1] ?? known[0].exec(place)?.[1]);
}

/** Where requests go. */
export function describeServer({ hostname, port, protocol }: URL): RequestDescription {
  return { serverAddress: hostname, serverPort: Number(port) || (protocol === "http:" ? 80 : 443) };
}

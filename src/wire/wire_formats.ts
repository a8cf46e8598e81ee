import { anthropic } from "./anthropic.ts";
import { bedrock } from "./bedrock.ts";
import { cohere } from "./cohere.ts";
import { gemini } from "./gemini.ts";
import { mistral } from "./mistral.ts";
import { ollama } from "./ollama.ts";
import { openaiChat } from "./openai_chat.ts";
import { openaiResponses } from "./openai_responses.ts";
import type { WireFormat } from "./wire_format.ts";

/** Every API that is understood, in the order in which they are tried. */
export const WIRE_FORMATS: readonly WireFormat[] = [
  openaiChat,
  openaiResponses,
  anthropic,
  gemini,
  bedrock,
  mistral,
  cohere,
  ollama,
];

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

/** An API and who offers it. */
export interface FoundFormat {
  /** How it stands on the wire. */
  readonly format: WireFormat;
  /** The provider's name on spans. */
  readonly name: string;
  /** Whether it is known who is at that place: then whatever is posted to this path is a call. */
  readonly isKnown: boolean;
}

/**
 * Finds the API that a POST calls. Paths that others may use as well are no proof: a body without a model is no call.
 *
 * @param host The URL's host, with the port where it is not the usual one.
 * @param path The URL's path, without the query.
 */
export function findFormat(host: string, path: string): FoundFormat | undefined {
  const place = host + path;
  const known = PROVIDERS.find(([pattern]) => pattern.test(place));
  const name = known && (known[1] ?? known[0].exec(place)?.[1]);
  const formats = WIRE_FORMATS.filter((format) => format.path.test(path));
  const format = formats.find((format) => format.name === name) ?? formats[0];
  return format && { format, name: name ?? format.name, isKnown: name !== undefined };
}

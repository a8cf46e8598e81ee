import { anthropic } from "./anthropic.ts";
import { bedrock } from "./bedrock.ts";
import { cohere } from "./cohere.ts";
import { gemini } from "./gemini.ts";
import { mistral } from "./mistral.ts";
import { ollama } from "./ollama.ts";
import { openaiChat } from "./openai_chat.ts";
import { openaiResponses } from "./openai_responses.ts";
import { providerAt } from "./provider_names.ts";
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
 * @param provider Who it is, if that was told: it decides where several share a path.
 */
export function findFormat(host: string, path: string, provider?: string): FoundFormat | undefined {
  const known = providerAt(host, path);
  const name = provider ?? known;
  const formats = WIRE_FORMATS.filter((format) => format.path.test(path));
  const format = formats.find((format) => format.name === name) ?? formats[0];
  return format && { format, name: name ?? format.name, isKnown: known !== undefined };
}

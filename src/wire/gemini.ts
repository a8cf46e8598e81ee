import type { ChunkDescription } from "../provider.ts";
import { asked, list, type Loose, modelIn, read, readWithCalls, says, sum, text, tokens } from "./_read.ts";
import type { WireFormat, WireRequest, WireResponse } from "./wire_format.ts";

/** Gemini, at Google AI and at Vertex, and the requests of its SDK. A stream that is asked for without `alt=sse` is one array. */
export const gemini: WireFormat = {
  name: "gemini",
  framing: "sse",
  path: /:(streamG|g)enerateContent$/,
  telling: /finishReason"|usageMetadata"|promptFeedback"|functionCall"|error"|event: ?error/,
  describeRequest: (body, path) => read(request, body, path) ?? { isStream: false },
  describeResponse: (body) => readWithCalls(response, callsIn)(body),
  describeEvent: (data) => readWithCalls(event, callsIn)(data),
  describeEvents: () => readWithCalls(event, callsIn),
};

function callsIn(body: Loose | undefined): boolean {
  return list(list(body?.candidates)[0]?.content?.parts).some((part) => part?.functionCall) || list(body).some(callsIn);
}

function request(body: Loose | undefined, path: string): WireRequest {
  const tools = body?.tools ?? body?.config?.tools;
  const contents = body?.contents;
  return asked(
    modelIn(text(body?.model) ?? path, /^(?:.*\/)?([^/:]+)/),
    tools && list(tools).flatMap((tool) => list(tool?.functionDeclarations ?? tool?.function_declarations)),
    // The SDK takes the parts of a single message as well.
    list(contents).some((content) => content?.parts) || !says(contents) ? contents : [contents],
    /:s\w+$/.test(path),
  );
}

function response(body: Loose | undefined): WireResponse {
  const chunks = list(body);
  if (chunks.length) body = chunks.at(-1);
  const usage = body?.usageMetadata;
  const candidates = list(body?.candidates);
  const reasons = candidates.flatMap((candidate) => text(candidate?.finishReason) ?? []);
  return {
    stopReason: reasons[0] ?? text(body?.promptFeedback?.blockReason),
    finishReasons: reasons.length > 1 ? reasons : undefined,
    model: text(body?.modelVersion),
    id: text(body?.responseId),
    error: body?.error ? body : undefined,
    ...tokens(
      usage?.promptTokenCount,
      sum(usage?.candidatesTokenCount, usage?.thoughtsTokenCount),
      usage?.cachedContentTokenCount,
      undefined,
      usage?.thoughtsTokenCount,
      sum(usage?.promptTokenCount, usage?.toolUsePromptTokenCount),
    ),
  };
}

function event(data: Loose | undefined): ChunkDescription {
  const described = response(data);
  return {
    isContent: list(data?.candidates).some((candidate) => list(candidate?.content?.parts).some(says)),
    isTerminal: !!described.stopReason,
    ...described,
  };
}

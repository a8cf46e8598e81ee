import { openaiError } from "./openai_shapes.ts";
import { asksForStream, jsonBody, type WireFormat } from "./wire_format.ts";
import { responseBody } from "./openai_response.ts";
import { openaiResponsesStream } from "./wire_openai_responses_stream.ts";

/** OpenAI Responses. */
export const openaiResponses: WireFormat = {
  name: "openai.responses",
  requestIdHeader: "x-request-id",
  matches: (path) => path.endsWith("/responses"),
  success: (reply, request) => jsonBody(responseBody(reply, request)),
  error: (status, error, request) => jsonBody(openaiError(status, error, request)),
  stream: (request) => asksForStream(request) ? openaiResponsesStream(request) : undefined,
};

/** How to ask an API for a stream, without its SDK. */
export interface StreamRequest {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Of the answer. */
  readonly contentType: string;
  /** Found in the body of a complete stream alone. */
  readonly marker: string;
  /** Found in the body where the service reports an overload. */
  readonly overload: string;
}

const messages = [{ role: "user", content: "hi" }];
const contents = [{ role: "user", parts: [{ text: "hi" }] }];
const SSE = "text/event-stream; charset=utf-8";

/** One request for each API that the fault server speaks, and for each kind of its streams. */
export const STREAM_REQUESTS: Readonly<Record<string, StreamRequest>> = {
  "openai.chat": {
    path: "/v1/chat/completions",
    body: { model: "m", messages, stream: true, stream_options: { include_usage: true } },
    contentType: SSE,
    marker: "data: [DONE]\n\n",
    overload: 'data: {"error":{"message":"The server is overloaded.',
  },
  "anthropic.messages": {
    path: "/v1/messages",
    body: { model: "m", messages, max_tokens: 1, stream: true },
    contentType: SSE,
    marker: 'event: message_stop\ndata: {"type":"message_stop"}\n\n',
    overload: 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error",',
  },
  "openai.responses": {
    path: "/v1/responses",
    body: { model: "m", input: "hi", stream: true },
    contentType: SSE,
    marker: "event: response.completed\n",
    overload: '"code":"server_is_overloaded",',
  },
  "gemini": {
    path: "/v1beta/models/m:streamGenerateContent?alt=sse",
    body: { contents },
    contentType: "text/event-stream",
    marker: '"finishReason":"STOP"',
    overload: '{\n  "error": {\n    "code": 503,\n',
  },
  "gemini (array)": {
    path: "/v1/projects/p/locations/l/publishers/google/models/m:streamGenerateContent",
    body: { contents },
    contentType: "application/json; charset=UTF-8",
    marker: "\n]\n",
    overload: '{"error":{"code":503,',
  },
  "mistral": {
    path: "/mistral/v1/chat/completions",
    body: { model: "m", messages, stream: true },
    contentType: SSE,
    marker: "data: [DONE]\n\n",
    overload: '"finish_reason":"error"',
  },
  "cohere": {
    path: "/v2/chat",
    body: { model: "m", messages, stream: true },
    contentType: SSE,
    marker: '"finish_reason":"COMPLETE"',
    overload: '"finish_reason":"ERROR","error":"the service is overloaded',
  },
  "ollama": {
    path: "/api/chat",
    body: { model: "m", messages },
    contentType: "application/x-ndjson",
    marker: '"done":true',
    overload: '{"error":"server busy',
  },
  "bedrock": {
    path: "/model/provider.m-v1%3A0/converse-stream",
    body: { messages: [{ role: "user", content: [{ text: "hi" }] }] },
    contentType: "application/vnd.amazon.eventstream",
    marker: "messageStop",
    overload: "serviceUnavailableException",
  },
};

/** Asks the fault server for a stream. */
export function ask(url: string, { path, body }: StreamRequest, init: RequestInit = {}): Promise<Response> {
  return fetch(url + path, { method: "POST", body: JSON.stringify(body), ...init });
}

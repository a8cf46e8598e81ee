/** How to ask an API for a stream, without its SDK. */
export interface StreamRequest {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Of the answer. */
  readonly contentType: string;
  /** What the body of a complete stream ends with. */
  readonly end: string;
  /** Found in the body where the service reports an overload. */
  readonly overload: string;
}

const messages = [{ role: "user", content: "hi" }];
const SSE = "text/event-stream; charset=utf-8";

/** One request for each API that the fault server speaks. */
export const STREAM_REQUESTS: Readonly<Record<string, StreamRequest>> = {
  "openai.chat": {
    path: "/v1/chat/completions",
    body: { model: "m", messages, stream: true, stream_options: { include_usage: true } },
    contentType: SSE,
    end: "data: [DONE]\n\n",
    overload: 'data: {"error":{"message":"The server is overloaded.',
  },
  "anthropic.messages": {
    path: "/v1/messages",
    body: { model: "m", messages, max_tokens: 1, stream: true },
    contentType: SSE,
    end: 'event: message_stop\ndata: {"type":"message_stop"}\n\n',
    overload: 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error",',
  },
};

/** Asks the fault server for a stream. */
export function ask(url: string, { path, body }: StreamRequest, init: RequestInit = {}): Promise<Response> {
  return fetch(url + path, { method: "POST", body: JSON.stringify(body), ...init });
}

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What a server saw of one stream. */
export interface SentStream {
  /** When the connection was closed by the client, by `performance.now()`; `undefined` if the whole stream was sent. */
  readonly closedAt: Promise<number | undefined>;
}

/**
 * A server that streams `events` server-sent events, one every `everyMs`, while `work` runs. The first `failures` requests
 * get a 529 instead.
 */
export async function withStreamingServer<T>(
  { events, everyMs, failures = 0 }: { events: number; everyMs: number; failures?: number },
  work: (url: string, sent: readonly SentStream[]) => Promise<T>,
): Promise<T> {
  const sent: SentStream[] = [];
  let left = failures;
  const server = createServer((request, response) => {
    request.resume();
    if (left-- > 0) return response.writeHead(529, { "content-type": "application/json" }).end("{}");
    let isDone = false;
    sent.push({
      closedAt: new Promise((resolve) => response.once("close", () => resolve(isDone ? undefined : performance.now()))),
    });
    response.writeHead(200, { "content-type": "text/event-stream" });
    let count = 0;
    const send = () => {
      response.write(`data: {"n":${count++}}\n\n`);
      if (count < events) return;
      isDone = true;
      clearInterval(timer);
      response.end();
    };
    const timer = setInterval(send, everyMs);
    response.once("close", () => clearInterval(timer));
    send();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, sent);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

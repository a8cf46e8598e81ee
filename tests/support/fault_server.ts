import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type Fault, faultName } from "./fault.ts";
import { deliver } from "./fault_delivery.ts";
import { Exchange, PeerGone } from "./fault_exchange.ts";
import { type LoggedRequest, maskedHeaders, maskedQuery, type OpenEntry } from "./fault_log.ts";
import { wireFormats } from "./wire_formats.ts";

export type { Fault } from "./fault.ts";
export type { LoggedRequest, RequestEnd } from "./fault_log.ts";
export { DEFAULT_USAGE } from "./reply_spec.ts";
export type { ReplySpec, ReplyToolCall, ReplyUsage } from "./reply_spec.ts";
export type { StreamPoint } from "./stream_point.ts";
export type { ErrorSpec, StreamErrorSpec } from "./wire_format.ts";

/** Decides by the request. It sees a copy of what the log will hold, its body parsed. */
export type ChooseFault = (request: LoggedRequest) => Fault;

export interface FaultServerOptions {
  /** One fault per request, then plain replies; or a function that decides on every request. */
  readonly script?: readonly (Fault | ChooseFault)[] | ChooseFault;
  /**
   * Whether connections outlive a request. Off, because Deno's fetch silently sends a request again when a connection
   * it reuses is reset before the headers: one attempt would then take two steps of the script.
   *
   * @default {false}
   */
  readonly keepAlive?: boolean;
}

/** An HTTP server on 127.0.0.1 that speaks the APIs in `wire_formats.ts` and fails as it is told. */
export interface FaultServer {
  /** Without a path or a slash at the end: `http://127.0.0.1:49152`. */
  readonly url: string;
  /** In the order in which the requests had fully arrived, which is the script's order too. */
  readonly log: readonly LoggedRequest[];
  /** Adds steps to the end of the script; they come before the script function and the plain replies. */
  push(...steps: readonly (Fault | ChooseFault)[]): void;
  /** Resolves when no request is open: the last entries of the log are then complete. */
  idle(): Promise<void>;
  /** Ends every connection at once, hanging ones too, and resolves when nothing is left open. */
  close(): Promise<void>;
}

const plainReply: Fault = { kind: "ok" };

/** Starts a server on a free port. Close it, or use {@linkcode withFaultServer}. */
export async function startFaultServer(options: FaultServerOptions = {}): Promise<FaultServer> {
  const { script = [], keepAlive = false } = options;
  const steps: (Fault | ChooseFault)[] = typeof script === "function" ? [] : [...script];
  const fallback: Fault | ChooseFault = typeof script === "function" ? script : plainReply;
  const log: OpenEntry[] = [];
  const sockets = new Map<Socket, Promise<void>>();
  const open = new Set<Promise<void>>();
  let closing: Promise<void> | undefined;

  const server = createServer((incoming, response) => {
    const handled = handle(incoming, response).finally(() => open.delete(handled));
    open.add(handled);
  });
  server.on("connection", (socket: Socket) => {
    sockets.set(
      socket,
      new Promise((resolve) => {
        socket.once("close", () => {
          sockets.delete(socket);
          resolve();
        });
      }),
    );
  });

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = "", query] = (incoming.url ?? "").split("?", 2);
    const entry: OpenEntry = {
      index: -1,
      arrivedAt: performance.now(),
      method: incoming.method ?? "",
      path,
      query: maskedQuery(new URLSearchParams(query)),
      headers: maskedHeaders(incoming.headers),
      body: undefined,
      bytesWritten: 0,
      eventsWritten: 0,
    };
    const gone = new AbortController();
    const over = new Promise<void>((resolve) => {
      response.once("finish", () => {
        finish(entry, "answered");
        resolve();
      });
      response.once("close", () => {
        finish(entry, closing === undefined ? "client_aborted" : "server_closed");
        gone.abort();
        resolve();
      });
    });
    response.on("error", () => {}); // "close" follows and says all there is to say
    if (!keepAlive) response.setHeader("connection", "close");

    const text = await readText(incoming);
    entry.index = log.push(entry) - 1;
    if (text !== undefined) {
      entry.body = parsed(text);
      await answer(entry, response, gone.signal);
    }
    await over;
  }

  async function answer(entry: OpenEntry, response: ServerResponse, gone: AbortSignal): Promise<void> {
    const format = entry.method === "POST"
      ? wireFormats.find((format) => format.matches(entry.path, entry.body))
      : undefined;
    if (format === undefined) return refuse(entry, response, 404, "unknown_path", `No API at ${entry.path}`);
    entry.format = format.name;
    try {
      const step = steps.shift() ?? fallback;
      const fault = typeof step === "function" ? step({ ...entry }) : step;
      entry.fault = faultName(fault);
      await deliver(new Exchange(entry, format, response, gone), fault);
    } catch (error) {
      if (!(error instanceof PeerGone)) refuse(entry, response, 501, "broken_script", String(error));
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    push: (...more) => void steps.push(...more),
    async idle() {
      while (open.size > 0) await Promise.all(open);
    },
    close() {
      return closing ??= (async () => {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        const left = [...sockets.values()];
        for (const socket of sockets.keys()) socket.destroy();
        await Promise.all([closed, ...left, ...open]);
      })();
    },
  };
}

/** Starts a server, hands it to `work`, and closes it however `work` ends. */
export async function withFaultServer<T>(
  script: NonNullable<FaultServerOptions["script"]>,
  work: (server: FaultServer) => Promise<T>,
): Promise<T> {
  const server = await startFaultServer({ script });
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

function finish(entry: OpenEntry, end: NonNullable<LoggedRequest["end"]>): void {
  if (entry.finishedAt !== undefined) return;
  entry.finishedAt = performance.now();
  entry.serverTimeMs = entry.finishedAt - entry.arrivedAt;
  entry.end ??= end;
  if (entry.end === "client_aborted") entry.clientLeftAfterMs = entry.serverTimeMs;
}

// A status no client retries: a mistake in a test must surface, not be retried away.
function refuse(entry: OpenEntry, response: ServerResponse, status: number, fault: string, message: string): void {
  entry.fault = fault;
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  entry.answeredAt = performance.now();
  response.end(message);
}

/** Resolves with `undefined` if the client left before its request was complete. */
function readText(incoming: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve) => {
    const decoder = new TextDecoder();
    let text = "";
    incoming.on("data", (bytes: Uint8Array) => text += decoder.decode(bytes, { stream: true }));
    incoming.once("end", () => resolve(text + decoder.decode()));
    incoming.once("close", () => resolve(undefined));
    incoming.once("error", () => resolve(undefined));
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import type { ServerResponse } from "node:http";
import type { OpenEntry } from "./fault_log.ts";
import type { WireFormat } from "./wire_format.ts";

/** Thrown into a delivery whose connection is gone, so that it stops where it stands. */
export class PeerGone extends Error {}

/** One request being answered: everything a fault may do to it. */
export class Exchange {
  readonly request: OpenEntry;
  readonly format: WireFormat;
  readonly #response: ServerResponse;
  readonly #gone: AbortSignal;

  constructor(request: OpenEntry, format: WireFormat, response: ServerResponse, gone: AbortSignal) {
    this.request = request;
    this.format = format;
    this.#response = response;
    this.#gone = gone;
  }

  /** Sends the status and the headers at once, without waiting for a body. */
  sendHeaders(status: number, headers: Readonly<Record<string, string>>): void {
    this.#response.writeHead(status, headers);
    this.#response.flushHeaders();
    this.request.answeredAt = performance.now();
  }

  /** Resolves when the socket has taken the bytes. */
  write(bytes: Uint8Array): Promise<void> {
    return this.#untilGone((done) => {
      this.#response.write(bytes, done);
    });
  }

  /** Ends the response cleanly; resolves when all of it has been handed to the socket. */
  end(): Promise<void> {
    return this.#untilGone((done) => {
      this.#response.end(done);
    });
  }

  /** Resets the connection: RST, not FIN. */
  reset(): void {
    this.request.end = "reset";
    this.#response.socket?.resetAndDestroy();
  }

  wait(ms: number): Promise<void> {
    if (ms <= 0) return Promise.resolve();
    return this.#untilGone((done) => {
      const timer = setTimeout(done, ms);
      return () => clearTimeout(timer);
    });
  }

  /** Never resolves; rejects when the client has left or the server is closed. */
  hang(): Promise<void> {
    return this.#untilGone(() => {});
  }

  #untilGone(start: (done: () => void) => (() => void) | void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#gone.aborted) return reject(new PeerGone());
      const onGone = () => {
        cancel?.();
        reject(new PeerGone());
      };
      this.#gone.addEventListener("abort", onGone, { once: true });
      const cancel = start(() => {
        this.#gone.removeEventListener("abort", onGone);
        resolve();
      });
    });
  }
}

import type { ServerResponse } from "node:http";
import { clearImmediate, setImmediate } from "node:timers";
import type { Piece } from "./body_pieces.ts";
import type { OpenEntry } from "./fault_log.ts";
import type { WireFormat } from "./wire_format.ts";

/** Thrown into a delivery whose connection is gone, so that it stops where it stands. */
export class PeerGone extends Error {}

// So that a client's leaving is seen in the middle of a long body.
const WRITE_BYTES = 64 * 1024;

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

  /**
   * Says that the connection stays open, for a response that will not end by itself. Behind `connection: close` Node's
   * fetch takes a reset in mid-body for the end of the body.
   */
  keepConnection(): void {
    this.#response.removeHeader("connection");
  }

  /** Sends the status and the headers at once, without waiting for a body. */
  sendHeaders(status: number, headers: Readonly<Record<string, string>>): void {
    this.#response.writeHead(status, headers);
    this.#response.flushHeaders();
    this.request.answeredAt = performance.now();
  }

  /** Resolves when the socket has taken the bytes. */
  async write({ bytes, events }: Piece): Promise<void> {
    for (let start = 0; start < bytes.length; start += WRITE_BYTES) {
      await this.#write(bytes.subarray(start, start + WRITE_BYTES));
    }
    this.request.eventsWritten += events;
  }

  #write(bytes: Uint8Array): Promise<void> {
    return this.#untilGone((done) => {
      this.request.bytesWritten += bytes.length;
      // On an error "close" follows, and that is what ends the wait.
      this.#response.write(bytes, (error) => error ? undefined : done());
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

  /** Waits one turn of the event loop, in which a client in the same process reads what was written. */
  turn(): Promise<void> {
    return this.#untilGone((done) => {
      const immediate = setImmediate(done);
      return () => clearImmediate(immediate);
    });
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

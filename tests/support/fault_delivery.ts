import type { Fault } from "./fault.ts";
import type { Exchange } from "./fault_exchange.ts";
import { type ReplySpec, requestId, type WireBody } from "./wire_format.ts";

type FaultOf<Kind extends Fault["kind"]> = Extract<Fault, { readonly kind: Kind }>;
type Deliveries = { readonly [Kind in Fault["kind"]]: (exchange: Exchange, fault: FaultOf<Kind>) => Promise<void> };

// A reset drops what the client has not read yet; this lets it read the headers and the first half before.
const READ_BEFORE_RESET_MS = 10;
const WRITE_BYTES = 64 * 1024;

const deliveries: Deliveries = {
  async ok(exchange, fault) {
    await send(exchange, 200, exchange.format.success(fault, exchange.request), fault.headers);
  },

  async status(exchange, fault) {
    const { status, body, contentType = "text/html; charset=utf-8" } = fault;
    const wireBody = body === undefined
      ? exchange.format.error(status, fault, exchange.request)
      : { contentType, parts: [encode(body)] };
    await send(exchange, status, wireBody, fault.headers);
  },

  reset_before_headers(exchange) {
    exchange.reset();
    return Promise.resolve();
  },

  async reset_mid_body(exchange, fault) {
    await sendHalf(exchange, fault);
    await exchange.wait(READ_BEFORE_RESET_MS);
    exchange.reset();
  },

  async hang(exchange, fault) {
    if (fault.after === "headers") {
      sendHeaders(exchange, 200, exchange.format.success(fault, exchange.request), fault.headers);
    }
    if (fault.after === "half_body") await sendHalf(exchange, fault);
    await exchange.hang();
  },

  async slow_drip(exchange, fault) {
    const { pieces = 8, everyMs = 5 } = fault;
    const body = exchange.format.success(fault, exchange.request);
    sendHeaders(exchange, 200, body, fault.headers);
    const bytes = joined(body);
    const size = Math.ceil(bytes.length / pieces);
    for (let start = 0; start < bytes.length; start += size) {
      if (start > 0) await exchange.wait(everyMs);
      await exchange.write(bytes.subarray(start, start + size));
    }
    await exchange.end();
  },

  async wrong_content_type(exchange, fault) {
    const { body, contentType = "text/html; charset=utf-8" } = fault;
    const { parts } = exchange.format.success(fault, exchange.request);
    await send(exchange, 200, { contentType, parts: body === undefined ? parts : [encode(body)] }, fault.headers);
  },

  async huge_body(exchange, fault) {
    const empty = joined(exchange.format.success({ ...fault, text: "" }, exchange.request));
    const text = "x".repeat(Math.max(0, fault.bytes - empty.length));
    await send(exchange, 200, exchange.format.success({ ...fault, text }, exchange.request), fault.headers);
  },

  async truncated_json(exchange, fault) {
    const { contentType, parts } = exchange.format.success(fault, exchange.request);
    await send(exchange, 200, { contentType, parts: [half(joined({ contentType, parts }))] }, fault.headers);
  },
};

/**
 * Does to one request what the fault says.
 *
 * @throws {PeerGone} When the client leaves or the server is closed in the meantime.
 */
export async function deliver(exchange: Exchange, fault: Fault): Promise<void> {
  await exchange.wait(fault.delayMs ?? 0);
  // TypeScript cannot see that the key and the fault belong together.
  const delivery = deliveries[fault.kind] as (exchange: Exchange, fault: Fault) => Promise<void>;
  await delivery(exchange, fault);
}

async function send(exchange: Exchange, status: number, body: WireBody, headers?: Headers): Promise<void> {
  sendHeaders(exchange, status, body, headers);
  for (const part of body.parts) {
    for (let start = 0; start < part.length; start += WRITE_BYTES) {
      await exchange.write(part.subarray(start, start + WRITE_BYTES));
    }
  }
  await exchange.end();
}

async function sendHalf(exchange: Exchange, fault: ReplySpec & { readonly headers?: Headers }): Promise<void> {
  const body = exchange.format.success(fault, exchange.request);
  sendHeaders(exchange, 200, body, fault.headers);
  await exchange.write(half(joined(body)));
}

type Headers = Readonly<Record<string, string>>;

function sendHeaders(exchange: Exchange, status: number, body: WireBody, headers: Headers = {}): void {
  const { contentType, parts } = body;
  const [only] = parts;
  const own: Record<string, string> = {
    "content-type": contentType,
    [exchange.format.requestIdHeader]: requestId(exchange.request),
  };
  if (parts.length === 1 && only !== undefined) own["content-length"] = String(only.length);
  for (const [name, value] of Object.entries(headers)) own[name.toLowerCase()] = value;
  exchange.sendHeaders(status, own);
}

function half(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

function joined({ parts }: WireBody): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

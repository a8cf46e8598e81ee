import { pieces, type PieceSpec } from "./body_pieces.ts";
import type { Fault } from "./fault.ts";
import { bytesOf, firstHalf, reply, type SentBody, streamUpTo, streamWithError, whole } from "./fault_body.ts";
import type { Exchange } from "./fault_exchange.ts";
import { encode, requestId } from "./wire_format.ts";

type FaultOf<Kind extends Fault["kind"]> = Extract<Fault, { readonly kind: Kind }>;
type Deliveries = { readonly [Kind in Fault["kind"]]: (exchange: Exchange, fault: FaultOf<Kind>) => Promise<void> };

const HTML = "text/html; charset=utf-8";

const deliveries: Deliveries = {
  async ok(exchange, fault) {
    await send(exchange, reply(exchange, fault), fault);
    await exchange.end();
  },

  async status(exchange, fault) {
    const { status, body, contentType = HTML } = fault;
    const { format, request } = exchange;
    const wireBody = body === undefined ? format.error(status, fault, request) : { contentType, bytes: encode(body) };
    const headers = { ...format.errorHeaders?.(status, fault), ...fault.headers };
    await send(exchange, whole(wireBody), { headers }, status);
    await exchange.end();
  },

  reset_before_headers(exchange) {
    exchange.reset();
    return Promise.resolve();
  },

  async reset_mid_body(exchange, fault) {
    exchange.keepConnection();
    await send(exchange, firstHalf(reply(exchange, fault)), fault);
    await reset(exchange, fault);
  },

  async hang(exchange, fault) {
    exchange.keepConnection();
    if (fault.after === "headers") sendHeaders(exchange, reply(exchange, fault), fault);
    if (fault.after === "half_body") await send(exchange, firstHalf(reply(exchange, fault)), fault);
    await exchange.hang();
  },

  async slow_drip(exchange, fault) {
    const { pieces = 8, everyMs = 5 } = fault;
    const body = reply(exchange, fault);
    const bytes = bytesOf(body);
    const pieceBytes = Math.ceil(bytes.length / pieces);
    await send(exchange, { ...body, events: [{ bytes, isWhole: true }] }, { ...fault, everyMs, pieceBytes });
    await exchange.end();
  },

  async wrong_content_type(exchange, fault) {
    const { body, contentType = HTML } = fault;
    const sent = body === undefined ? reply(exchange, fault) : whole({ contentType, bytes: encode(body) });
    await send(exchange, { ...sent, contentType }, fault);
    await exchange.end();
  },

  async huge_body(exchange, fault) {
    const { format, request } = exchange;
    const empty = format.success({ ...fault, text: "" }, request).bytes;
    const text = "x".repeat(Math.max(0, fault.bytes - empty.length));
    await send(exchange, whole(format.success({ ...fault, text }, request)), fault);
    await exchange.end();
  },

  async truncated_json(exchange, fault) {
    const { contentType, bytes } = exchange.format.success(fault, exchange.request);
    await send(exchange, whole({ contentType, bytes: bytes.subarray(0, bytes.length >> 1) }), fault);
    await exchange.end();
  },

  async stream_error(exchange, fault) {
    await send(exchange, streamWithError(fault.after ?? { events: 0 }, exchange, fault), fault);
    await exchange.end();
  },

  async reset_mid_stream(exchange, fault) {
    exchange.keepConnection();
    await send(exchange, streamUpTo(fault.after ?? { contents: 1 }, exchange, fault), fault);
    await reset(exchange, fault);
  },

  async hang_mid_stream(exchange, fault) {
    exchange.keepConnection();
    await send(exchange, streamUpTo(fault.after ?? { contents: 1 }, exchange, fault), fault);
    await exchange.hang();
  },

  async truncated_stream(exchange, fault) {
    await send(exchange, streamUpTo(fault.after ?? {}, exchange, fault), fault);
    await exchange.end();
  },
};

/**
 * Does to one request what the fault says.
 *
 * @throws {PeerGone} When the client leaves or the server is closed in the meantime.
 */
export async function deliver(exchange: Exchange, fault: Fault): Promise<void> {
  const { format, request } = exchange;
  const rejection = format.rejection?.(request);
  if (rejection !== undefined) {
    request.fault = "rejected";
    await send(exchange, whole(rejection), {}, 422);
    return await exchange.end();
  }
  await exchange.wait(fault.delayMs ?? 0);
  // TypeScript cannot see that the key and the fault belong together.
  const delivery = deliveries[fault.kind] as (exchange: Exchange, fault: Fault) => Promise<void>;
  await delivery(exchange, fault);
}

interface SendSpec extends PieceSpec {
  readonly headers?: Readonly<Record<string, string>>;
  readonly everyMs?: number;
}

/** Sends the headers and the body, and leaves the response open. */
async function send(exchange: Exchange, body: SentBody, spec: SendSpec, status = 200): Promise<void> {
  sendHeaders(exchange, body, spec, status);
  let pauseMs = 0;
  for (const piece of pieces(body.events, spec)) {
    await exchange.wait(pauseMs);
    await exchange.turn();
    await exchange.write(piece);
    pauseMs = spec.everyMs ?? 0;
  }
}

function sendHeaders(exchange: Exchange, { contentType, length }: SentBody, spec: SendSpec, status = 200): void {
  const { format: { requestIdHeader }, request } = exchange;
  const own: Record<string, string> = { "content-type": contentType };
  if (requestIdHeader !== undefined) own[requestIdHeader] = requestId(request);
  // Without a length the body is sent in HTTP chunks, one for each write.
  const isDivided = spec.splitAt !== undefined || spec.pieceBytes !== undefined;
  if (length !== undefined && !isDivided) own["content-length"] = String(length);
  for (const [name, value] of Object.entries(spec.headers ?? {})) own[name.toLowerCase()] = value;
  exchange.sendHeaders(status, own);
}

async function reset(exchange: Exchange, { readMs = 10 }: { readonly readMs?: number }): Promise<void> {
  await exchange.wait(readMs);
  exchange.reset();
}

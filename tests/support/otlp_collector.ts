import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What the collector reads of a span. Ids are hexadecimal; a root's parent is empty. */
export interface CollectedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
}

/** An OpenTelemetry collector on 127.0.0.1, as far as a test needs one: OTLP/HTTP with protobuf bodies. */
export interface OtlpCollector {
  readonly url: string;
  /** In the order in which they arrived. */
  readonly spans: readonly CollectedSpan[];
  close(): Promise<void>;
}

/** Starts a collector that answers every export with `status`. */
export async function startOtlpCollector(status = 200): Promise<OtlpCollector> {
  const spans: CollectedSpan[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const isExport = request.url === "/v1/traces" && request.headers["content-type"] === "application/x-protobuf";
    if (isExport && status === 200) spans.push(...readSpans(joined(chunks)));
    response.writeHead(isExport ? status : 404, { connection: "close" }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

// ExportTraceServiceRequest: resource_spans = 1 { scope_spans = 2 { spans = 2 } }
function readSpans(body: Uint8Array): CollectedSpan[] {
  return fields(body, 1).flatMap((resource) => fields(resource, 2)).flatMap((scope) => fields(scope, 2)).map((
    span,
  ) => ({
    name: new TextDecoder().decode(fields(span, 5)[0]),
    traceId: hex(fields(span, 1)[0]),
    spanId: hex(fields(span, 2)[0]),
    parentId: hex(fields(span, 4)[0]),
  }));
}

/** The length-delimited fields of one number in a protobuf message. */
function fields(message: Uint8Array, wanted: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1;; scale *= 128) {
      const byte = message[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const [field, type] = [Math.floor(tag / 8), tag % 8];
    if (type === 0) varint();
    else if (type === 1) at += 8;
    else if (type === 5) at += 4;
    else {
      const length = varint();
      if (field === wanted) found.push(message.subarray(at, at + length));
      at += length;
    }
  }
  return found;
}

function hex(bytes: Uint8Array = new Uint8Array()): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

import type { ChunkDescription, RequestDescription, ResponseDescription } from "../provider.ts";

/** What a request says. */
export interface WireRequest extends RequestDescription {
  /** Whether the answer is asked for as a stream. */
  readonly isStream: boolean;
}

/** What a response says. */
export interface WireResponse extends ResponseDescription {
  /** What the service reports instead of an answer, inside HTTP 200. */
  readonly error?: unknown;
}

/**
 * How one API stands on the wire. Pure and total: unknown shapes, wrong types and missing parts are left out, whatever the
 * value; nothing ever throws. The objects of the API's own SDK are read as well, where they differ in spelling alone.
 */
export interface WireFormat {
  /** The provider's name on spans, where the host does not tell another one. */
  readonly name: string;
  /** How events are told apart in a stream. */
  readonly framing: "sse" | "ndjson" | "event-stream";
  /** Whether a POST to this path of a URL is a call of this API. */
  readonly path: RegExp;
  /** Reads the body of a request, parsed, and the path it went to. */
  describeRequest(body: unknown, path: string): WireRequest;
  /** Reads the body of a response with a good status, parsed. */
  describeResponse(body: unknown): WireResponse;
  /**
   * Reads one event of a stream: its data, parsed if that is JSON (also in base64, as the `bytes` of Bedrock's `invoke`) and
   * else as it is (`[DONE]`), and its type if the framing has one (SSE's `event`, `:event-type` or `:exception-type`).
   */
  describeEvent(data: unknown, type?: string): ChunkDescription;
  /** The same for one stream, with a memory, where an event is understood only with those before. */
  describeEvents?(): WireFormat["describeEvent"];
  /**
   * Found in the text of every event that can say more than content: usage, a stop reason, an error, the end; and wherever
   * that stands, as several events are searched at once. Fast where no alternative starts with a quotation mark.
   */
  readonly telling: RegExp;
  /**
   * Whether more follows in a stream of bytes when the model has stopped: usage, or the end marker, which ends it then. The
   * SDK's objects may keep the marker back, so that to them the stop is the end.
   */
  readonly goesOnWhenStopped?: boolean;
}

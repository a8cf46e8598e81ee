import type { PieceSpec } from "./body_pieces.ts";
import type { ReplySpec } from "./reply_spec.ts";
import type { StreamPoint } from "./stream_point.ts";
import type { ErrorSpec, StreamErrorSpec } from "./wire_format.ts";

interface Delayed {
  /** How long the server thinks before it does anything. @default {0} */
  readonly delayMs?: number;
}

/** JSON or a stream, as the request asks. */
interface Answer extends Delayed, ReplySpec, PieceSpec {
  /** Extra response headers; they replace the server's own of the same name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The pause before every write but the first; a write is an event of a stream, or what `PieceSpec` makes of the body. */
  readonly everyMs?: number;
  /** Answers in JSON although a stream is asked for. @default {false} */
  readonly ignoreStream?: boolean;
}

/** A complete, correct reply. */
export interface OkFault extends Answer {
  readonly kind: "ok";
}

/** Any status, with the provider's own error body, or with `body` as it is. */
export interface StatusFault extends Delayed, ErrorSpec {
  readonly kind: "status";
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Of `body`. @default {"text/html; charset=utf-8"} */
  readonly contentType?: string;
}

/** A TCP reset instead of an answer. */
export interface ResetBeforeHeadersFault extends Delayed {
  readonly kind: "reset_before_headers";
}

/** A reset drops what the client has not read yet. */
interface Read {
  /** How long it has for that, in milliseconds. @default {10} */
  readonly readMs?: number;
}

/** Status 200, half of the body, a TCP reset. */
export interface ResetMidBodyFault extends Answer, Read {
  readonly kind: "reset_mid_body";
}

/** Silence until the client gives up or the server is closed. */
export interface HangFault extends Answer {
  readonly kind: "hang";
  /** What is still sent before the silence. @default {"nothing"} */
  readonly after?: "nothing" | "headers" | "half_body";
}

/** A correct reply in small pieces with pauses between them. */
export interface SlowDripFault extends Answer {
  readonly kind: "slow_drip";
  /** @default {8} */
  readonly pieces?: number;
  /** The pause before every piece but the first. @default {5} */
  readonly everyMs?: number;
}

/** Status 200 with a label that is not the API's. */
export interface WrongContentTypeFault extends Answer {
  readonly kind: "wrong_content_type";
  /** @default {"text/html; charset=utf-8"} */
  readonly contentType?: string;
  /** @default {the correct reply, wrongly labelled} */
  readonly body?: string;
}

/** A correct JSON reply whose text is so long that the body has `bytes` bytes. For a long stream see `longText`. */
export interface HugeBodyFault extends Answer {
  readonly kind: "huge_body";
  readonly bytes: number;
}

/** The reply's JSON, cut in the middle; the length header fits the cut and the connection ends cleanly. */
export interface TruncatedJsonFault extends Answer {
  readonly kind: "truncated_json";
}

/** Status 200 and an error inside the stream, which then ends. */
export interface StreamErrorFault extends Answer, StreamErrorSpec {
  readonly kind: "stream_error";
  /** @default {`{ events: 0 }`: the error comes first} */
  readonly after?: StreamPoint;
}

/** A stream up to some point, then a TCP reset. */
export interface ResetMidStreamFault extends Answer, Read {
  readonly kind: "reset_mid_stream";
  /** @default {`{ contents: 1 }`} */
  readonly after?: StreamPoint;
}

/** A stream up to some point, then silence until the client gives up or the server is closed. */
export interface HangMidStreamFault extends Answer {
  readonly kind: "hang_mid_stream";
  /** @default {`{ contents: 1 }`} */
  readonly after?: StreamPoint;
}

/** A stream that ends cleanly, but too early. `after: { events: 0 }` makes an empty one. */
export interface TruncatedStreamFault extends Answer {
  readonly kind: "truncated_stream";
  /** @default {`{}`: nothing but the terminal marker is missing} */
  readonly after?: StreamPoint;
}

/** What the server does with one request. */
export type Fault =
  | OkFault
  | StatusFault
  | ResetBeforeHeadersFault
  | ResetMidBodyFault
  | HangFault
  | SlowDripFault
  | WrongContentTypeFault
  | HugeBodyFault
  | TruncatedJsonFault
  | StreamErrorFault
  | ResetMidStreamFault
  | HangMidStreamFault
  | TruncatedStreamFault;

/** A fault that sends a reply, or a part of it. */
export type AnswerFault = Exclude<Fault, StatusFault | ResetBeforeHeadersFault>;

/** The name a fault has in the log: its kind, a status with its number. */
export function faultName(fault: Fault): string {
  return fault.kind === "status" ? `status_${fault.status}` : fault.kind;
}

import type { ErrorSpec, ReplySpec } from "./wire_format.ts";

interface Delayed {
  /** How long the server thinks before it does anything. @default {0} */
  readonly delayMs?: number;
}

interface Answer extends Delayed, ReplySpec {
  /** Extra response headers; they replace the server's own of the same name. */
  readonly headers?: Readonly<Record<string, string>>;
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

/** Status 200, half of the body, a TCP reset. */
export interface ResetMidBodyFault extends Answer {
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
  /** @default {the correct JSON reply, wrongly labelled} */
  readonly body?: string;
}

/** A correct reply whose text is so long that the body has `bytes` bytes. */
export interface HugeBodyFault extends Answer {
  readonly kind: "huge_body";
  readonly bytes: number;
}

/** The reply's JSON, cut in the middle; the length header fits the cut and the connection ends cleanly. */
export interface TruncatedJsonFault extends Answer {
  readonly kind: "truncated_json";
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
  | TruncatedJsonFault;

/** The name a fault has in the log: its kind, a status with its number. */
export function faultName(fault: Fault): string {
  return fault.kind === "status" ? `status_${fault.status}` : fault.kind;
}

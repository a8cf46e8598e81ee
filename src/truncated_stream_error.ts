/** What a stream ends with when it stops before its own end marker, or before it has said anything. */
export class TruncatedStreamError extends Error {
  /** Tells this error from others. */
  readonly code = "ERR_TRUNCATED_STREAM";
  /** The class's name. */
  override name = "TruncatedStreamError";

  /** Takes nothing: there is nothing to tell but that. */
  constructor() {
    super("The stream ended before it was complete");
  }
}

/** Where a reader leaves the events it finds. */
export interface EventSink {
  /**
   * Where in a text the first event starts, or goes on, that has to be read: one that can tell more than content. -1 where
   * there is none.
   */
  search(text: string): number;
  /**
   * Takes one event.
   *
   * @param data Parsed, where it is JSON.
   * @param isFailure Whether the framing itself says that this is an error.
   */
  event(data: unknown, type?: string, isFailure?: boolean): void;
  /** Takes an event that is too long to be read, or cannot be: all that is known of it is that there was something. */
  passOver(): void;
}

/** Finds the events of a stream that comes in pieces, wherever it is cut. */
export interface Reader<Piece = Uint8Array> {
  push(piece: Piece): void;
  /** Whether it has to be given everything: it could not pick the events up in the middle. */
  isWhole(): boolean;
  /** Reads what nothing has ended, once the stream is over. */
  end(): void;
}

/** `text` parsed, or as it is where it is no JSON; of what Bedrock has wrapped, what is in it. */
export function parsed(text: string): unknown {
  let data;
  try {
    data = JSON.parse(text);
    if (data?.bytes) data = JSON.parse(atob(data.bytes));
  } catch {
    data ??= text;
  }
  return data;
}

import { splitText } from "./_split_text.ts";
import type { EventSink, Reader } from "./_tap_reader.ts";

/** Reads JSON values that stand on a line each. */
export function ndjsonReader(sink: EventSink): Reader {
  return splitText(sink, () => /\n/g, (text) => ({ data: text.trim() || undefined }));
}

import { jsonEnds } from "./_json_ends.ts";
import { type SplitEvent, splitText } from "./_split_text.ts";
import type { EventSink, Reader } from "./_tap_reader.ts";

/**
 * Reads server-sent events as the WHATWG's specification has them, with two liberties. The last event counts even if the
 * stream ends without a blank line behind it, for some servers leave that out behind `[DONE]`. And JSON that stands there
 * without being an event is read as one: Gemini sends errors like that, and without `alt=sse` the whole stream as an array.
 * So does a service that does not stream what it was asked to.
 *
 * Not eventsource-parser, for that makes every event of a stream whose users make them once more. Even told to parse no
 * more of them than this reader, it takes twice as long with large chunks in Deno and three times as long in Node (`deno
 * task bench:tap`), and it gives up on a line without an end. The tests hold this reader to what it reads.
 */
export function sseReader(sink: EventSink): Reader {
  return splitText(sink, (start) => {
    const [first] = /\S/.exec(start) ?? [];
    // No line of an event starts with a bracket. Else it ends at a blank line (of CRLF, the LF alone ends a line).
    return first === undefined ? first : /[[{]/.test(first) ? jsonEnds() : /\n[\r\n]|\r\r/g;
  }, readEvent);
}

function readEvent(text: string): SplitEvent {
  let data: string | undefined;
  let type: string | undefined;
  for (const [, field, value = ""] of text.matchAll(/(?:^|[\r\n])(data|event)(?:: ?([^\r\n]*)|(?![^\r\n]))/g)) {
    if (field === "event") type = value || undefined;
    else data = data === undefined ? value : `${data}\n${value}`;
  }
  return { data: data ?? /^[\s[,]*(\{[^]*\})[\s\],]*$/.exec(text)?.[1], type };
}

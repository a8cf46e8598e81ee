import { heldText } from "./_held_text.ts";
import { jsonEnds } from "./_json_ends.ts";
import { type EventSink, parsed, type Reader } from "./_tap_reader.ts";
import { utf8Decoder } from "./_utf8_pieces.ts";

/** Finds where events end: a regular expression with the flag `g`, or what works like one. */
export interface Boundary {
  /** Where to look on. */
  lastIndex: number;
  /** What ends the next event, or nothing. Asked in turn for all of the text there is. */
  exec(text: string): ArrayLike<string> | null;
  /** Whether it has to see every character. If not, it finds a line end and at most one more character. */
  readonly isJson?: true;
}

/**
 * Reads JSON values that stand on a line each, or server-sent events as the WHATWG's specification has them, with two
 * liberties. The last event counts even if the stream ends without a blank line behind it, for some servers leave that out
 * behind `[DONE]`. And JSON that stands there without being an event is read as one: Gemini sends errors like that, and
 * without `alt=sse` the whole stream as an array. So does a service that does not stream what it was asked to.
 *
 * Where nothing tells more than content, all it looks for is the last end of an event.
 *
 * Not eventsource-parser, for that makes every event of a stream whose users make them once more. Even told to parse no
 * more of them than this reader, it takes twice as long with large chunks in Deno and three times as long in Node (`deno
 * task bench:tap`), and it gives up on a line without an end. The tests hold this reader to what it reads.
 *
 * @param isLine Whether a line is an event.
 */
export function textReader(sink: EventSink, isLine: boolean): Reader {
  let boundary: Boundary | undefined = isLine ? /\n/g : undefined;
  const decode = utf8Decoder();
  const held = heldText(sink.passOver);
  /** A line end that came last: what follows may make a boundary of it. */
  let lineEnd = "";

  function finish(rest: string, isCutOff?: boolean): void {
    const text = held.take(rest);
    if (sink.search(text) < 0) return;
    let data: string | undefined;
    let type: string | undefined;
    for (const [, field, value = ""] of text.matchAll(/(?:^|[\r\n])(data|event)(?:: ?([^\r\n]*)|(?![^\r\n]))/g)) {
      if (field === "event") type = value || undefined;
      else data = data === undefined ? value : `${data}\n${value}`;
    }
    data ??= isLine ? text.trim() || undefined : /^[\s[,]*(\{[^]*\})[\s\],]*$/.exec(text)?.[1];
    if (data === undefined) return;
    const value = parsed(data);
    // JSON that the end of the stream has cut off says nothing for sure.
    if (!isCutOff || value !== data || !data.includes("{")) sink.event(value, type, type === "error");
  }

  return {
    push(piece) {
      const text = lineEnd + decode(piece);
      let start = 0;
      // No line of an event starts with a bracket. Else it ends at a blank line (of CRLF, the LF alone ends a line).
      if (!boundary && /\S/.test(text)) boundary = /^\s*[[{]/.test(text) ? jsonEnds() : /\n[\r\n]|\r\r/g;
      while (boundary) {
        boundary.lastIndex = start;
        const found = boundary.exec(text);
        if (!found) break;
        finish(text.slice(start, boundary.lastIndex));
        start = boundary.lastIndex;
        if (start === text.length) break;
        if (boundary.isJson) continue;
        const next = sink.search(text.slice(start));
        const last = text.lastIndexOf(found[0]!, next < 0 ? text.length : start + next);
        start = Math.max(start, last + found[0]!.length);
      }
      const end = /[\r\n]/.test(text.slice(-1)) && start < text.length ? text.length - 1 : text.length;
      lineEnd = text.slice(end);
      held.add(text.slice(start, end));
    },
    isWhole: () => !!boundary?.isJson,
    end() {
      finish(lineEnd, true);
      lineEnd = "";
    },
  };
}

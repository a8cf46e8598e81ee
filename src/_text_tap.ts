import { heldText } from "./_held_text.ts";
import { type EventSink, parsed, type Reader } from "./_tap_reader.ts";
import { utf8Decoder } from "./_utf8_pieces.ts";

/** One event, taken apart. Without data there is none. */
export interface SplitEvent {
  readonly data?: string | undefined;
  readonly type?: string | undefined;
}

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
 * Reads text in which a boundary ends each event. Where nothing tells more than content, all it looks for is the last one.
 *
 * @param choose Gives the boundary, for this reader alone, by how the text starts; nothing as long as it cannot tell.
 */
export function splitText(
  sink: EventSink,
  choose: (start: string) => Boundary | undefined,
  read: (text: string) => SplitEvent,
): Reader {
  let boundary: Boundary | undefined;
  const decode = utf8Decoder();
  const held = heldText(sink.passOver);
  /** A line end that came last: what follows may make a boundary of it. */
  let lineEnd = "";

  function finish(rest: string, isCutOff?: boolean): void {
    const text = held.take(rest);
    if (sink.search(text) < 0) return;
    const { data, type } = read(text);
    if (data === undefined) return;
    const value = parsed(data);
    // JSON that the end of the stream has cut off says nothing for sure.
    if (!isCutOff || value !== data || !data.includes("{")) sink.event(value, type, type === "error");
  }

  return {
    push(piece) {
      const text = lineEnd + decode(piece);
      let start = 0;
      boundary ??= choose(text);
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

import type { Boundary } from "./_text_tap.ts";

/** Finds where objects end that stand one behind the other, in an array or bare, however they are laid out. */
export function jsonEnds(): Boundary {
  let depth = 0;
  let isString = false;
  let isEscaped = false;
  return {
    isJson: true,
    lastIndex: 0,
    exec(text) {
      for (let at = this.lastIndex; at < text.length;) {
        const char = text[at++];
        if (isEscaped) isEscaped = false;
        else if (char === "\\") isEscaped = true;
        else if (char === '"') isString = !isString;
        else if (isString) continue;
        else if (char === "{") depth++;
        else if (char === "}" && --depth < 1) {
          depth = 0;
          this.lastIndex = at;
          return [char];
        }
      }
      return null;
    },
  };
}

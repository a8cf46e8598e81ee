/** Shorter texts are parsed as they are. */
const SHORT_TEXT = 65_536;
/** UTF-16 units of a string that is cut out. */
const LONG_STRING = 256;
/** What stands for it: not empty, as it was not. */
const CUT = '"..."';
/** Cutting pays where quotation marks are further apart than this on average; it is given up as soon as they are not. */
const PAYS_FROM = 512;

/**
 * What `text` holds, parsed, but with `...` for the content of long strings where there are few other ones: of a request
 * with images, all that is needed is found without making them. Nothing is said of text that is no JSON, but what is wrong
 * inside a long string may be missed.
 */
export function skeleton(text: string): unknown {
  try {
    return JSON.parse(text.length < SHORT_TEXT ? text : withoutLongStrings(text));
  } catch {
    return undefined;
  }
}

function withoutLongStrings(text: string): string {
  let marksLeft = text.length / PAYS_FROM;
  let kept = "";
  let keptTo = 0;
  for (let open = text.indexOf('"'), close = open; open >= 0; open = close = text.indexOf('"', close + 1)) {
    do {
      close = text.indexOf('"', close + 1);
      if (close < 0 || --marksLeft < 0) return text;
    } while (isEscaped(text, close));
    if (close - open <= LONG_STRING) continue;
    kept += text.slice(keptTo, open) + CUT;
    keptTo = close + 1;
  }
  return kept + text.slice(keptTo);
}

/** Whether an odd number of backslashes stands in front. */
function isEscaped(text: string, at: number): boolean {
  let start = at;
  while (text[start - 1] === "\\") start--;
  return (at - start) % 2 === 1;
}

/** How a piece of text is meant; the colours follow from it. */
export type Tone = "plain" | "strong" | "dim" | "good" | "bad" | "warn";

/** A piece of text that stays on one line as long as it fits. */
export interface Piece {
  readonly text: string;
  readonly tone: Tone;
}

const CODES: Readonly<Record<Tone, string>> = { plain: "", strong: "1", dim: "2", good: "32", bad: "31", warn: "33" };

/** Holds words together when lines are wrapped; printed as a plain space. */
export const NO_BREAK_SPACE = "\u00a0";

/** The text as it is, or inside the escape codes of its tone. */
export function paint(piece: Piece, color: boolean): string {
  const { tone } = piece;
  const text = piece.text.replaceAll(NO_BREAK_SPACE, " ");
  return color && CODES[tone] !== "" && text !== "" ? `\x1b[${CODES[tone]}m${text}\x1b[0m` : text;
}

/** Takes out what would move the cursor or reorder the line: names and messages come from outside. */
export function printable(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}]+/gu, " ");
}

/** Lays pieces out in lines of at most `width` characters, two spaces apart, losing none. */
export function wrapPieces(pieces: readonly Piece[], width: number): Piece[][] {
  const lines: Piece[][] = [];
  let used = width;
  for (const { text, tone } of pieces) {
    const fits = used + 2 + text.length <= width;
    for (const part of text.length <= width ? [text] : splitText(text, width)) {
      const line = fits ? lines.at(-1) : undefined;
      if (line) line.push({ text: "  ", tone: "plain" }, { text: part, tone });
      else lines.push([{ text: part, tone }]);
      used = line ? used + 2 + part.length : part.length;
    }
  }
  return lines;
}

/** Between words where possible, inside a word that is longer than a line by itself. */
function splitText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
    for (; line.length > width; line = line.slice(width)) lines.push(line.slice(0, width));
  }
  if (line !== "") lines.push(line);
  return lines;
}

/** `412ms`, `4.32s`, `1m 05s`, `10m05s`, `2h 03m`: six characters or fewer, under 100 hours. */
export function formatDuration(ms: number): string {
  const rounded = Math.round(ms);
  if (rounded < 1000) return `${rounded}ms`;
  if (rounded < 59_995) return `${(ms / 1000).toFixed(2)}s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 3600 ? inTwo(seconds, "m", "s") : inTwo(Math.round(seconds / 60), "h", "m");
}

function inTwo(value: number, unit: string, part: string): string {
  return `${Math.floor(value / 60)}${unit}`.padEnd(3) + String(value % 60).padStart(2, "0") + part;
}

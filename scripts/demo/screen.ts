import { paint, printable, type Tone, wrapPieces } from "../../src/_waterfall_text.ts";
import type { Surroundings } from "./surroundings.ts";

/** What the demo says besides waterfalls and tables. */
export interface Screen {
  /** Prints a text, in as many lines as it needs. */
  say(text: string, tone?: Tone): void;
  /** Prints an empty line. */
  skip(): void;
}

/** A screen that prints within the width there is. */
export function openScreen({ print, width, color }: Surroundings): Screen {
  return {
    say(text, tone = "plain") {
      const lines = wrapPieces([{ text: printable(text), tone }], width);
      print(lines.map((line) => line.map((piece) => paint(piece, color)).join("")).join("\n"));
    },
    skip: () => print(""),
  };
}

/** A screen that shows nothing. */
export const noScreen: Screen = { say() {}, skip() {} };

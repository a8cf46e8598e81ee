/** UTF-16 units of one event that are kept. */
const MAX_HELD = 1_048_576;
const FIRST_LOOK = 65_536;

/** Images and the like, behind another character or an escape: they stand in JSON strings alone, which may be shorter. */
const LONG_RUN = /([^\w+/=\\-]|\\(?:u....|[^u]))[\w+/=-]{256,}/g;

/** The text of an event that is not over yet. */
export interface HeldText {
  add(text: string): void;
  /** All of the event's text, of which `rest` is the last; nothing, if it was too long. */
  take(rest: string): string;
}

/**
 * Holds text, but no more than 2 MiB of it. Of long base64 only the JSON around it is kept: what OpenAI and Gemini say at
 * the end of a stream may stand beside an image in the same event.
 */
export function heldText(onTooLong: () => void): HeldText {
  let held = "";
  let nextLook = FIRST_LOOK;
  let isTooLong = false;
  return {
    add(text) {
      if (isTooLong) return;
      held += text;
      if (held.length < nextLook) return;
      held = held.replace(LONG_RUN, "$1");
      nextLook = Math.max(FIRST_LOOK, 2 * held.length);
      if (held.length < MAX_HELD) return;
      isTooLong = true;
      held = "";
      onTooLong();
    },
    take(rest) {
      const text = isTooLong ? "" : held + rest;
      held = "";
      nextLook = FIRST_LOOK;
      isTooLong = false;
      return text;
    },
  };
}

import { quietly } from "./_quietly.ts";
import type { Span } from "./tracer.ts";

/** So many failed requests are remembered, as an SDK comes back soon or not at all. */
const MOST_REMEMBERED = 500;

/** What was made of a request that failed in the end. */
export interface Failed {
  /** Attempts made at it so far. */
  readonly attempts: number;
  /** Its operation span, ended by now. */
  readonly operation: Span | undefined;
  /** Whether it failed as what SDKs try again. */
  readonly isRetryable: boolean;
}

/** By what a request is known when it comes again. */
export interface Likeness {
  /** The same when it comes again: a number that costs nothing. */
  readonly size: number;
  /** Gives a text that is the same when it comes again, next to never for another one. */
  print(): string;
  /** What an SDK hands over once more when it tries again, if there is such a thing. */
  readonly object?: object;
}

/** Keeps in mind what has failed, to know it again when the SDK tries it once more; but none of what it says. */
export class SdkRetries {
  /** Oldest first; calls that are alike have one each. */
  readonly #known: (Failed & { readonly size: number; readonly text: string })[] = [];
  readonly #objects = new WeakMap<object, Failed>();

  /** Remembers a request that failed. */
  remember(likeness: Likeness, failed: Failed): void {
    const { size, object } = likeness;
    const known = { ...failed, size, text: textOf(likeness) };
    if (object) this.#objects.set(object, known);
    if (this.#known.push(known) > MOST_REMEMBERED) this.#known.shift();
  }

  /** Tells what was made of a request before, and whether its object was the same, and then forgets it. */
  recall(likeness: Likeness): Failed & { readonly isSame: boolean } | undefined {
    const { size, object } = likeness;
    const ofSize = this.#known.filter((known) => known.size === size);
    if (ofSize.length === 0) return undefined;
    const text = textOf(likeness);
    const alike = ofSize.filter((known) => known.text === text);
    const same = object && this.#objects.get(object);
    const found = alike.find((known) => known === same) ?? alike[0];
    if (!found) return undefined;
    const isSame = found === same;
    // With another object it may be another call, and the one that has failed may still come again.
    if (isSame || !object) this.#known.splice(this.#known.indexOf(found), 1);
    return { ...found, isSame };
  }
}

function textOf(likeness: Likeness): string {
  return quietly(() => likeness.print()) ?? "";
}

/** The same for the same text, next to never for another one, and nothing of what it says. */
export function fingerprint(text: string): string {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1 + (text.length >> 20)) {
    hash = Math.imul(hash, 31) + text.charCodeAt(at) | 0;
  }
  return `${text.length} ${hash}`;
}

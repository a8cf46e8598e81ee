import type { Attributes, Span, Tracer } from "./tracer.ts";

/** So many failed requests are remembered, as an SDK comes back soon or not at all. */
const MOST_REMEMBERED = 64;

/** What was made of a request that failed in the end. */
export interface Failed {
  /** Attempts made at it so far. */
  readonly attempts: number;
  /** Its operation span, ended by now. */
  readonly operation: Span | undefined;
  /** Whether it failed as what SDKs try again. */
  readonly isRetryable: boolean;
}

/** Keeps in mind what has failed, to know it again when the SDK tries it once more; but none of what it says. */
export class SdkRetries {
  /** Oldest first; calls that are alike have one each. */
  readonly #texts: (readonly [text: string, failed: Failed])[] = [];
  readonly #objects = new WeakMap<object, Failed>();

  /** Whether any request is known by its text. */
  get hasTexts(): boolean {
    return this.#texts.length > 0;
  }

  /** Remembers a request that failed. */
  remember(key: string | object, failed: Failed): void {
    if (typeof key === "object") this.#objects.set(key, failed);
    else if (this.#texts.push([key, failed]) > MOST_REMEMBERED) this.#texts.shift();
  }

  /** Tells what was made of a request before, and forgets it. */
  recall(key: string | object): Failed | undefined {
    if (typeof key === "object") {
      const failed = this.#objects.get(key);
      this.#objects.delete(key);
      return failed;
    }
    const at = this.#texts.findIndex(([text]) => text === key);
    return at < 0 ? undefined : this.#texts.splice(at, 1)[0]![1];
  }
}

/** The same for the same text, next to never for another one, and nothing of what it says. */
export function fingerprint(text: string): string {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1 + (text.length >> 8)) {
    hash = Math.imul(hash, 31) + text.charCodeAt(at) | 0;
  }
  return `${text.length} ${hash}`;
}

/** Makes the attempts of a request that an SDK sends again children of the operation span that it had at first. */
export class LinkedTracer implements Tracer {
  /** The first span that was started, or the one that was given. */
  operation: Span | undefined;
  readonly #tracer: Tracer;
  readonly #parent: Span | undefined;

  constructor(tracer: Tracer, parent: Span | undefined) {
    this.#tracer = tracer;
    this.#parent = this.operation = parent;
  }

  startSpan(name: string, attributes: Attributes, parent: Span | undefined = this.#parent): Span {
    const span = this.#tracer.startSpan(name, attributes, parent);
    this.operation ??= span;
    return span;
  }
}

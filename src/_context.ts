import type { AttemptContext, AttemptSpan } from "./provider.ts";
import { quietly } from "./_quietly.ts";

/** What one attempt is given. Its signal costs nothing until it is read; aborting it takes the static method. */
export class Context implements AttemptContext {
  readonly attempt: number;
  readonly span: AttemptSpan;
  #controller: AbortController | undefined;
  #onAbort: ((reason: unknown) => void) | undefined;

  constructor(attempt: number, span: AttemptSpan) {
    this.attempt = attempt;
    this.span = span;
  }

  get signal(): AbortSignal {
    return (this.#controller ??= new AbortController()).signal;
  }

  /** Ends whatever the attempt has left running, once. */
  static abort(context: Context, reason: unknown): void {
    const action = context.#onAbort;
    context.#onAbort = undefined;
    const controller = context.#controller ??= new AbortController();
    quietly(() => controller.abort(reason));
    // Changes nothing, but in workerd: there a reason that throws when it is looked at aborts nothing.
    controller.abort();
    action?.(reason);
  }

  /** Sets what else is to be ended with it. */
  static onAbort(context: Context, action: (reason: unknown) => void): void {
    context.#onAbort = action;
  }
}

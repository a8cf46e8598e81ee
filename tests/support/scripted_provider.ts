import type { AttemptContext, Clock, Provider, ResponseDescription } from "../../mod.ts";

/** The plain request shape that tryspan reads by itself. */
export interface PlainRequest {
  readonly model: string;
  readonly messages: readonly unknown[];
  readonly tools?: readonly unknown[];
}

/** The plain response shape that tryspan reads by itself. */
export type PlainResponse = ResponseDescription & { readonly text?: string };

/** What happens in one attempt: after `takesMs`, the answer is given or the error thrown. */
export interface Step {
  readonly takesMs?: number;
  readonly answer?: PlainResponse;
  readonly error?: unknown;
}

export const request: PlainRequest = {
  model: "gpt-5",
  messages: [{ role: "user", content: "Hi" }, { role: "assistant", content: "Yes?" }],
  tools: [{ name: "search" }],
};

/** A provider that plays `steps`, one for each attempt, and remembers what it was given. */
export function scriptedProvider(
  clock: Clock,
  steps: readonly Step[],
): Provider<PlainRequest, PlainResponse> & { readonly contexts: AttemptContext[] } {
  const contexts: AttemptContext[] = [];
  return {
    name: "openai",
    contexts,
    async chat(_request, context) {
      const step = steps[contexts.length] ?? {};
      contexts.push(context);
      if (step.takesMs !== undefined) await new Promise<void>((resolve) => clock.setTimeout(resolve, step.takesMs!));
      if ("error" in step) throw step.error;
      return step.answer ?? { text: "Hello" };
    },
  };
}

/** An error as an SDK throws it. */
export function httpError(status: number, headers: Record<string, string> = {}, message = `HTTP ${status}`): Error {
  return Object.assign(new Error(message), { status, headers });
}

/** A signal that counts its listeners. */
export function countingSignal(): { controller: AbortController; signal: AbortSignal; listeners: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (type: string, listener: EventListener) => {
    listeners.add(listener);
    add(type, listener);
  };
  signal.removeEventListener = (type: string, listener: EventListener) => {
    listeners.delete(listener);
    remove(type, listener);
  };
  return { controller, signal, listeners: () => listeners.size };
}

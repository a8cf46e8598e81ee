/**
 * Several targets for one call: when one is out, the next takes over.
 *
 * @example
 * ```ts
 * import { callWithFallback } from "@tryspan/tryspan/fallback";
 *
 * const down = { name: "openai", chat: () => Promise.reject(Object.assign(new Error("down"), { status: 529 })) };
 * const up = { name: "anthropic", chat: () => ({ text: "Hello" }) };
 * const answer = await callWithFallback([
 *   { provider: down, request: { model: "gpt-5" }, options: { retry: { maxRetries: 0 } } },
 *   { provider: up, request: { model: "claude-sonnet-5" } },
 * ]);
 * console.log(answer.text); // Hello
 * ```
 *
 * @module
 */

import type { AttemptRecord } from "./attempt_record.ts";
import { rememberAttempts } from "./attempts_of.ts";
import { run } from "./_attempt_loop.ts";
import { type CallOptions, check, checkProvider, DEFAULTS, resolveOptions, type Rule } from "./options.ts";
import type { Provider } from "./provider.ts";
import { quietly } from "./_quietly.ts";
import { RefusedError } from "./refused_error.ts";
import type { Attributes, Span, Tracer } from "./tracer.ts";

export type { CallOptions } from "./options.ts";
export type { Provider } from "./provider.ts";

/** One of several services that can answer. */
export interface FallbackTarget<Service extends Provider<never, unknown>> {
  /** The service. */
  readonly provider: Service;
  /** The request in this service's own shape. */
  readonly request: RequestOf<Service>;
  /** Options for this target alone; they win over the call's, but for `tracer`, `signal` and `operationSpan`. */
  readonly options?: CallOptions | undefined;
}

/** What a provider is asked. */
export type RequestOf<Service> = Service extends Provider<infer Req, unknown> ? Req : never;

/** What a provider answers. */
export type AnswerOf<Service> = Service extends Provider<never, infer Res> ? Res : never;

/** Options of {@linkcode callWithFallback}. */
export interface FallbackOptions extends CallOptions {
  /**
   * The `error.type`s on which the next target is asked, or a function of it and the error. Whatever it is, a call that
   * was cancelled or is past its deadline does not go on.
   *
   * @default {["rate_limited", "overloaded", "quota_exhausted", "server_error", "network", "timeout",
   * "truncated_stream", "context_too_long", "refused"]}
   */
  readonly fallbackOn?: readonly string[] | ((errorType: string, error: unknown) => boolean) | undefined;
}

const OUT = [
  "rate_limited",
  "overloaded",
  "quota_exhausted",
  "server_error",
  "network",
  "timeout",
  "truncated_stream",
  "context_too_long",
  "refused",
];

/**
 * Calls the first target with `callWithRetry`; when it is out (its attempts used up, its quota spent, its breaker open, the
 * request too long for it), the next one, each with attempts of its own. One operation span covers all of them: it names
 * the provider and model that answered, or failed last, and says which target that was in `llm.fallback.index`.
 *
 * @param targets At least one, in the order in which they are asked.
 * @param options As of `callWithRetry`; `deadlineMs` covers all targets together.
 * @returns What the first target that answered resolved with.
 * @throws {RangeError | TypeError} For a bad argument, before anything is sent.
 * @throws The last target's error; `attemptsOf` tells the attempts at all targets.
 */
export async function callWithFallback<Services extends readonly Provider<never, unknown>[]>(
  targets: readonly [...{ [Index in keyof Services]: FallbackTarget<Services[Index]> }],
  options: FallbackOptions = {},
): Promise<AnswerOf<Services[number]>> {
  const settings = resolveOptions(options, DEFAULTS);
  const { fallbackOn = OUT } = options;
  const { clock, signal, tracer, operationSpan } = settings;
  const all = targets as unknown as readonly FallbackTarget<Provider<unknown, AnswerOf<Services[number]>>>[];
  checkArguments(all, fallbackOn);
  const deadline = clock.now() + settings.deadlineMs;
  let { deadlineMs } = settings;
  const operation = new SharedOperation(tracer, settings.attributes);
  const records: AttemptRecord[] = [];
  try {
    for (let index = 0;; index++) {
      const { provider, request, options: own } = all[index]!;
      let last: AttemptRecord | undefined;
      operation.index = index;
      try {
        return await run(provider, request, {
          ...own,
          tracer: operationSpan ? operation : tracer,
          operationSpan,
          signal,
          deadlineMs: Math.min(own?.deadlineMs ?? Infinity, deadlineMs),
          onAttempt(record) {
            last = record;
            records.push(record);
            return (own?.onAttempt ?? settings.onAttempt)(record);
          },
        }, settings);
      } catch (error) {
        // A hostile error throws when it is looked at.
        const isRefused = quietly(() => error instanceof RefusedError);
        const errorType = isRefused ? "refused" : last?.["error.type"] ?? "timeout";
        const isWanted = index + 1 < all.length && !signal?.aborted && goesOn(fallbackOn, errorType, error);
        // Read once: there must be time left for who is asked, however long a rule of the caller's took.
        deadlineMs = deadline - clock.now();
        if (!isWanted || deadlineMs <= 0) {
          rememberAttempts(error, records);
          throw error;
        }
      }
    }
  } finally {
    operation.end();
  }
}

const TARGETS: Rule = ["an array, not empty", (value) => Array.isArray(value) && (value as unknown[]).length > 0];
const FALLBACK_ON: Rule = ["an array or a function", (value) => typeof value === "function" || Array.isArray(value)];

function checkArguments(
  targets: readonly FallbackTarget<Provider>[],
  fallbackOn: FallbackOptions["fallbackOn"],
): void {
  check(targets, OUT, "targets", TARGETS);
  check(fallbackOn, OUT, "fallbackOn", FALLBACK_ON);
  for (const target of targets) {
    checkProvider(target?.provider, "chat");
    resolveOptions(target.options, DEFAULTS);
  }
}

/** A function of the caller's that throws does not go on. */
function goesOn(fallbackOn: NonNullable<FallbackOptions["fallbackOn"]>, errorType: string, error: unknown): boolean {
  if (typeof fallbackOn !== "function") return fallbackOn.includes(errorType);
  return quietly(() => fallbackOn(errorType, error)) === true;
}

/** Makes one operation span of those that each target's call would open: it starts with the first and ends with the last. */
class SharedOperation implements Tracer {
  /** The target that is being called. */
  index = 0;
  readonly #tracer: Tracer;
  /** The call's own attributes. */
  readonly #attributes: Attributes;
  /** Those of the current target: they must not stay if another one follows, and none can be taken back. */
  #ofTarget: Attributes = {};
  #span: Span | undefined;
  #attempts = 0;
  #backoffMs = 0;
  /** How the current target's call ended; set on the span only when no other follows. */
  #last: Attributes = {};
  #failure: Parameters<Span["fail"]> | undefined;

  constructor(tracer: Tracer, attributes: Attributes) {
    this.#tracer = tracer;
    this.#attributes = attributes;
  }

  startSpan(name: string, attributes: Attributes, parent?: Span): Span {
    if (parent !== undefined) return this.#tracer.startSpan(name, attributes, this.#span);
    this.#failure = undefined;
    this.#last = {};
    this.#ofTarget = attributes;
    const known = Object.entries(attributes).filter(([name]) =>
      /^(gen_ai|task)\./.test(name) || name in this.#attributes
    );
    this.#span ??= this.#tracer.startSpan(name, Object.fromEntries(known));
    return {
      run: (work) => work(),
      setAttributes: (last) => {
        this.#attempts += Number(last["llm.attempts"]);
        this.#backoffMs += Number(last["llm.backoff_ms"]);
        this.#last = last;
      },
      fail: (...failure) => {
        this.#failure = failure;
      },
      end() {},
    };
  }

  end(): void {
    const span = this.#span;
    if (span === undefined) return;
    quietly(() =>
      span.setAttributes({
        ...this.#ofTarget,
        ...this.#last,
        "llm.attempts": this.#attempts,
        "llm.backoff_ms": this.#backoffMs,
        "llm.fallback.index": this.index,
      })
    );
    if (this.#failure) quietly(() => span.fail(...this.#failure!));
    quietly(() => span.end());
  }
}

import { attemptsOf } from "./attempts_of.ts";
import { type CallOptions, check, DEFAULTS, resolveOptions, type RetryOptions, type Settings } from "./options.ts";
import { quietly } from "./_quietly.ts";
import { noopTracer, type Span, type Tracer } from "./tracer.ts";

/** Options of what works inside of an SDK; the signal comes with each request. */
export interface InsideOptions extends Omit<CallOptions, "taskId" | "retry" | "signal"> {
  /** The task that a request belongs to, or a function that is asked for it with every request. */
  readonly taskId?: string | (() => string | undefined) | undefined;
  /**
   * When to try again. With `auto`, a request that the SDK sends again by itself is sent once, as another attempt at what
   * failed before; and once that is certain, all retries are left to the SDK (so give clients that do not retry by
   * themselves another one of these). With options of your own, each request is retried like any other.
   *
   * @default {"auto"}
   */
  readonly retry?: RetryOptions | "auto" | undefined;
  /** Told, once, if the SDK retries on top of it, and how to turn that off. What it throws is ignored. */
  readonly onWarning?: ((warning: string) => void) | undefined;
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

/** One request of the SDK's. */
export interface InsideRequest {
  /** The caller's signal. */
  readonly signal: AbortSignal | undefined;
  /** Whether it can be sent more than once. */
  readonly canRepeat?: boolean;
  /** By what it is known when it comes again. */
  readonly likeness: Likeness;
  /**
   * Which try of its own the SDK says that it is, from 0. Unset, an object that failed before is taken to be tried again;
   * of a text that is only suspected.
   */
  readonly retryCount?: number | undefined;
}

/** What a request's attempts are to be made with. */
export interface InsideCall {
  /** The options. */
  readonly settings: Settings;
  /** To be called with the error that it has failed with in the end. */
  onFailure(error: unknown): void;
}

/** What is remembered of a request that failed in the end: nothing of what it says. */
interface Failed {
  readonly size: number;
  readonly text: string;
  /** The object it was known by, if there was one. */
  readonly objects: WeakSet<object>;
  /** Attempts made at it so far. */
  readonly attempts: number;
  /** Its operation span, ended by now. */
  readonly operation: Span | undefined;
  /** Whether it failed as what SDKs try again. */
  readonly isRetryable: boolean;
}

/** So many are remembered, as an SDK comes back soon or not at all. */
const MOST_REMEMBERED = 500;

/** Gives each request of an SDK its options, and an SDK that retries by itself its due. */
export function insideSdk(options: InsideOptions, advice: string): (request: InsideRequest) => InsideCall {
  const { taskId, retry = "auto", onWarning, ...rest } = options;
  const isAuto = retry === "auto";
  const base = resolveOptions({
    ...rest,
    taskId: typeof taskId === "function" ? undefined : taskId,
    retry: isAuto ? undefined : retry,
  }, DEFAULTS);
  if (onWarning !== undefined) check(onWarning, check, "onWarning");
  /** Oldest first; requests that are alike have one each. */
  const failed: Failed[] = [];
  let isWarned = false;
  let isCertain = false;

  return ({ signal, canRepeat = true, likeness: { size, print, object }, retryCount }) => {
    let printed: string | undefined;
    const text = () => printed ??= quietly(print) ?? "";
    const alike = failed.filter((one) => one.size === size && one.text === text());
    const same = object && alike.find((one) => one.objects.has(object));
    const known = same ?? alike[0];
    // With another object it may be another call, and the one that has failed may still come again.
    if (known && (same || !object)) failed.splice(failed.indexOf(known), 1);
    // The same text alone may also be another call, and so may be what is sent for the first time.
    const before = retryCount || same ? known : undefined;
    const firstAttempt = before?.attempts ?? retryCount ?? 0;
    isCertain ||= firstAttempt > 0;
    if ((firstAttempt > 0 || known?.isRetryable) && !isWarned) {
      isWarned = true;
      const sign = firstAttempt > 0
        ? "The SDK retries"
        : "A failed request came again, which looks as if the SDK retried";
      quietly(() => onWarning?.(`${sign} by itself, on top of tryspan: turn that off, ${advice}`));
    }
    let operation = before?.operation;
    // Attempts at what the SDK sends again are children of the operation span that it had at first.
    const tracer: Tracer = base.tracer === noopTracer ? noopTracer : {
      startSpan(name, attributes, parent = before?.operation) {
        const span = base.tracer.startSpan(name, attributes, parent);
        operation ??= span;
        return span;
      },
    };
    const task = typeof taskId === "function" ? quietly(taskId) : undefined;
    return {
      settings: {
        ...base,
        tracer,
        firstAttempt,
        signal,
        taskId: typeof task === "string" ? task : base.taskId,
        operationSpan: base.operationSpan && operation === undefined,
        retry: {
          ...base.retry,
          maxRetries: !canRepeat || isAuto && isCertain ? 0 : firstAttempt + base.retry.maxRetries,
        },
      },
      onFailure(error) {
        const past = attemptsOf(error);
        failed.push({
          size,
          text: text(),
          objects: new WeakSet(object && [object]),
          attempts: firstAttempt + past.length,
          operation: base.operationSpan ? operation : undefined,
          isRetryable: /exhausted|deadline|long|refused/.test(past.at(-1)?.["llm.retry.decision"] ?? ""),
        });
        if (failed.length > MOST_REMEMBERED) failed.shift();
      },
    };
  };
}

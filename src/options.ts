import type { AttemptRecord } from "./attempt_record.ts";
import type { Jitter } from "./backoff.ts";
import type { Classification } from "./classify.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { RetryPolicy } from "./decide.ts";
import type { Gate } from "./gate.ts";
import type { Provider, StreamProvider } from "./provider.ts";
import { type Attributes, type AttributeValue, noopTracer, type Tracer } from "./tracer.ts";

/**
 * A classifier of the caller's own. Call `builtIn` to change what it says, or leave it alone to come before it; with
 * `undefined`, the built-in one decides.
 */
export type Classify = (error: unknown, builtIn: (error: unknown) => Classification) => Classification | undefined;

/** When to try again, and how long to wait before it. */
export interface RetryOptions {
  /** Retries after the first try: an integer >= 0. @default {5} */
  readonly maxRetries?: number | undefined;
  /** The first backoff's ceiling, in milliseconds >= 0; it doubles with every attempt. @default {1000} */
  readonly baseDelayMs?: number | undefined;
  /** No backoff is longer, in milliseconds >= 0. A server's wish may be. @default {60000} */
  readonly maxDelayMs?: number | undefined;
  /** A server that asks for more milliseconds than this ends the call with its error. @default {60000} */
  readonly maxRetryAfterMs?: number | undefined;
  /** How much of a backoff may vary. @default {"full"} */
  readonly jitter?: Jitter | undefined;
  /** A classifier of your own, before or behind the built-in one. One that throws is passed over. */
  readonly classify?: Classify | undefined;
}

/** The options of a call; each of them may be left out. */
export interface CallOptions {
  /** Where the spans go. @default {noopTracer} */
  readonly tracer?: Tracer | undefined;
  /** The task this call belongs to; stands on every span as `task.id`. */
  readonly taskId?: string | undefined;
  /** Ends the call at once, attempt or wait, with the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
  /** When to try again. */
  readonly retry?: RetryOptions | undefined;
  /**
   * The longest that one attempt, or a stream's first content, may take, in milliseconds > 0; what takes longer is retried.
   * @default none
   */
  readonly attemptTimeoutMs?: number | undefined;
  /** The longest gap between two chunks of a stream, in milliseconds > 0; time the consumer takes is none. @default none */
  readonly idleTimeoutMs?: number | undefined;
  /** The longest that the whole call may take, attempts and waits, in milliseconds > 0. @default none */
  readonly deadlineMs?: number | undefined;
  /** What must hold between calls, in the order in which it is asked. @default none */
  readonly gates?: readonly Gate[] | undefined;
  /** Extra attributes for every span; those of the span contract win over them. */
  readonly attributes?: Readonly<Record<string, AttributeValue>> | undefined;
  /** Whether one span around all attempts and waits is opened. @default {true} */
  readonly operationSpan?: boolean | undefined;
  /** Whether spans and records carry the sanitized error message. @default {true} */
  readonly recordErrorMessage?: boolean | undefined;
  /**
   * OpenTelemetry's GenAI conventions to follow where they changed a name: up to 1.41 the tokens written to the cache
   * are `cache_creation`, since then `cache_write`. @default {"latest"}
   */
  readonly conventions?: Conventions | undefined;
  /** Told about every attempt as soon as it has ended. What it throws is ignored. */
  readonly onAttempt?: ((record: AttemptRecord) => void) | undefined;
  /** Where time comes from. @default {systemClock} */
  readonly clock?: Clock | undefined;
  /** Chance in [0, 1), for the jitter. @default {Math.random} */
  readonly random?: (() => number) | undefined;
}

/** A version of OpenTelemetry's GenAI conventions. */
export type Conventions = "latest" | "1.41";

/** Options after validation, defaults filled in. */
export interface Settings {
  readonly tracer: Tracer;
  readonly taskId: string;
  readonly signal: AbortSignal | undefined;
  readonly retry: RetryPolicy & { readonly classify: Classify };
  readonly attemptTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly deadlineMs: number;
  readonly gates: readonly Gate[];
  readonly attributes: Attributes;
  readonly operationSpan: boolean;
  readonly recordErrorMessage: boolean;
  readonly conventions: Conventions;
  readonly onAttempt: (record: AttemptRecord) => void;
  readonly clock: Clock;
  readonly random: () => number;
  /** The number of the first attempt: others were made elsewhere. */
  readonly firstAttempt: number;
}

/** What holds where neither the call nor its caller says otherwise. */
export const DEFAULTS: Settings = {
  tracer: noopTracer,
  taskId: "",
  signal: undefined,
  retry: {
    maxRetries: 5,
    baseDelayMs: 1000,
    maxDelayMs: 60_000,
    maxRetryAfterMs: 60_000,
    jitter: "full",
    classify: (error, builtIn) => builtIn(error),
  },
  attemptTimeoutMs: Infinity,
  idleTimeoutMs: Infinity,
  deadlineMs: Infinity,
  gates: [],
  attributes: {},
  operationSpan: true,
  recordErrorMessage: true,
  conventions: "latest",
  onAttempt() {},
  clock: systemClock,
  random: Math.random,
  firstAttempt: 0,
};

/** What a value must be, in words and in code; or the method it must have. */
type Rule = string | readonly [words: string, isMet: (value: never) => unknown];

const LIMIT: Rule = ["a number > 0", (value: number) => typeof value === "number" && value > 0];
const DELAY: Rule = ["a number >= 0", (value: number) => Number.isFinite(value) && value >= 0];
const COUNT: Rule = ["an integer >= 0", (value: number) => Number.isSafeInteger(value) && value >= 0];
const CONVENTIONS: Rule = ["latest or 1.41", (value) => value === "latest" || value === "1.41"];
const JITTER: Rule = [
  "full, equal, none or a function",
  (value) => value === "full" || value === "equal" || value === "none" || typeof value === "function",
];
const GATES: Rule = [
  "an array of Gates",
  (value) => Array.isArray(value) && (value as unknown[]).every((gate) => Object(gate) === gate),
];
const ATTRIBUTE: Rule = [
  "a string, number, boolean, or an array of one of them",
  (value) =>
    [value].flat().every((item: unknown, _, [first]: unknown[]) =>
      /string|number|boolean/.test(typeof item) && typeof item === typeof first
    ),
];

/**
 * Validates `options` and lays them over `base`; one by one, since what is generic takes several times as long.
 *
 * @throws {RangeError | TypeError} Naming the option and its value.
 */
export function resolveOptions(options: CallOptions | undefined, base: Settings): Settings {
  if (options === undefined) return base;
  if (typeof options !== "object" || !options) check("options", options, base);
  const { attributes, retry } = options;
  const {
    tracer = base.tracer,
    taskId = base.taskId,
    signal = base.signal,
    attemptTimeoutMs = base.attemptTimeoutMs,
    idleTimeoutMs = base.idleTimeoutMs,
    deadlineMs = base.deadlineMs,
    gates = base.gates,
    operationSpan = base.operationSpan,
    recordErrorMessage = base.recordErrorMessage,
    conventions = base.conventions,
    onAttempt = base.onAttempt,
    clock = base.clock,
    random = base.random,
  } = options;
  if (tracer !== base.tracer) check("tracer", tracer, base.tracer, "startSpan");
  if (taskId !== base.taskId) check("taskId", taskId, base.taskId);
  if (signal !== base.signal) check("signal", signal, base.signal, "addEventListener");
  if (attemptTimeoutMs !== base.attemptTimeoutMs) check("attemptTimeoutMs", attemptTimeoutMs, 0, LIMIT);
  if (idleTimeoutMs !== base.idleTimeoutMs) check("idleTimeoutMs", idleTimeoutMs, 0, LIMIT);
  if (deadlineMs !== base.deadlineMs) check("deadlineMs", deadlineMs, 0, LIMIT);
  if (gates !== base.gates) check("gates", gates, base.gates, GATES);
  if (operationSpan !== base.operationSpan) check("operationSpan", operationSpan, true);
  if (recordErrorMessage !== base.recordErrorMessage) check("recordErrorMessage", recordErrorMessage, true);
  if (conventions !== base.conventions) check("conventions", conventions, "", CONVENTIONS);
  if (onAttempt !== base.onAttempt) check("onAttempt", onAttempt, base.onAttempt);
  if (clock !== base.clock) check("clock", clock, base.clock, "setTimeout");
  if (random !== base.random) check("random", random, base.random);
  return {
    tracer,
    taskId,
    signal,
    attemptTimeoutMs,
    idleTimeoutMs,
    deadlineMs,
    gates,
    operationSpan,
    recordErrorMessage,
    conventions,
    onAttempt,
    clock,
    random,
    firstAttempt: base.firstAttempt,
    attributes: attributes === undefined ? base.attributes : resolveAttributes(attributes, base.attributes),
    retry: retry === undefined ? base.retry : resolveRetry(retry, base.retry),
  };
}

function resolveRetry(retry: RetryOptions, base: Settings["retry"]): Settings["retry"] {
  if (typeof retry !== "object" || !retry) check("retry", retry, base);
  const {
    maxRetries = base.maxRetries,
    baseDelayMs = base.baseDelayMs,
    maxDelayMs = base.maxDelayMs,
    maxRetryAfterMs = base.maxRetryAfterMs,
    jitter = base.jitter,
    classify = base.classify,
  } = retry;
  if (maxRetries !== base.maxRetries) check("retry.maxRetries", maxRetries, 0, COUNT);
  if (baseDelayMs !== base.baseDelayMs) check("retry.baseDelayMs", baseDelayMs, 0, DELAY);
  if (maxDelayMs !== base.maxDelayMs) check("retry.maxDelayMs", maxDelayMs, 0, DELAY);
  if (maxRetryAfterMs !== base.maxRetryAfterMs) check("retry.maxRetryAfterMs", maxRetryAfterMs, 0, DELAY);
  if (jitter !== base.jitter) check("retry.jitter", jitter, "", JITTER);
  if (classify !== base.classify) check("retry.classify", classify, base.classify);
  return { maxRetries, baseDelayMs, maxDelayMs, maxRetryAfterMs, jitter, classify };
}

function resolveAttributes(attributes: Attributes, base: Attributes): Attributes {
  check("attributes", attributes, base);
  for (const name in attributes) check(`attributes["${name}"]`, attributes[name], undefined, ATTRIBUTE);
  return { ...base, ...attributes };
}

/** The provider is checked like an option. @throws {TypeError} Naming what is wrong. */
export function checkProvider(provider: Partial<Provider & StreamProvider>, method: "chat" | "stream"): void {
  if (typeof provider?.[method] === "function" && typeof provider.name === "string" && provider.name) return;
  check("provider", provider, DEFAULTS);
  check("provider.name", provider.name || null, "");
  check(`provider.${method}`, provider[method], check);
}

/** Without a `rule`, a value must be of the type of its `standard`. Of that type it is out of range, else mistyped. */
export function check(name: string, value: unknown, standard: unknown, rule?: Rule): void {
  if (rule === undefined ? typeof value === typeof standard && value !== null : meets(value, rule)) return;
  const type = typeof value;
  const expected = typeof standard;
  // Of objects only the kind is shown: they may hold prompts or keys.
  const shown = Object(value) === value ? `of type ${type}` : type === "string" ? `"${value}"` : String(value);
  const words = typeof rule === "string" ? `an object with ${rule}()` : rule ? rule[0] : `of type ${expected}`;
  throw new (type === expected && /string|number/.test(type) ? RangeError : TypeError)(
    `Cannot call the provider: '${name}' must be ${words}: current value is ${shown}`,
  );
}

function meets(value: unknown, rule: Rule): unknown {
  return typeof rule === "string" ? (value as Record<string, unknown> | null)?.[rule] : rule[1](value as never);
}

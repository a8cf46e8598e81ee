import { addTo } from "./_add_to.ts";
import type { AttemptRecord } from "./attempt_record.ts";
import type { Jitter } from "./backoff.ts";
import type { Classification } from "./classify.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Gate } from "./gate.ts";
import type { Provider, StreamProvider } from "./provider.ts";
import { type AttributeValue, noopTracer, type Tracer } from "./tracer.ts";

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

/** Nothing of it left out. */
type Known<Options> = { readonly [Name in keyof Options]-?: NonNullable<Options[Name]> };

/** Options after validation, defaults filled in. */
export interface Settings extends Known<Omit<CallOptions, "signal" | "retry">>, Pick<CallOptions, "signal"> {
  readonly retry: Known<RetryOptions>;
  /** The number of the first attempt: others were made elsewhere. */
  readonly firstAttempt: number;
}

/** What holds where neither the call nor its caller says otherwise. */
export const DEFAULTS: Settings = {
  tracer: noopTracer,
  taskId: "",
  retry: {
    maxRetries: 5,
    baseDelayMs: 1000,
    maxDelayMs: 60_000,
    maxRetryAfterMs: 60_000,
    jitter: "full",
    classify: () => undefined,
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

/** What a value must be, in words and in code. Without one: of the type of its standard. */
export type Rule = readonly [words: string, isMet: (value: never) => unknown];

const TRACER: Rule = ["an object with startSpan()", (value?: Tracer) => isFunction(value?.startSpan)];
const SIGNAL: Rule = [
  "an AbortSignal",
  (value?: AbortSignal) => isFunction(value?.addEventListener) && isFunction(value?.removeEventListener),
];
const CLOCK: Rule = [
  "a Clock",
  (value?: Clock) => [value?.now, value?.date, value?.setTimeout, value?.clearTimeout].every(isFunction),
];
const LIMIT: Rule = ["a number > 0", (value: number) => typeof value === "number" && value > 0];
const DELAY: Rule = ["a finite number >= 0", (value: number) => Number.isFinite(value) && value >= 0];
const COUNT: Rule = ["an integer >= 0", (value: number) => Number.isSafeInteger(value) && value >= 0];
const CONVENTIONS: Rule = ["latest or 1.41", (value) => value === "latest" || value === "1.41"];
const JITTER: Rule = [
  "full, equal, none or a function",
  (value) => value === "full" || value === "equal" || value === "none" || isFunction(value),
];
const GATES: Rule = [
  "an array of Gates",
  // A function has a name, too.
  (value) =>
    Array.isArray(value) &&
    (value as (Gate | null)[]).every((gate) => typeof gate === "object" && typeof gate?.name === "string"),
];
const ATTRIBUTE: Rule = [
  "an AttributeValue",
  (value) =>
    [value].flat().every((item: unknown, _, [first]: unknown[]) =>
      typeof item === typeof first && (Number.isFinite(item) || /string|boolean/.test(typeof item))
    ),
];

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

/**
 * Validates `options` and lays them over `base`; one by one, since what is generic takes several times as long.
 *
 * @throws {RangeError | TypeError} Naming the option and its value.
 */
export function resolveOptions(options: CallOptions | undefined, base: Settings): Settings {
  if (options === undefined) return base;
  check(options, base, "options");
  return {
    tracer: pick(options.tracer, base.tracer, "tracer", TRACER),
    taskId: pick(options.taskId, base.taskId, "taskId"),
    signal: pick(options.signal, base.signal, "signal", SIGNAL),
    attemptTimeoutMs: pick(options.attemptTimeoutMs, base.attemptTimeoutMs, "attemptTimeoutMs", LIMIT),
    idleTimeoutMs: pick(options.idleTimeoutMs, base.idleTimeoutMs, "idleTimeoutMs", LIMIT),
    deadlineMs: pick(options.deadlineMs, base.deadlineMs, "deadlineMs", LIMIT),
    gates: pick(options.gates, base.gates, "gates", GATES),
    operationSpan: pick(options.operationSpan, base.operationSpan, "operationSpan"),
    recordErrorMessage: pick(options.recordErrorMessage, base.recordErrorMessage, "recordErrorMessage"),
    conventions: pick(options.conventions, base.conventions, "conventions", CONVENTIONS),
    onAttempt: pick(options.onAttempt, base.onAttempt, "onAttempt"),
    clock: pick(options.clock, base.clock, "clock", CLOCK),
    random: pick(options.random, base.random, "random"),
    firstAttempt: base.firstAttempt,
    attributes: options.attributes === undefined
      ? base.attributes
      : resolveAttributes(options.attributes, base.attributes),
    retry: options.retry === undefined ? base.retry : resolveRetry(options.retry, base.retry),
  };
}

function resolveRetry(retry: RetryOptions, base: Settings["retry"]): Settings["retry"] {
  check(retry, base, "retry");
  return {
    maxRetries: pick(retry.maxRetries, base.maxRetries, "retry.maxRetries", COUNT),
    baseDelayMs: pick(retry.baseDelayMs, base.baseDelayMs, "retry.baseDelayMs", DELAY),
    maxDelayMs: pick(retry.maxDelayMs, base.maxDelayMs, "retry.maxDelayMs", DELAY),
    maxRetryAfterMs: pick(retry.maxRetryAfterMs, base.maxRetryAfterMs, "retry.maxRetryAfterMs", DELAY),
    jitter: pick(retry.jitter, base.jitter, "retry.jitter", JITTER),
    classify: pick(retry.classify, base.classify, "retry.classify"),
  };
}

function resolveAttributes(attributes: Settings["attributes"], base: Settings["attributes"]): Settings["attributes"] {
  check(attributes, base, "attributes");
  for (const name in attributes) check(attributes[name], undefined, `attributes["${name}"]`, ATTRIBUTE);
  return addTo({}, base, attributes);
}

/** The provider is checked like an option. @throws {TypeError} Naming what is wrong. */
export function checkProvider(provider: Partial<Provider & StreamProvider>, method: "chat" | "stream"): void {
  if (typeof provider?.[method] === "function" && typeof provider.name === "string" && provider.name) return;
  check(provider, DEFAULTS, "provider");
  check(provider.name || null, "", "provider.name");
  check(provider[method], check, `provider.${method}`);
}

/** What is set and not what holds anyway is checked: in most calls that is little. */
function pick<T>(value: T | undefined, standard: T, name: string, rule?: Rule): T {
  return value === undefined || value === standard ? standard : check(value, standard, name, rule);
}

/** Small, since what fails is told elsewhere, so that engines take it into the functions that call it. */
export function check<T>(value: T, standard: unknown, name: string, rule?: Rule): T {
  if (
    rule === undefined ? typeof value === typeof standard && value !== null : rule[1](value as never)
  ) return value;
  throw wrong(value, standard, name, rule);
}

/** What is wrong and of the type of its `standard` is out of range, else mistyped. */
function wrong(value: unknown, standard: unknown, name: string, rule?: Rule): Error {
  // Of objects only the kind is shown: they may hold prompts or keys.
  const shown = Object(value) === value
    ? `of type ${typeof value}`
    : typeof value === "string"
    ? `"${value}"`
    : String(value);
  const words = rule ? rule[0] : `of type ${typeof standard}`;
  return new (typeof value === typeof standard && /string|number/.test(typeof value) ? RangeError : TypeError)(
    `Cannot call the provider: '${name}' must be ${words}: current value is ${shown}`,
  );
}

import type { AttemptRecord } from "./attempt_record.ts";
import type { Jitter } from "./backoff.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { RetryPolicy } from "./decide.ts";
import type { Provider } from "./provider.ts";
import { type Attributes, noopTracer, type Tracer } from "./tracer.ts";

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
  /** Extra attributes for every span; those of the span contract win over them. */
  readonly attributes?: Attributes | undefined;
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
  readonly taskId?: string;
  readonly signal?: AbortSignal;
  readonly retry: RetryPolicy;
  readonly attributes?: Attributes;
  readonly operationSpan: boolean;
  readonly recordErrorMessage: boolean;
  readonly conventions: Conventions;
  readonly onAttempt?: (record: AttemptRecord) => void;
  readonly clock: Clock;
  readonly random: () => number;
}

/** What holds where neither the call nor its caller says otherwise. */
export const DEFAULTS: Settings = {
  tracer: noopTracer,
  retry: { maxRetries: 5, baseDelayMs: 1000, maxDelayMs: 60_000, maxRetryAfterMs: 60_000, jitter: "full" },
  operationSpan: true,
  recordErrorMessage: true,
  conventions: "latest",
  clock: systemClock,
  random: Math.random,
};

/** What a value must be: in words that end with its type, or in words and code. */
type Rule = string | readonly [words: string, holds: (value: unknown) => unknown];
type Rules = Readonly<Record<string, Rule>>;

const isDuration: Rule = ["a number >= 0", (value) => Number.isFinite(value) && value as number >= 0];

const RULES: Rules = {
  tracer: ["a Tracer", (value) => (value as Tracer | null)?.startSpan],
  taskId: "a string",
  signal: ["an AbortSignal", (value) => (value as AbortSignal | null)?.addEventListener],
  retry: "an object",
  attributes: "an object",
  operationSpan: "a boolean",
  recordErrorMessage: "a boolean",
  conventions: ["latest or 1.41", (value) => value === "latest" || value === "1.41"],
  onAttempt: "a function",
  clock: ["a Clock", (value) => (value as Clock | null)?.setTimeout],
  random: "a function",
};

const RETRY_RULES: Rules = {
  maxRetries: ["an integer >= 0", (value) => Number.isSafeInteger(value) && value as number >= 0],
  baseDelayMs: isDuration,
  maxDelayMs: isDuration,
  maxRetryAfterMs: isDuration,
  jitter: ["full, equal or none", (value) => value === "full" || value === "equal" || value === "none"],
};

/**
 * Validates `options` and lays them over `base`.
 *
 * @throws {RangeError | TypeError} Naming the option and its value.
 */
export function resolveOptions(options: CallOptions | undefined, base: Settings): Settings {
  if (options === undefined) return base;
  check("options", options, "an object");
  const settings = overlay("", options, RULES, base);
  const { retry, random, attributes } = settings;
  if (retry !== base.retry) settings.retry = overlay("retry.", retry, RETRY_RULES, base.retry);
  if (random !== base.random) settings.random = () => boundedChance(random);
  if (attributes !== base.attributes) {
    for (const name in attributes) check(`attributes["${name}"]`, attributes[name], isAttribute);
    settings.attributes = { ...base.attributes, ...attributes };
  }
  return settings;
}

const isAttribute: Rule = ["a string, number, boolean, or an array of one of them", (value) => {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.every((item) => /^(string|number|boolean)$/.test(typeof item) && typeof item === typeof items[0]);
}];

function overlay<T extends object>(path: string, given: object, rules: Rules, base: T) {
  const settings = { ...base } as Record<string, unknown>;
  for (const name in given) {
    const value = (given as Record<string, unknown>)[name];
    const rule = rules[name];
    if (value === undefined || rule === undefined) continue;
    check(path + name, value, rule, typeof settings[name]);
    settings[name] = value;
  }
  return settings as { -readonly [K in keyof T]: T[K] };
}

/** The provider is checked like an option. @throws {TypeError} Naming what is wrong. */
export function checkProvider<Req, Res>(provider: Provider<Req, Res>): void {
  check("provider", provider, "an object");
  check("provider.name", provider.name, ["a non-empty string", (name) => name && typeof name === "string"]);
  check("provider.chat", provider.chat, "a function");
}

/** Throws a `RangeError` if `value` is of the type of the value it replaces, `replaced`, else a `TypeError`. */
function check(name: string, value: unknown, rule: Rule, replaced?: string): void {
  const type: string = typeof value;
  const isType = typeof rule === "string";
  if (isType ? value !== null && rule.endsWith(type) : rule[1](value)) return;
  // Of objects only the kind is shown: they may hold prompts or keys.
  const shown = Object(value) === value ? `of type ${type}` : type === "string" ? `"${value}"` : String(value);
  throw new (type === replaced && type !== "object" ? RangeError : TypeError)(
    `Cannot call the provider: '${name}' must be ${isType ? rule : rule[0]}: current value is ${shown}`,
  );
}

/** A `random` of the caller's may be wrong or throw; a delay must not. */
function boundedChance(random: () => number): number {
  try {
    const chance = random();
    if (chance >= 0 && chance < 1) return chance;
  } catch { /* as good as no answer */ }
  return Math.random();
}

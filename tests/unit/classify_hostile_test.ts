import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { classifyError } from "../../mod.ts";

/** Nothing a value can be made of takes longer, on the busiest machine; a quadratic pattern would take minutes. */
const BOUND_MS = 5000;
const MB = 1024 * 1024;

/** Classifies `thrown` and checks what must hold for any value at all. */
function check(thrown: unknown): void {
  const startedAt = performance.now();
  const actual = classifyError(thrown, 0);
  const took = performance.now() - startedAt;
  assert(took < BOUND_MS, `took ${took} ms`);
  assertMatch(actual.errorType, /^[A-Za-z_]\w{0,127}$/);
  assertEquals(typeof actual.retryable, "boolean");
  assert(actual.reason.length > 0 && actual.reason.length <= 256, `a reason of ${actual.reason.length} characters`);
  assert(
    actual.status === undefined || (Number.isInteger(actual.status) && actual.status >= 100 && actual.status < 600),
  );
  assert(actual.requestId === undefined || (actual.requestId.length > 0 && actual.requestId.length <= 256));
  assertMatch(actual.scope, /^(request|model|account)$/);
  assertEquals(actual.retryAfterMs === undefined, actual.retryAfterSource === undefined);
  // Nothing is held back or written down: the same value gives the same answer.
  assertEquals(JSON.stringify(classifyError(thrown, 0)), JSON.stringify(actual));
}

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function thrower(): never {
  throw new Error("hostile");
}

/** Every property is another one of these. */
function endless(): unknown {
  return new Proxy({}, { get: (_, key) => key === Symbol.toPrimitive ? undefined : endless() });
}

function cycle(): unknown {
  const error: Record<string, unknown> = { status: 429, headers: {} };
  error.cause =
    error.error =
    error.response =
    error.body =
      [error, { cause: error }];
  return error;
}

function causes(depth: number): unknown {
  let error = new Error("innermost");
  for (let i = 0; i < depth; i++) error = new Error("m", { cause: error });
  return error;
}

const ALL_KEYS = ["name", "message", "status", "statusCode", "code", "type", "error", "headers", "response", "cause"];

const values: Readonly<Record<string, () => unknown>> = {
  "undefined": () => undefined,
  "null": () => null,
  "a number": () => 429,
  "NaN": () => NaN,
  "a bigint": () => 429n,
  "a symbol": () => Symbol("s"),
  "a boolean": () => false,
  "an empty string": () => "",
  "a function": () => () => 1,
  "an object without a prototype": () => Object.assign(Object.create(null), { message: "m" }),
  "a frozen error": () => Object.freeze(new Error("m")),
  "a revoked proxy": () => revoked({}),
  "a revoked function proxy": () => revoked(thrower),
  "revoked proxies everywhere": () => Object.fromEntries(ALL_KEYS.map((key) => [key, revoked([])])),
  "getters that throw": () =>
    Object.defineProperties({}, Object.fromEntries(ALL_KEYS.map((key) => [key, { get: thrower, enumerable: true }]))),
  "a proxy that throws from every trap": () =>
    new Proxy({}, new Proxy({}, { get: () => thrower }) as ProxyHandler<object>),
  "a proxy without an end": endless,
  "functions that throw everywhere": () => Object.fromEntries(ALL_KEYS.map((key) => [key, thrower])),
  "values that throw when they become strings": () =>
    Object.fromEntries(ALL_KEYS.map((key) => [key, { toString: thrower, valueOf: thrower, toJSON: thrower }])),
  "symbols everywhere": () => Object.fromEntries(ALL_KEYS.map((key) => [key, Symbol(key)])),
  "arrays everywhere": () => Object.fromEntries(ALL_KEYS.map((key) => [key, [429]])),
  "headers whose values throw": () => ({ status: 429, headers: { "retry-after": { toString: thrower } } }),
  "headers that throw": () => ({ status: 429, headers: { [Symbol.iterator]: thrower } }),
  "a hundred thousand headers": () => ({
    headers: Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => [`x-${i}`, "v"])),
  }),
  "headers without an end": () => ({
    headers: {
      *[Symbol.iterator]() {
        while (true) yield ["x-request-id", "1"];
      },
    },
  }),
  "a header of 10 MB": () => ({ status: 429, headers: { "retry-after": "1".repeat(10 * MB) } }),
  "a header whose name is 10 MB": () => ({ status: 429, headers: { ["request-id".repeat(MB)]: "1" } }),
  "a header whose name is half a pattern": () => ({ status: 429, headers: { "(remaining[": "0" } }),
  "a header whose name is a pattern of HTTP's own characters": () => ({
    status: 429,
    headers: new Headers({ "*+remaining$|^": "0" }),
  }),
  "a header whose name is a pattern that takes forever": () => ({
    status: 429,
    headers: { [`${".*".repeat(25)}!remaining`]: "0", [`x${"y".repeat(5000)}`]: "0" },
  }),
  "headers named like what is looked for": () => ({
    status: 402,
    headers: Object.fromEntries(
      ["status 402 retry", "x-ratelimit-remaining-", "request-id", "statuscode"].flatMap((name) =>
        Array.from({ length: 1000 }, (_, i) => [name + i, "0"])
      ),
    ),
  }),
  "a cycle": cycle,
  "an array of itself": () => {
    const all: unknown[] = [];
    all.push(all, all, all, all);
    return all;
  },
  "a thousand causes": () => causes(1000),
  "a name of 10 MB": () => Object.assign(new Error("m"), { name: "<".repeat(10 * MB) }),
  "a code of 10 MB": () => Object.assign(new Error("m"), { code: "E".repeat(10 * MB) }),
  "an array of a million errors": () => Array.from({ length: 1e6 }, () => ({ error: "e" })),
  "deep JSON": () => new Error("[".repeat(5000) + '{"a":1}' + "]".repeat(5000)),
  "JSON in JSON in JSON": () => {
    let text = '{"error":{"code":429}}';
    for (let i = 0; i < 12; i++) text = JSON.stringify({ error: { message: text } });
    return new Error(text);
  },
};
for (const [name, make] of Object.entries(values)) {
  Deno.test(`classifyError() survives ${name}`, () => check(make()));
}

const repeated = {
  "a": "a",
  "digits": "1",
  "white space": " ",
  "new lines": "\n",
  "brackets": "[",
  "braces": "{",
  "open brackets and white space": "[     ",
  "quoted braces": '{"',
  "codes": "\ncode:",
  "names": "\nname:a",
  "quotas": "\nquotaId:PerDa",
  "quotas in a line": "quotaId:perda",
  "remaining": "remaining",
  "timeouts": ":timeouttimeoute",
  "underscores": "\ncode:a_a_a_a_a_spend_limit_",
  "waits": "try again in 1",
  "waits in words": "wait 1.h",
  "past limits": "ed",
  "trial keys": "trial key ",
  "units": "1m1s1h",
  "half dates": "Thu, 01 Jan ",
  "surrogates": "\ud83d",
};
for (const [name, part] of Object.entries(repeated)) {
  Deno.test(`classifyError() takes a bounded time over 10 MB of ${name}`, () => {
    const text = part.repeat(10 * MB / part.length);
    check(new Error(text));
    check({ status: 429, body: text, headers: { "retry-after": text, "x-request-id": text } });
    // As much of it as is looked at, everywhere it is looked at.
    const much = text.slice(0, 16_000);
    check(Object.fromEntries(["message", "body", "data", "error", "code", "type", "raw"].map((key) => [key, much])));
  });
}

Deno.test("classifyError() does not ask for a stack, which is costly to make", () => {
  let asked = 0;
  const withStack = (more: object) => Object.defineProperty(more, "stack", { get: () => ++asked });
  classifyError(withStack({ error: withStack({}), cause: withStack(new Error("m")) }));
  assertEquals(asked, 0);
});

Deno.test("classifyError() leaves what it reads alone", () => {
  const thrown = { status: 429, headers: { "retry-after": "1" }, error: { message: '{"error":{"code":429}}' } };
  const before = JSON.stringify(thrown);
  classifyError(thrown);
  assertEquals(JSON.stringify(thrown), before);
});

const key = fc.oneof(
  fc.constantFrom(
    ...ALL_KEYS,
    "body",
    "data",
    "details",
    "retryDelay",
    "@type",
    "retry-after",
    "0",
    "requestID",
    "stack",
  ),
  fc.string(),
  // Names from outside, as patterns too.
  fc.tuple(fc.string(), fc.constantFrom("remaining", "retry-after", "request-id"), fc.string()).map((it) =>
    it.join("")
  ),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.anything(),
    fc.string(),
    fc.json(),
    fc.integer({ min: 90, max: 610 }),
    fc.dictionary(key, tie("tree")),
    fc.record({ headers: fc.dictionary(key, fc.constantFrom("0", "1")) }),
    fc.array(tie("tree"), { maxLength: 4 }),
    tie("tree").map((cause) => Object.assign(new Error("m"), { cause })),
  ),
}));

Deno.test("classifyError() is total", () => {
  fc.assert(fc.property(tree, check), { numRuns: 300 });
});

Deno.test("classifyError() is total for what throws in the middle", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), tree, (patience, value) => {
      let left = patience;
      const wrap = (inner: unknown): unknown =>
        typeof inner !== "object" || inner === null ? inner : new Proxy(inner, {
          get: (target, name) => --left < 0 ? thrower() : wrap(Reflect.get(target, name)),
        });
      classifyError(wrap(value), 0);
    }),
    { numRuns: 200 },
  );
});

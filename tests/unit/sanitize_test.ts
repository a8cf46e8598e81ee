import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { messageOf, sanitizeMessage } from "../../src/sanitize.ts";

const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";

/** What a message must become. */
const MASKED: Readonly<Record<string, string>> = {
  // Authorization-like text
  "Authorization: Bearer abc.def-ghi": "Authorization: Bearer [redacted]",
  "authorization: Basic dXNlcjpwYXNz failed": "authorization: Basic [redacted] failed",
  "Proxy-Authorization=Token 0123": "Proxy-Authorization=Token [redacted]",
  "password: turkey is wrong": "password: [redacted] is wrong",
  "secret: 0123key failed": "secret: [redacted] failed",
  "Authorization: ApiKey abc": "Authorization: ApiKey [redacted]",
  "Authorization: Api-Key abc": "Authorization: Api-Key [redacted]",
  "authorization: Key abc failed": "authorization: Key [redacted] failed",
  "sent bearer AbCdEfGh1234 twice": "sent bearer [redacted] twice",
  'Headers.append: "Bearer Zm9vYmFyQmF6\n" is an invalid header value.':
    'Headers.append: "Bearer [redacted] " is an invalid header value.',
  '{"authorization":["Bearer abc"],"x":1}': '{"authorization":["Bearer [redacted]"],"x":1}',
  "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260524/us-east-1/s3/aws4_request, Signature=fe5f80f77d5fa3befe5f80f77d5fa3be":
    "AWS4-HMAC-SHA256 Credential=[redacted]/20260524/us-east-1/s3/aws4_request, Signature=[redacted]",
  // Private keys
  "bad -----BEGIN RSA PRIVATE KEY-----\nMIIEow+/a b\n-----END RSA PRIVATE KEY----- here": "bad [redacted] here",
  "bad -----BEGIN PRIVATE KEY-----\nMIIEow+/a b": "bad [redacted]",
  "-----BEGIN A-----\na b\n-----END A----- or -----BEGIN B-----\nc d\n-----END B-----": "[redacted] or [redacted]",
  // Named values
  "Incorrect API key provided: sk-proj-********abcd. See the docs":
    "Incorrect API key provided: [redacted] See the docs",
  "Incorrect API key provided: my0wnk3y. See the docs": "Incorrect API key provided: [redacted] See the docs",
  "Your api key: ****abcd is invalid": "Your api key: [redacted] is invalid",
  "Invalid API key my0wnk3y-abcdefghi": "Invalid API key [redacted]",
  "Invalid API key 'my0wnk3y-abcdefghi' given": "Invalid API key '[redacted]' given",
  "The API key (my0wnk3y/abcdefghi) is invalid": "The API key ([redacted] is invalid",
  "API key my0wnk3yabcdefghi: not found": "API key [redacted] not found",
  "key is my0wnk3yabcdefghi": "key is [redacted]",
  "key is my0wn+k3yabcdefghi": "key is [redacted]",
  "token `my0wnk3yabcdefghi` is expired": "token `[redacted] is expired",
  "bad key=abc": "bad key=[redacted]",
  "apikey: abc": "apikey: [redacted]",
  "OPENAI_API_KEY = abc": "OPENAI_API_KEY = [redacted]",
  "x-api-key: abc": "x-api-key: [redacted]",
  "x-api-key header: abc": "x-api-key header: [redacted]",
  "api-key:abc": "api-key:[redacted]",
  "x-goog-api-key: abc": "x-goog-api-key: [redacted]",
  "access_token=abc&scope=all": "access_token=[redacted]",
  "accessToken: abc": "accessToken: [redacted]",
  "refresh_token: 1//0gAbcDefGhiJklMno": "refresh_token: [redacted]",
  "token=abc": "token=[redacted]",
  "token: 0123456789abcdef": "token: [redacted]",
  "password: hunter2, user: bob": "password: [redacted] user: bob",
  "secret=abc": "secret=[redacted]",
  "client_secret: abc": "client_secret: [redacted]",
  "pwd=abc sig=abc": "pwd=[redacted] sig=[redacted]",
  "signature: abc": "signature: [redacted]",
  'api_key => "abc"': 'api_key => "[redacted]"',
  '["authorization","my0wnk3yabcdefghi"]': '["authorization","[redacted]"]',
  "passphrase=abc credentials: abc": "passphrase=[redacted] credentials: [redacted]",
  "sent Basic dXNlcjpwYXNzd29yZA== twice": "sent Basic [redacted] twice",
  "Cookie: a=b; c=d; h=i next": "Cookie: [redacted] next",
  "Set-Cookie: sid=abc; Path=/; HttpOnly": "Set-Cookie: [redacted]",
  // JSON, JSON within JSON, JavaScript
  '{"api_key":"abc","model":"gpt-5"}': '{"api_key":"[redacted]","model":"gpt-5"}',
  '{"password": "a \\"b\\" c", "n": 1}': '{"password": "[redacted]", "n": 1}',
  '{"token":"abc"}': '{"token":"[redacted]"}',
  '{"body":"{\\"secret\\":\\"a\\\\\\"b\\",\\"n\\":1}"}': '{"body":"{\\"secret\\":\\"[redacted]"}',
  "{ 'api-key': 'it\\'s', n: 1 }": "{ 'api-key': '[redacted]', n: 1 }",
  "headers['x-api-key'] = 'abc'": "headers['x-api-key'] = '[redacted]'",
  '{"password":"cut off': '{"password":"[redacted]',
  // URLs
  "GET https://user:pa@ss@host.dev:8443/v1 failed": "GET https://[redacted]@host.dev:8443/v1 failed",
  "(https://token@host.dev/v1)": "(https://[redacted]@host.dev/v1)",
  "https://host.dev/v1?key=abc&q=my+prompt#part is down": "https://host.dev/v1?[redacted] is down",
  "POST /v1/models/gemini-3:generateContent?key=abc 400": "POST /v1/models/gemini-3:generateContent?[redacted] 400",
  "GET /v1/list?[tag]=abc": "GET /v1/list?[redacted]",
  'fetch("https://host.dev/?a") failed': 'fetch("https://host.dev/?[redacted]") failed',
  "https://bucket.s3.amazonaws.com/x?X-Amz-Signature=abc": "https://bucket.s3.amazonaws.com/x?[redacted]",
  "GET /v1/list?%5Btag%5D=abc": "GET /v1/list?[redacted]",
  "'https://host.dev/?a' <https://host.dev/?b>": "'https://host.dev/?[redacted]' <https://host.dev/?[redacted]>",
  "https://a:b@host.dev, https://c:d@host.dev": "https://[redacted]@host.dev, https://[redacted]@host.dev",
  // What parsers quote: that of V8, and those of the AI SDK, Gemini's and Anthropic's SDK
  "Unexpected token 'H', \"Hello wor\"... is not valid JSON": "Unexpected token 'H', [redacted]",
  'Unexpected token \'👋\', ..."content": 👋 my fri"... is not valid JSON': "Unexpected token '👋', [redacted]",
  "JSON parsing failed: Text: Hello.\nError message: SyntaxError": "JSON parsing failed: Text: [redacted]",
  "JSON parsing failed: Text: <think>Hello": "JSON parsing failed: Text: [redacted]",
  'Type validation failed for message (text, id: "1"): Value: {"text":"Hello"}.\nError message: []':
    'Type validation failed for message (text, id: "1"): Value: [redacted]',
  'exception parsing stream chunk {"text":"Hello"}. SyntaxError': "exception parsing stream chunk [redacted]",
  'Please retry your request. Error: SyntaxError. JSON: {"q":"Hello':
    "Please retry your request. Error: SyntaxError. JSON: [redacted]",
  // Known by their first letters
  "sk-proj-Ab_c-0123456789 is wrong": "[redacted] is wrong",
  "(sk-ant-api03-Ab_c-0123456789)": "([redacted])",
  "'sk-or-v1-0123456789abcdef'": "'[redacted]'",
  "sk-1234": "[redacted]",
  "sk-12+34": "[redacted]",
  "sk_live_51H8": "[redacted]",
  "found sk-ab***cd here": "found [redacted] here",
  "AKIAIOSFODNN7EXAMPLE and ASIAIOSFODNN7EXAMPLE": "[redacted] and [redacted]",
  "AIzaSyA0123456789-abcdefghijklmnopqrstu": "[redacted]",
  "ghp_0123456789abcdefABCDEF0123456789abcd": "[redacted]",
  "github_pat_11ABCDEFG0123456789abc_0123456789abcdefABCDEF": "[redacted]",
  "xoxb-123456789012-abcdefghijkl": "[redacted]",
  "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH": "[redacted]",
  "gsk_0123456789abcdefghijABCDEFGHIJ": "[redacted]",
  "xai-0123456789abcdefghijABCDEFGHIJ": "[redacted]",
  "pplx-0123456789abcdefghijABCDEFGHIJ": "[redacted]",
  "ya29.a0AfB_byC-0123456789": "[redacted]",
  "csk-0123456789abcdefghijklmnopqr": "[redacted]",
  "csk-AAAApwD-AAAAAAAAAAAA0123456789": "[redacted]",
  "nvapi-Ab3_x-9Kd-2LmNoP4qRsTuVw": "[redacted]",
  "fw_3ZkT8aBcDeFgHiJkLmNoPq": "[redacted]",
  "tgp_v1_abC-DeF1_GhIjKlMnOpQrSt": "[redacted]",
  "AQ.Ab8RN6Kx_lm-3dFgHjKl9PoIuY is wrong": "[redacted] is wrong",
  "ABSKQmVkcm9ja0FQSUtleS1hYmNkZWZnaGlq is wrong": "[redacted] is wrong",
  "bedrock-api-key-YmVkcm9jay5/hbWF6b+25hd3M=&Version=1": "bedrock-api-key-[redacted]",
  "dapi0123456789abcdef0123456789abcdef": "[redacted]",
  [`jwt ${JWT} expired`]: "jwt [redacted] expired",
  // Long and random
  "wJalrXUtnFEMIbK7MDENGcbPxRfiCYEXAMPLEKEY": "[redacted]",
  "da39a3ee5e6b4b0d3255bfef95601890afd80709 it was": "[redacted] it was",
};

/** What must stay as it is. */
const SURVIVORS: readonly string[] = [
  "",
  "Rate limit reached for gpt-5 in organization org-abc on tokens per min (TPM): Limit 30000, Used 29000. " +
  "Please try again in 2s",
  "req_011CSHoEeqs5C35K2UUqR7Fy",
  "Request ID: 550e8400-e29b-41d4-a716-446655440000",
  "Previous response with id 'resp_68b65c4ed0488190a0bd21a6fff1991108cd5796c3342f15' not found.",
  "This model's maximum context length is 128000 tokens; max_tokens: 4096, prompt_tokens=130000",
  "messages.0.content: text content blocks must be non-empty",
  "Your request exceeded model token limit: 131072 (requested: 150000)",
  "The model accounts/fireworks/models/llama-v3p1-405b-instruct does not exist",
  "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-5-sonnet-20240620-v1:0",
  "meta-llama/Meta-Llama-3.1-405B-Instruct-Turbo, Qwen/Qwen3-235B-A22B-Instruct-2507-tput, pplx-70b-online",
  "at /home/user/projects/my-app2/node_modules/openai/core/Client.js:12:3",
  "C:\\Users\\me\\app\\node_modules\\openai\\index.mjs",
  "invalid x-api-key",
  "Bearer token is missing",
  'WWW-Authenticate: Bearer realm="api", error="invalid"',
  "Basic authentication required",
  "Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON",
  "JSON parsing failed: Text: <!DOCTYPE html>. Error message: SyntaxError",
  "JSON parsing failed: Text: <html>. Error message: SyntaxError",
  "Invalid JSON: expected value at line 1 column 2",
  "Unknown token 'abc', please use another one",
  "Unexpected token < in JSON at position 0",
  "Text content blocks must be non-empty. Value 5 is too big, and so is chunk 7",
  "Invalid bedrock-api-key",
  "fw_hub_download failed",
  "The key of the 1st message is wrong, token 128000 too",
  "No API key found in environment variables, key authenticationMissing",
  "task-force, disk-usage, risk-averse",
  "hf_hub_download failed",
  "connect ECONNREFUSED http://[::1]:11434/api/chat",
  "See https://host.dev/@scope/package, https://host.dev#a@b or <https://host.dev><me@host.dev>",
  'See "https://host.dev","me@host.dev" or https://host.dev and write to me@host.dev',
  "MAX_CONCURRENT_REQUESTS_PER_MODEL_429 is not defined",
  "What?! Why? Is it (really?) so? a ?? b",
  "AbortSignalTimeoutControllerImplementation",
  "getUserByIdFromDbOrCacheIfNotInMemAndLogItOut",
  "Grüße, 你好 👋🏽".normalize(),
  "[redacted]",
];

Deno.test("sanitizeMessage() masks credentials and nothing beside them", () => {
  for (const [text, expected] of Object.entries(MASKED)) assertEquals(sanitizeMessage(text), expected, text);
});

Deno.test("sanitizeMessage() keeps the beginning of a long text without spaces", () => {
  assertEquals(sanitizeMessage(`{"error":"${"語".repeat(2000)}`), `{"error":"${"語".repeat(245)}…`);
  assertEquals(sanitizeMessage(`${'{"a":1},'.repeat(200)}`), `${'{"a":1},'.repeat(32).slice(0, 255)}…`);
});

Deno.test("sanitizeMessage() leaves ordinary messages alone", () => {
  for (const text of SURVIVORS) assertEquals(sanitizeMessage(text), text);
});

Deno.test("sanitizeMessage() makes one line", () => {
  assertEquals(sanitizeMessage("  a\r\n\tb\u0000\u001b[31mc\u2028d\u200be\ud800f\n"), "a b [31mc d e f");
});

Deno.test("sanitizeMessage() cuts at 256 characters", () => {
  const line = "word ".repeat(60);
  assertEquals(sanitizeMessage(line.slice(0, 256)), line.slice(0, 256).trim());
  assertEquals(sanitizeMessage("x".repeat(256)), "x".repeat(256));
  assertEquals(sanitizeMessage("x".repeat(257)), "x".repeat(255) + "…");
  assertEquals(sanitizeMessage("x".repeat(254) + "😀y"), "x".repeat(254) + "…");
});

Deno.test("sanitizeMessage() drops the half of a word that stands where reading ends", () => {
  const hidden = `password=${"x".repeat(1000)} `;
  assertEquals(sanitizeMessage(`${hidden}a https://user:pass@host`), "password=[redacted] a…");
  assertEquals(sanitizeMessage(`${hidden}a pass😀word😀${"y".repeat(99)}`), "password=[redacted] a…");
  assertEquals(sanitizeMessage("x".repeat(2000)), "…");
});

const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const some = (alphabet: string, minLength: number, maxLength = minLength + 40) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength });
const alphanumeric = some(ALPHANUMERIC, 20);
const base64Url = some(ALPHANUMERIC + "-_", 20);
const withDigit = base64Url.map((it) => it.slice(0, 9) + "7" + it.slice(9));
const base64 = some(ALPHANUMERIC + "+/", 20).map((it) => it.slice(0, it.length & ~3)).map((it) => `${it}==`);
/** In base64 neither `+` nor `/` comes of it. */
const printableAscii = some(ALPHANUMERIC + "-:=+/", 20);
const printable = some(Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join("") + "éß語😀 ", 8);
const unquoted = some(ALPHANUMERIC + "!#$%&()*+,-./:;<=>?@[]^_`{|}~éß語", 8).map((it) => `a${it}`);
/** Every third character at the latest is of another class, as in random text, but for certain. */
const random = fc.array(fc.constantFrom("aB3", "Zq7", "k9X", "4fG", "Hx2", "v8Q"), { minLength: 14, maxLength: 30 })
  .map((parts) => parts.join(""));

const NAMES = ["password", "api_key", "apikey", "x-api-key", "API key", "access_token", "client_secret", "secret"];
const name = fc.constantFrom(...NAMES);

/** A credential as it may stand in a message, and its secret part. */
interface Sample {
  readonly text: string;
  readonly secret: string;
}

function sample<T>(secret: fc.Arbitrary<T>, text: (secret: T) => string): fc.Arbitrary<Sample> {
  return secret.map((it) => ({ text: text(it), secret: String(it) }));
}

function named(secret: fc.Arbitrary<string>, text: (name: string, secret: string) => Sample): fc.Arbitrary<Sample> {
  return fc.tuple(name, secret).map(([name, secret]) => text(name, secret));
}

const KINDS: Readonly<Record<string, fc.Arbitrary<Sample>>> = {
  bearer: sample(fc.oneof(base64Url, base64), (it) => `Bearer ${it}`),
  "authorization header": sample(fc.oneof(base64Url, base64), (it) => `Authorization: Bearer ${it}`),
  basic: sample(base64, (it) => `authorization: Basic ${it}`),
  ...Object.fromEntries(
    [
      ...[
        "sk-",
        "sk-proj-",
        "sk-ant-api03-",
        "sk-or-v1-",
        "AIza",
        "xoxb-",
        "ya29.",
        "csk-",
        "nvapi-",
        "tgp_v1_",
        "AQ.",
      ],
    ].map((it) => [
      it,
      sample(base64Url, (secret) => it + secret),
    ]),
  ),
  ...Object.fromEntries(
    ["ghp_", "gho_", "github_pat_", "hf_", "gsk_", "xai-", "pplx-", "fw_"].map((it) => [
      it,
      sample(alphanumeric, (secret) => it + secret),
    ]),
  ),
  "Bedrock API key": sample(printableAscii.map(btoa), (it) => `ABSK${it}`),
  "Databricks token": sample(some("0123456789abcdef", 32, 32), (it) => `dapi${it}`),
  "value in a sentence": sample(withDigit, (it) => `API key ${it}`),
  "AWS access key id": sample(some("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16, 16), (it) => `AKIA${it}`),
  JWT: fc.tuple(base64Url, base64Url, base64Url).map(([a, b, c]) => ({
    text: `eyJ${a}.eyJ${b}.${c}`,
    secret: a + b + c,
  })),
  "named value": named(unquoted, (name, secret) => ({ text: `${name}: ${secret}`, secret })),
  "assigned value": named(unquoted, (name, secret) => ({ text: `${name}=${secret}`, secret })),
  "weakly named value": sample(withDigit, (it) => `token: ${it}`),
  JSON: named(printable, (name, secret) => ({ text: JSON.stringify({ [name]: secret, n: 1 }), secret })),
  "JSON within JSON": named(printable, (name, secret) => {
    return { text: JSON.stringify({ body: JSON.stringify({ [name]: secret, n: 1 }) }), secret };
  }),
  cookie: fc.array(alphanumeric, { minLength: 1, maxLength: 4 }).map((secrets) => {
    return { text: `Cookie: ${secrets.map((it, i) => `n${i}=${it}`).join("; ")}`, secret: secrets.join("") };
  }),
  "user info": sample(some(ALPHANUMERIC + "!$&()*+,;=:@._~-", 8), (it) => `https://user:${it}@host.dev/v1`),
  "query string": sample(unquoted.map((it) => it.replaceAll(/[<>]/g, "")), (it) => `https://host.dev/v1?q=${it}${it}`),
  hexadecimal: sample(some("0123456789abcdef", 40, 80), (it) => it),
  "random text": sample(random, (it) => it),
};

/** Text without eight characters in a row that a secret could also have. */
const words = fc.array(fc.constantFrom("rate", "limit", "for", "gpt-5", "org", "in", "2s", "“", "é", "(", "429:"), {
  maxLength: 300,
}).map((it) => it.join(" "));
/** Long enough to bring what follows near the end of what is read, and short once it is masked. */
const hidden = fc.integer({ min: 700, max: 1024 }).map((it) => `password=${"x".repeat(it)} `);
const before = fc.oneof(words, fc.tuple(hidden, words).map((it) => it.join("")));
const separator = fc.constantFrom(" ", "\n", '"', "'", "(", ",", ": ", "\t", "<", "`");

function leak(sanitized: string, secret: string): string | undefined {
  for (let i = 0; i + 8 <= secret.length; i++) {
    const part = secret.slice(i, i + 8);
    if (sanitized.includes(part)) return part;
  }
}

for (const [kind, credential] of Object.entries(KINDS)) {
  Deno.test(`sanitizeMessage() lets no part of a secret through: ${kind}`, () => {
    const property = fc.property(
      before,
      separator,
      credential,
      separator,
      words,
      (before, s1, { text, secret }, s2, after) => {
        assertEquals(leak(sanitizeMessage(before + s1 + text + s2 + after), secret), undefined);
      },
    );
    fc.assert(property, { numRuns: 200 });
  });
}

const fragment = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(...Object.keys(MASKED), ...SURVIVORS),
  fc.constantFrom(
    ...NAMES,
    "key",
    "token",
    "bearer ",
    "?",
    "://",
    "@",
    "=",
    ": ",
    '"',
    "\\",
    "'",
    "; ",
    "…",
    "[redacted]",
  ),
  fc.constantFrom("x".repeat(100), "word ".repeat(20), "😀".repeat(30)),
);
const anything = fc.array(fragment, { maxLength: 30 }).map((it) => it.join(""));

Deno.test("sanitizeMessage() makes one well-formed line of at most 256 characters of anything", () => {
  const property = fc.property(anything, (text) => {
    const sanitized = sanitizeMessage(text);
    assert(sanitized.length <= 256);
    assertEquals(/\p{C}|[^\S ]| {2}|^ | $/u.exec(sanitized), null);
  });
  fc.assert(property, { numRuns: 1000 });
});

function fastest(text: string): number {
  let best = Infinity;
  for (let round = 0; round < 7; round++) {
    const start = performance.now();
    for (let i = 0; i < 50; i++) sanitizeMessage(text);
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

Deno.test("sanitizeMessage() takes no longer for hostile text, nor for 10 MB of it", () => {
  const ordinary = fastest("Rate limit reached for gpt-5. ".repeat(40).slice(0, 1024));
  // Near misses of every rule. Were a rule quadratic, 1,024 characters would cost hundreds of times as much.
  const nearMisses = [
    ...[
      "a",
      "A1a",
      "key",
      "key:",
      'token"',
      "api ",
      "secret\\",
      'password="',
      'password=\\"',
      "cookie: a; ",
      "passw",
      "key-",
      "key-----------------",
      "pwd--a",
      "key ",
      'cookie="a',
    ],
    ...["-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "://", "://a", "://a@", "?", "?a", "bearer ", "bearer a", "sk-"],
    ...["eyJ", "eyJ.", "\\", '"', "'", ";", "; ", "[", "0123456789abcdef", "aB3/", "\u0000", "…", "\\…", '="', "_-"],
  ];
  for (const part of nearMisses) {
    const ratio = fastest(part.repeat(1024).slice(0, 1024)) / ordinary;
    assert(ratio < 60, `${JSON.stringify(part)} takes ${ratio} times as long`);
  }
  const ratio = fastest('password="x '.repeat(1_000_000)) / ordinary;
  assert(ratio < 60, `12 MB take ${ratio} times as long`);
});

Deno.test("messageOf() reads the message of whatever was thrown", () => {
  assertEquals(messageOf(new Error("a")), "a");
  assertEquals(messageOf(new DOMException("a", "AbortError")), "a");
  assertEquals(messageOf("a"), "a");
  assertEquals(messageOf({ message: "a" }), "a");
  assertEquals(messageOf({ error: { message: "a" } }), "a");
  assertEquals(messageOf({ error: "a" }), "a");
  assertEquals(messageOf({ message: "", error: { message: "a" } }), "a");
  assertEquals(messageOf(Object.create({ message: "a" })), "a");
  assertEquals(messageOf(Object.assign(() => {}, { message: "a" })), "a");
});

Deno.test("messageOf() knows nothing else", () => {
  const thrower = () => {
    throw new Error("no");
  };
  const trap = new Proxy({}, { get: thrower, has: thrower, getPrototypeOf: thrower });
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const cycle: Record<string, unknown> = {};
  cycle.error = cycle;
  const nothing = [
    undefined,
    null,
    0,
    1n,
    true,
    Symbol("a"),
    "",
    {},
    [],
    ["a"],
    new Error(),
    trap,
    revoked.proxy,
    cycle,
  ];
  const odd = [{ message: 1 }, { message: { toString: () => "a" } }, { error: null }, { error: { message: [] } }];
  const throwing: unknown[] = [Object.defineProperty({}, "message", { get: thrower }), { toString: thrower, a: "a" }];
  for (const thrown of [...nothing, ...odd, ...throwing]) assertEquals(messageOf(thrown), undefined);
});

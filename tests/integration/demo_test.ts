import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { AttemptRecord } from "../../mod.ts";
import { main } from "../../scripts/demo/main.ts";
import type { Summary } from "../../scripts/demo/summary.ts";
import type { Surroundings } from "../../scripts/demo/surroundings.ts";
import { type LoggedRequest, withFaultServer } from "../support/fault_server.ts";
import { startOtlpCollector } from "../support/otlp_collector.ts";

// Real HTTP takes real time: a tenth of what the demo takes by itself.
const PACE = 0.1;

interface DemoRun {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
  readonly records: readonly AttemptRecord[];
  readonly summary: Summary | undefined;
}

async function runDemo(
  argv: readonly string[] = [],
  { env = {}, ...surroundings }: Partial<Omit<Surroundings, "env">> & { env?: Record<string, string> } = {},
): Promise<DemoRun> {
  const [output, errors, records]: [string[], string[], AttemptRecord[]] = [[], [], []];
  let summary: Summary | undefined;
  const code = await main(argv, {
    print: (text) => output.push(text),
    printError: (text) => errors.push(text),
    width: 80,
    color: false,
    env: (name) => env[name],
    pace: PACE,
    onAttempt: (record) => records.push(record),
    onSummary: (it) => summary = it,
    ...surroundings,
  });
  return { code, output: output.join("\n"), errors: errors.join("\n"), records, summary };
}

function sum(values: readonly (number | undefined)[]): number {
  return values.reduce<number>((total, value = 0) => total + value, 0);
}

function rolesIn(request: LoggedRequest | undefined): string[] {
  return (request?.body as { messages: { role: string }[] }).messages.map(({ role }) => role);
}

Deno.test("main() shows a 429 with Retry-After, a 529 and a reset, with the waits as gaps", async () => {
  const { code, output, errors } = await runDemo();
  assertEquals([code, errors], [0, ""]);
  assertMatch(output, /^ {2}0 █+·+ +\S+s {2}429 rate_limited {2}wait \S+s \(retry-after\)$/m);
  assertMatch(output, /^ {2}0 █+·+ +\S+s {2}529 overloaded {2}wait \S+s \(backoff\)$/m);
  assertMatch(output, /^ {2}0 █+·+ +\S+s {2}network {2}wait \S+s \(backoff\)/m);
  assertMatch(output, /^ {2}1 {2,}█+ +\S+s {2}200 ok {2}tool_use$/m);
  assertMatch(output, /^Agent: Take the time out/m);
});

Deno.test("main() waits at least as long as the server asked", async () => {
  const { records } = await runDemo();
  const limited = records.find((record) => record["http.response.status_code"] === 429);
  assertEquals(limited?.["llm.retry.delay_source"], "retry-after");
  assert(limited!["llm.retry.delay_ms"]! >= 1000 * PACE);
});

Deno.test("main() keeps every line within the width and says the same at each", async () => {
  const runs = await Promise.all([40, 60, 80, 120].map(async (width) => ({ width, ...await runDemo([], { width }) })));
  for (const { width, output } of runs) {
    for (const line of output.split("\n")) assert(line.length <= width, `${line.length} > ${width}: ${line}`);
    const said = output.replace(/\s+/g, " ");
    for (
      const part of [
        "429 rate_limited",
        "529 overloaded",
        "200 ok tool_use",
        "in 176 out 48 cached 1830 cache write 310",
      ]
    ) {
      assertStringIncludes(said, part);
    }
  }
});

Deno.test("main() uses escape codes only when told to", async () => {
  const [plain, colored] = await Promise.all([runDemo(), runDemo([], { color: true })]);
  assertEquals(plain.output.includes("\x1b"), false);
  assertStringIncludes(colored.output, "\x1b[31m429 rate_limited\x1b[0m");
});

Deno.test("main() closes with tables that add up to the attempts' records", async () => {
  const { output, records, summary } = await runDemo();
  const { time, tokens, retries } = summary!;
  assertEquals(records.length, 8);
  assertEquals(time.provider, sum(records.map((record) => record["llm.duration_ms"])));
  assertEquals(time.backoff, sum(records.map((record) => record["llm.retry.delay_ms"])));
  assertEquals(time.provider + time.backoff + time.tools + time.between, time.total);
  for (const model of ["gpt-5-mini", "claude-sonnet-4-5"]) {
    const own = records.filter((record) => record["llm.model"] === model);
    assertEquals(tokens.get(model)?.["llm.input_tokens"], sum(own.map((record) => record["llm.input_tokens"])));
    assertEquals(tokens.get(model)?.["llm.output_tokens"], sum(own.map((record) => record["llm.output_tokens"])));
  }
  assertEquals([...retries].map(([reason, { count }]) => [reason, count]), [
    ["rate_limited", 1],
    ["overloaded", 1],
    ["network", 1],
  ]);
  assertMatch(output, /^ {2}in tools +\S+s +\d+%/m);
  assertMatch(output, /^ {2}gpt-5-mini +1702 +224 +1024 +- +160$/m);
  assertMatch(output, /^ {2}claude-sonnet-4-5 +485 +267 +3970 +2140 +-$/m);
  assertMatch(output, /^ {2}rate_limited +1 +\S+s +retry-after$/m);
});

Deno.test("main() with --json prints the spans and nothing else", async () => {
  const { code, output } = await runDemo(["--json"]);
  const spans = JSON.parse(output) as {
    id: number;
    parent: number | null;
    name: string;
    startMs: number;
    endMs: number;
    status: { code: string; type?: string };
    attributes: Record<string, unknown>;
  }[];
  assertEquals(code, 0);
  assertEquals(spans.filter(({ parent }) => parent === null).map(({ name }) => name), [
    "chat gpt-5-mini",
    "chat claude-sonnet-4-5",
    "chat claude-sonnet-4-5",
    "chat claude-sonnet-4-5",
    "chat gpt-5-mini",
  ]);
  const attempts = spans.filter(({ name }) => name === "llm.call");
  assertEquals(attempts.map(({ status }) => status.type), [
    "rate_limited",
    undefined,
    "overloaded",
    undefined,
    "network",
    undefined,
    undefined,
    undefined,
  ]);
  for (const { parent, startMs, endMs } of attempts) {
    const operation = spans[parent!]!;
    assert(operation.startMs <= startMs && startMs <= endMs && endMs <= operation.endMs);
  }
});

Deno.test("main() with --otlp sends the same spans to a collector, as one trace", async () => {
  const collector = await startOtlpCollector();
  try {
    const { code, output, errors } = await runDemo(["--otlp", collector.url]);
    assertEquals([code, errors], [0, ""]);
    assertStringIncludes(output, "429 rate_limited");
    assertStringIncludes(output, `Sent 17 spans to ${collector.url}`);
  } finally {
    await collector.close();
  }
  const { spans } = collector;
  const count = (name: string) => spans.filter((span) => span.name === name).length;
  assertEquals(spans.length, 17);
  assertEquals([count("llm.call"), count("chat claude-sonnet-4-5"), count("chat gpt-5-mini")], [8, 3, 2]);
  assertEquals([count("invoke_agent slow-build"), count("execute_tool compare_timings")], [1, 1]);
  assertEquals(new Set(spans.map(({ traceId }) => traceId)).size, 1);

  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const parents = (name: string) =>
    new Set(spans.filter((span) => span.name === name).map(({ parentId }) => byId.get(parentId)?.name));
  assertEquals(parents("llm.call"), new Set(["chat gpt-5-mini", "chat claude-sonnet-4-5"]));
  assertEquals(parents("chat gpt-5-mini"), new Set(["invoke_agent slow-build"]));
});

Deno.test("main() with --otlp and --json keeps the JSON clean and says when a collector refuses", async () => {
  const collector = await startOtlpCollector(400);
  try {
    const { code, output, errors } = await runDemo(["--otlp", collector.url, "--json"]);
    assertEquals(code, 1);
    assertEquals((JSON.parse(output) as unknown[]).length, 13);
    assertStringIncludes(errors, `Cannot send the spans to ${collector.url}: `);
  } finally {
    await collector.close();
  }
});

Deno.test("main() with --provider asks the service at --base-url, with the key from the environment", async () => {
  await withFaultServer(
    [{ kind: "status", status: 503 }],
    async (server) => {
      const openai = ["--provider", "openai", "--model", "m-1", "--base-url", `${server.url}/v1/`];
      server.push({ kind: "ok" }, { kind: "ok", toolCalls: [{ name: "inspect_cache" }, { name: "no_such_tool" }] });
      const first = await runDemo(openai, { env: { OPENAI_API_KEY: "sk-secret" } });
      assertEquals([first.code, first.errors], [0, ""]);
      assertStringIncludes(first.output, "503 overloaded");
      assertStringIncludes(first.output, "tool inspect_cache");
      assertEquals(rolesIn(server.log[3]), ["user", "assistant", "tool", "tool"]);

      const anthropic = ["--provider", "anthropic", "--model", "m-2", "--base-url", server.url];
      server.push({ kind: "ok" }, { kind: "ok", toolCalls: [{ name: "inspect_cache" }] });
      const second = await runDemo(anthropic, { env: { ANTHROPIC_API_KEY: "sk-secret" } });
      assertEquals([second.code, second.errors], [0, ""]);
      assertStringIncludes(second.output, "tool inspect_cache");
      assertEquals(rolesIn(server.log[7]), ["user", "assistant", "user"]);

      assertEquals(new Set(server.log.map(({ path }) => path)), new Set(["/v1/chat/completions", "/v1/messages"]));
      assertEquals(server.log[0]?.headers["authorization"], "Bearer ***");
      assertEquals(server.log.at(-1)?.headers["x-api-key"], "***");
      assertEquals((first.output + second.output).includes("sk-secret"), false);
    },
  );
});

Deno.test("main() with --provider ollama needs no key", async () => {
  const calls = [{ function: { name: "inspect_cache", arguments: {} } }];
  const messages = [{ content: "Look." }, { content: "", tool_calls: calls }, { content: "It is the cache." }];
  const seen: { stream: boolean; messages: { role: string }[] }[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push(JSON.parse(body));
    const message = messages.shift() ?? { content: "Done." };
    response.writeHead(request.url === "/api/chat" ? 200 : 404, { connection: "close" });
    response.end(JSON.stringify({ model: "m", message, done_reason: "stop", prompt_eval_count: 7, eval_count: 3 }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code, output } = await runDemo(["--provider", "ollama", "--model", "m", "--base-url", url]);
    assertEquals(code, 0);
    assertMatch(output, /^ {2}m +28 +12 +- +- +-$/m);
    assertEquals(seen.map(({ stream }) => stream), [false, false, false, false]);
    assertEquals(seen[2]?.messages.map(({ role }) => role), ["user", "assistant", "tool"]);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

Deno.test("main() ends with code 1 and what the service said when a call fails in the end", async () => {
  await withFaultServer([{ kind: "status", status: 401 }], async (server) => {
    const { code, output, errors } = await runDemo(
      ["--provider", "openai", "--model", "m", "--base-url", server.url],
      { env: { OPENAI_API_KEY: "sk-secret" } },
    );
    assertEquals(code, 1);
    assertMatch(errors, /^The agent gave up: HTTP 401: Incorrect API key provided/);
    assertStringIncludes(output, "401 auth  no retry: not_retryable");
    assertMatch(output, /^Retries/m);
  });
});

Deno.test("main() ends with code 2 before anything happens when the command line makes no sense", async () => {
  const cases: [argv: string[], message: string][] = [
    [["--provider", "openai", "--model", "m"], "--provider openai needs a key in OPENAI_API_KEY"],
    [["--provider", "anthropic", "--model", "m"], "--provider anthropic needs a key in ANTHROPIC_API_KEY"],
    [["--provider", "openai"], "--provider needs --model"],
    [["--provider", "nobody", "--model", "m"], "--provider must be one of openai, anthropic, ollama: got 'nobody'"],
    [["--model", "m"], "--model needs --provider"],
    [["--otlp", "localhost:4318"], "--otlp must be an http(s) URL: got 'localhost:4318'"],
    [["--nonsense"], "Unknown option '--nonsense'"],
    [["nonsense"], "Unexpected argument 'nonsense'"],
  ];
  for (const [argv, message] of cases) {
    const { code, output, errors } = await runDemo(argv);
    assertEquals([code, output, errors.split("\n")[0]], [2, "", message]);
    assertStringIncludes(errors, "--help");
  }
});

Deno.test("main() with --help names every option, within 60 columns", async () => {
  const { code, output } = await runDemo(["--help"]);
  assertEquals(code, 0);
  for (const option of ["--provider", "--model", "--base-url", "--otlp", "--json", "--help"]) {
    assertStringIncludes(output, option);
  }
  for (const line of output.split("\n")) assert(line.length <= 60, line);
});

import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Clock, systemClock } from "../../mod.ts";
import { llmFetch, type LlmFetchOptions } from "../../src/fetch.ts";
import { recordingTracer } from "../../src/testing.ts";
import { type Fault, type FaultServer, withFaultServer } from "../support/fault_server.ts";
import { SDKS } from "../support/sdks_under_test.ts";

const LIMITED: Fault = { kind: "status", status: 429, headers: { "retry-after-ms": "1" } };
const CLOCK: Clock = {
  ...systemClock,
  setTimeout: (callback) => systemClock.setTimeout(callback, 0),
};

/** Asks through `llmFetch`, the SDK's own retries on, until it succeeds or fails. */
async function ask(name: string, server: FaultServer, kind: "json" | "stream", options: LlmFetchOptions) {
  const tracer = recordingTracer();
  const warnings: string[] = [];
  const sdk = SDKS.find((sdk) => sdk.name === name)!;
  const fetch = llmFetch({
    tracer,
    clock: CLOCK,
    random: () => 0,
    onWarning: (warning) => void warnings.push(warning),
    provider: sdk.provider,
    ...options,
  });
  const client = sdk.client(server.url, { retries: true, fetch: fetch as typeof globalThis.fetch });
  let hasFailed = false;
  try {
    if (kind === "json") await sdk.json(client);
    else for await (const _ of await sdk.stream(client));
  } catch {
    hasFailed = true;
  }
  const attempts = tracer.named("llm.call");
  const operations = tracer.spans.filter((span) => span.name !== "llm.call");
  return { hasFailed, warnings, attempts, operations, numbers: attempts.map((it) => it.attributes["llm.attempt"]) };
}

// These say in a header which try of theirs it is. Both try three times.
for (const name of ["openai.chat", "openai.responses", "anthropic.messages"]) {
  for (const kind of ["json", "stream"] as const) {
    Deno.test(`llmFetch() retries once where ${name} does too: attempts of one operation (${kind})`, () =>
      withFaultServer(Array(20).fill(LIMITED), async (server) => {
        const { hasFailed, warnings, attempts, operations, numbers } = await ask(name, server, kind, {
          retry: "auto",
          // As many as a budget would let through.
          gates: [{ name: "two", after: ({ attempt }) => attempt < 1 ? undefined : { refuse: "two at most" } }],
        });
        assert(hasFailed);
        // Our own retry once, and then the SDK's two.
        assertEquals(numbers, [0, 1, 2, 3]);
        assertEquals(server.log.length, 4);
        assertEquals(server.log.map((it) => it.headers["x-stainless-retry-count"]), ["0", "0", "1", "2"]);
        assertEquals(operations.length, 1);
        assert(attempts.every(({ parent }) => parent === operations[0]));
        assertEquals(warnings.length, 1);
        assertMatch(warnings[0]!, /maxRetries: 0/);
      }));

    Deno.test(`llmFetch() lets ${name} be the one that succeeds at last (${kind})`, () =>
      withFaultServer([LIMITED, LIMITED, { kind: "ok" }], async (server) => {
        const gates = [{ name: "none", after: () => ({ refuse: "none at all" }) }];
        const { hasFailed, attempts, operations, numbers } = await ask(name, server, kind, { gates });
        assert(!hasFailed);
        assertEquals(numbers, [0, 1, 2]);
        assertEquals(server.log.length, 3);
        assertEquals(operations.length, 1);
        assertEquals(attempts.map(({ attributes }) => attributes["llm.outcome"]), ["error", "error", "ok"]);
      }));
  }
}

Deno.test("llmFetch() warns of retries that the SDK does not tell, and keeps their spans apart", () => {
  const failed: Fault = { kind: "status", status: 500 };
  return withFaultServer([failed, failed, failed, { kind: "ok" }], async (server) => {
    const { hasFailed, warnings, operations, numbers } = await ask("mistral", server, "json", {
      gates: [{ name: "two", after: ({ attempt }) => attempt < 1 ? undefined : { refuse: "two at most" } }],
    });
    assert(!hasFailed);
    assertEquals(numbers, [0, 1, 0, 1]);
    assertEquals(server.log.length, 4);
    assertEquals(operations.length, 2);
    assertEquals(warnings.length, 1);
    assertMatch(warnings[0]!, /as if the SDK retried by itself/);
  });
});

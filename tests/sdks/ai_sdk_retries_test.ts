import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Clock, systemClock } from "../../mod.ts";
import { retryMiddleware } from "../../src/ai_sdk.ts";
import { recordingTracer } from "../../src/testing.ts";
import { AI_SDKS } from "../support/ai_sdk_under_test.ts";
import { type Fault, withFaultServer } from "../support/fault_server.ts";

const LIMITED: Fault = { kind: "status", status: 429, headers: { "retry-after-ms": "1" } };
const CLOCK: Clock = { ...systemClock, setTimeout: (callback) => systemClock.setTimeout(callback, 0) };

for (const sdk of AI_SDKS) {
  for (const kind of ["json", "stream"] as const) {
    Deno.test(`retryMiddleware() retries once where ${sdk.package} ${sdk.version} does too (${sdk.name}, ${kind})`, () =>
      withFaultServer([LIMITED, LIMITED, LIMITED, { kind: "ok" }], async (server) => {
        const tracer = recordingTracer();
        const warnings: string[] = [];
        const middleware = retryMiddleware({
          tracer,
          clock: CLOCK,
          onWarning: (warning) => void warnings.push(warning),
          // One retry of our own, as a budget may have it.
          gates: [{ name: "two", after: ({ attempt }) => attempt < 1 ? undefined : { refuse: "two at most" } }],
        });
        const client = sdk.client(server.url, { retries: true, middleware });
        if (kind === "json") await sdk.json(client);
        else for await (const _ of await sdk.stream(client));
        const attempts = tracer.named("llm.call");
        const operations = tracer.spans.filter(({ name }) => name !== "llm.call");
        assertEquals(server.log.length, 4);
        assertEquals(warnings.length, 1);
        const numbers = attempts.map(({ attributes }) => attributes["llm.attempt"]);
        if (kind === "stream" && sdk.version.startsWith("7.")) {
          // It makes another prompt each time, so it can only be suspected.
          assertEquals(numbers, [0, 1, 0, 1]);
          assertEquals(operations.length, 2);
          assertMatch(warnings[0]!, /as if the SDK retried/);
        } else {
          assertEquals(numbers, [0, 1, 2, 3]);
          assertEquals(operations.length, 1);
          assert(attempts.every(({ parent }) => parent === operations[0]));
          assertMatch(warnings[0]!, /^The SDK retries/);
        }
        assertMatch(warnings[0]!, /maxRetries: 0 in generateText/);
      }));
  }
}

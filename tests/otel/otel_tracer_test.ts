import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import * as ownApi from "@opentelemetry/api";
import { noopTracer, streamWithRetry } from "../../mod.ts";
import { otelTracer } from "../../src/otel.ts";
import { VERSION } from "../../src/version.ts";
import {
  line2,
  line3,
  type OtelLine,
  recordingProvider,
  registered,
  registeredVersion,
} from "../support/otel_lines.ts";
import { contractCases } from "../support/tracer_contract.ts";

const lines = [line2, line3];

for (const line of lines) {
  const { name: lineName, api, apiVersion } = line;
  const test = (name: string, fn: () => void | Promise<void>) => Deno.test(`otelTracer() ${name} (${lineName})`, fn);

  for (const { name, run } of contractCases) {
    test(name, () => {
      const { provider, finished } = recordingProvider(line);
      const tracer = otelTracer({ api, tracer: provider.getTracer("contract") });
      return registered(line, undefined, () => run({ tracer, finished, activates: "across await" }));
    });
  }

  test("runs on a line whose SDK and API belong together", async () => {
    assertStrictEquals(line.createContextManager().active(), api.ROOT_CONTEXT);
    const dropped = line.createProvider({ sampler: { shouldSample: () => ({ decision: 0 }) } })
      .getTracer("any").startSpan("dropped");
    assertStrictEquals(dropped.constructor, api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT).constructor);
    await registered(line, undefined, () => assertStrictEquals(registeredVersion(), apiVersion));
  });

  test("without options uses the registered provider, under tryspan's name and version", async () => {
    // Registered through tryspan's own copy of the API, whichever version that is here.
    const ownLine: OtelLine = { ...line, api: ownApi as unknown as OtelLine["api"] };
    const { provider, ended } = recordingProvider(line);
    await registered(ownLine, provider, () => otelTracer().startSpan("llm.call", {}).end());
    assertEquals(ended.map(({ name }) => name), ["llm.call"]);
    assertEquals(ended[0]?.instrumentationScope.name, "tryspan");
    assertEquals(ended[0]?.instrumentationScope.version, VERSION);
  });

  test("with the user's copy of the API uses what is registered there", async () => {
    const { provider, ended } = recordingProvider(line);
    await registered(line, provider, () => {
      api.trace.getTracer("app").startActiveSpan("app", (app) => {
        otelTracer({ api }).startSpan("llm.call", {}).end();
        app.end();
      });
    });
    const [call, app] = ended;
    assertEquals([call?.name, call?.instrumentationScope.name], ["llm.call", "tryspan"]);
    assertEquals(call?.parentSpanContext?.spanId, app?.spanContext().spanId);
  });

  test("finds a provider that is registered later", async () => {
    const { provider, ended } = recordingProvider(line);
    const tracer = otelTracer({ api });
    tracer.startSpan("too early", {}).end();
    await registered(line, provider, () => tracer.startSpan("llm.call", {}).end());
    assertEquals(ended.map(({ name }) => name), ["llm.call"]);
  });

  test("starts spans of kind CLIENT and records no exception", async () => {
    const { provider, ended } = recordingProvider(line);
    await registered(line, provider, () => {
      const tracer = otelTracer({ api });
      const root = tracer.startSpan("chat gpt-5", {});
      const call = tracer.startSpan("llm.call", { "llm.attempt": 0 }, root);
      call.fail("rate_limited", "slow down");
      call.end();
      root.end();
    });
    assertEquals(ended.map(({ kind }) => kind), [api.SpanKind.CLIENT, api.SpanKind.CLIENT]);
    assertEquals(ended.map(({ status }) => status.code), [api.SpanStatusCode.ERROR, api.SpanStatusCode.UNSET]);
    assertEquals(ended.map(({ events, links }) => [events, links]), [[[], []], [[], []]]);
  });

  test("makes the spans of an HTTP instrumentation children of the attempt, after an await too", async () => {
    const { provider, ended } = recordingProvider(line);
    await registered(line, provider, async () => {
      const http = api.trace.getTracer("http");
      const request = (name: string) => http.startSpan(name, { kind: api.SpanKind.CLIENT }).end();
      const attempt = otelTracer({ api }).startSpan("llm.call", {});
      await attempt.run(async () => {
        request("GET at once");
        await new Promise((resolve) => setTimeout(resolve, 0));
        request("GET after a timer");
      });
      request("GET outside");
      attempt.end();
    });
    const attempt = ended.find(({ name }) => name === "llm.call")?.spanContext();
    const parents = ended.map(({ name, parentSpanContext }) => [name, parentSpanContext?.spanId]);
    assertEquals(parents, [
      ["GET at once", attempt?.spanId],
      ["GET after a timer", attempt?.spanId],
      ["GET outside", undefined],
      ["llm.call", undefined],
    ]);
  });

  test("makes the spans of a provider's stream children of the attempt, from the first chunk to the last", async () => {
    const { provider, finished } = recordingProvider(line);
    await registered(line, provider, async () => {
      const app = api.trace.getTracer("app");
      const service = {
        name: "demo",
        async *stream() {
          for (const chunk of [1, 2, 3]) {
            app.startSpan(`before ${chunk}`).end();
            await new Promise((resolve) => setTimeout(resolve, 0));
            app.startSpan(`at ${chunk}`).end();
            yield chunk;
          }
        },
      };
      await app.startActiveSpan("agent", async (agent) => {
        for await (const chunk of streamWithRetry(service, { model: "m" }, { tracer: otelTracer({ api }) })) {
          app.startSpan(`consumer ${chunk}`).end();
        }
        agent.end();
      });
    });
    const parents = Object.fromEntries(finished().map(({ name, parent }) => [name, parent]));
    for (const chunk of [1, 2, 3]) {
      const found = [`before ${chunk}`, `at ${chunk}`, `consumer ${chunk}`].map((name) => parents[name]);
      assertEquals(found, ["llm.call", "llm.call", "agent"], `chunk ${chunk}`);
    }
  });

  test("keeps what else the active context carries, and the trace of the active span", async () => {
    const { provider, ended } = recordingProvider(line);
    const key = api.createContextKey("baggage of the test");
    await registered(line, provider, () => {
      const tracer = otelTracer({ api });
      api.context.with(api.context.active().setValue(key, "kept"), () => {
        const root = tracer.startSpan("root", {});
        tracer.startSpan("llm.call", {}, root).run(() => {
          assertStrictEquals(api.context.active().getValue(key), "kept");
        });
        root.end();
      });
      assertStrictEquals(api.context.active().getValue(key), undefined);
    });
    assertEquals(ended.length, 1);
  });

  test("keeps parents together without a context manager", () => {
    const { provider, finished } = recordingProvider(line);
    const tracer = otelTracer({ api, tracer: provider.getTracer("edge") });
    const root = tracer.startSpan("root", {});
    const child = tracer.startSpan("child", {}, root);
    assertStrictEquals(child.run(() => 7), 7);
    child.end();
    root.end();
    assertEquals(finished().map(({ name, parent }) => [name, parent]), [["child", "root"], ["root", undefined]]);
  });

  test("takes a span of another tracer for no parent", async () => {
    const { provider, finished } = recordingProvider(line);
    await registered(line, provider, () => {
      const tracer = otelTracer({ api });
      const elsewhere = noopTracer.startSpan("elsewhere", {});
      const active = tracer.startSpan("active", {});
      active.run(() => tracer.startSpan("llm.call", {}, elsewhere).end());
      active.end();
    });
    assertEquals(finished().map(({ name, parent }) => [name, parent]), [["llm.call", "active"], ["active", undefined]]);
  });
}

Deno.test("otelTracer() passes every call on once, with the attributes as they are", () => {
  const calls: unknown[][] = [];
  const tracer = otelTracer({
    tracer: {
      startSpan(...args) {
        calls.push(["startSpan", ...args]);
        return {
          setAttributes: (...args) => calls.push(["setAttributes", ...args]),
          setStatus: (...args) => calls.push(["setStatus", ...args]),
          end: (...args) => void calls.push(["end", ...args]),
        };
      },
    },
  });
  const [first, more] = [{ a: 1 }, { b: 2 }];
  const span = tracer.startSpan("llm.call", first);
  span.setAttributes(more);
  span.fail("network");
  span.end();
  assertEquals(calls, [
    ["startSpan", "llm.call", { kind: 2, attributes: first }, ownApi.ROOT_CONTEXT],
    ["setAttributes", more],
    ["setStatus", { code: 2, message: "network" }],
    ["end"],
  ]);
  assertStrictEquals((calls[0]?.[2] as { attributes: unknown }).attributes, first);
  assertStrictEquals(calls[1]?.[1], more);
});

Deno.test("otelTracer() sees no provider that an older API has registered, unless it is given that API", async () => {
  const endedWith = async (line: OtelLine, api: OtelLine["api"]) => {
    const { provider, ended } = recordingProvider(line);
    await registered(line, provider, () => otelTracer({ api }).startSpan("llm.call", {}).end());
    return ended.length;
  };
  assertEquals(await endedWith(line2, line3.api), 0);
  assertEquals(await endedWith(line2, line2.api), 1);
  assertEquals(await endedWith(line3, line2.api), 1);
});

Deno.test("otelTracer() costs nothing without a provider, and still runs the work", () => {
  const span = otelTracer().startSpan("llm.call", {});
  assertStrictEquals(span.run(() => 7), 7);
  span.setAttributes({ a: 1 });
  span.fail("network");
  span.end();
});

Deno.test("otelTracer() refuses what is no tracer and no API", () => {
  const cases = [
    [null, "'options' must be an object: current value is null"],
    [{ tracer: null }, "'tracer' must have a method startSpan: current value is null"],
    [{ tracer: "tryspan" }, "'tracer' must have a method startSpan: current value is of type string"],
    [{ tracer: line2.createProvider({}) }, "'tracer' must have a method startSpan: current value is of type object"],
    [{ api: null }, "'api' must be the module @opentelemetry/api: current value is null"],
    [{ api: {} }, "'api' must be the module @opentelemetry/api: current value is of type object"],
    [
      { api: { trace: line2.api.trace } },
      "'api' must be the module @opentelemetry/api: current value is of type object",
    ],
  ] as const;
  for (const [options, told] of cases) {
    const { message } = assertThrows(() => otelTracer(options as never), TypeError);
    assertEquals(message, `Cannot create a tracer: ${told}`);
  }
});

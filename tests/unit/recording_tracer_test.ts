import { assertEquals, assertStrictEquals } from "@std/assert";
import type { Attributes } from "../../mod.ts";
import { fakeClock, type RecordedSpan, recordingTracer } from "../../src/testing.ts";
import { contractCases, type FinishedSpan } from "../support/tracer_contract.ts";

for (const { name, run } of contractCases) {
  Deno.test(`recordingTracer() ${name}`, () => {
    const tracer = recordingTracer();
    const finished = () => tracer.spans.filter(({ endCount }) => endCount > 0).map(normalized);
    return run({ tracer, finished, activates: "synchronously" });
  });
}

function normalized({ name, parent, startAttributes, attributes, status }: RecordedSpan): FinishedSpan {
  return { name, parent: parent?.name, startAttributes, attributes, failure: status?.message ?? status?.type };
}

Deno.test("recordingTracer() keeps open spans too, in the order they were started", () => {
  const tracer = recordingTracer();
  const first = tracer.startSpan("first", {});
  const second = tracer.startSpan("second", {});
  second.end();
  assertEquals(tracer.spans.map(({ name, endCount }) => [name, endCount]), [["first", 0], ["second", 1]]);
  assertStrictEquals(tracer.spans[0], first);
  assertStrictEquals(tracer.spans[0]?.endTime, undefined);
});

Deno.test("recordingTracer() takes its times from the clock, the end from the first end()", async () => {
  const clock = fakeClock();
  const tracer = recordingTracer({ clock });
  await clock.advance(10);
  const span = tracer.startSpan("one", {});
  await clock.advance(20);
  span.end();
  await clock.advance(40);
  span.end();
  assertEquals([span.startTime, span.endTime, span.endCount], [10, 30, 2]);
});

Deno.test("recordingTracer() tells type and message of a failure apart", () => {
  const tracer = recordingTracer();
  tracer.startSpan("one", {}).fail("network");
  tracer.startSpan("two", {}).fail("network", "reset");
  assertEquals(tracer.spans.map(({ status }) => status), [
    { type: "network", message: undefined },
    { type: "network", message: "reset" },
  ]);
});

Deno.test("recordingTracer() records every misuse, and nothing else as one", () => {
  const tracer = recordingTracer();
  const span = tracer.startSpan("llm.call", { list: ["a"], none: [], zero: 0, empty: "" });
  span.run(() => tracer.startSpan("child", {}, span).end());
  span.fail("network");
  span.end();
  assertEquals(tracer.misuses, []);

  span.end();
  span.setAttributes({ a: 1 });
  span.fail("timeout");
  tracer.startSpan("stray", {}, recordingTracer().startSpan("elsewhere", {}));
  tracer.startSpan("odd", { u: undefined, n: null, nan: NaN, mixed: ["a", 1], nested: {} } as unknown as Attributes);
  assertEquals(tracer.misuses, [
    "llm.call: end() after end()",
    "llm.call: setAttributes() after end()",
    "llm.call: fail() after end()",
    "stray: startSpan() with a parent of another tracer",
    "odd: 'n' set to object null",
    "odd: 'nan' set to number NaN",
    "odd: 'mixed' set to object a,1",
    "odd: 'nested' set to object [object Object]",
  ]);
  assertEquals(tracer.named("odd").map(({ attributes }) => attributes), [{}]);
  assertEquals(tracer.named("stray")[0]?.parent, undefined);
});

Deno.test("recordingTracer() finds spans by name and forgets them on reset()", () => {
  const tracer = recordingTracer();
  for (const name of ["a", "b", "a"]) tracer.startSpan(name, {});
  const [first, , third] = tracer.spans;
  assertEquals(tracer.named("a"), [first!, third!]);
  tracer.reset();
  assertEquals([tracer.spans, tracer.named("a"), tracer.misuses], [[], [], []]);
});

Deno.test("recordingTracer() keeps tracers apart", () => {
  const [one, other] = [recordingTracer(), recordingTracer()];
  one.startSpan("outer", {}).run(() => other.startSpan("inner", {}));
  assertStrictEquals(other.spans[0]?.parent, undefined);
  assertEquals(one.spans.length, 1);
});

/** What every tracer must do, as plain functions of one. */
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "../conformance/asserts.ts";
import type { Attributes, Span, Tracer } from "../../mod.ts";

/** A span that was ended, in the terms of the contract. */
export interface FinishedSpan {
  readonly name: string;
  /** The parent's name. */
  readonly parent: string | undefined;
  /** What a sampler sees. */
  readonly startAttributes: Attributes;
  readonly attributes: Attributes;
  /** The failure's message, else its type; undefined for a span that did not fail. */
  readonly failure: string | undefined;
}

/** A fresh tracer, and what can be asked of it. */
export interface Subject {
  readonly tracer: Tracer;
  /** The ended spans, once for each time the backend took one as ended; undefined if the backend keeps none. */
  finished(): FinishedSpan[] | undefined;
  /** How far an active span reaches: not at all, through synchronous work, or across `await` as well. */
  readonly activates: "never" | "synchronously" | "across await";
}

export interface ContractCase {
  readonly name: string;
  run(subject: Subject): void | Promise<void>;
}

export const contractCases: readonly ContractCase[] = [
  {
    name: "shows the attributes at the start",
    run({ tracer, finished }) {
      const attributes: Attributes = { text: "a", int: 3, float: 0.5, yes: true, list: ["b", "c"] };
      const span = tracer.startSpan("one", attributes);
      span.setAttributes({ later: 1 });
      span.end();
      const spans = finished();
      if (spans === undefined) return;
      assertEquals(find(spans, "one").startAttributes, attributes);
      assertEquals(find(spans, "one").attributes, { ...attributes, later: 1 });
    },
  },
  {
    name: "leaves the attributes it is given alone, and keeps none of them by reference",
    run({ tracer, finished }) {
      tracer.startSpan("frozen", Object.freeze({ a: 1 })).end();
      const first: Record<string, number> = { a: 1 };
      const more: Record<string, number> = { b: 2 };
      const span = tracer.startSpan("one", first);
      span.setAttributes(more);
      span.setAttributes({ c: 3 });
      span.end();
      assertEquals([first, more], [{ a: 1 }, { b: 2 }]);
      first.a = 9;
      more.b = 9;
      const spans = finished();
      if (spans === undefined) return;
      assertEquals(find(spans, "one").startAttributes, { a: 1 });
      assertEquals(find(spans, "one").attributes, { a: 1, b: 2, c: 3 });
    },
  },
  {
    name: "replaces an attribute by a later one",
    run({ tracer, finished }) {
      const span = tracer.startSpan("one", { a: 1, b: 1, c: 1 });
      span.setAttributes({ b: 2, c: 2 });
      span.setAttributes({ c: "three" });
      span.setAttributes({});
      span.end();
      const spans = finished();
      if (spans !== undefined) assertEquals(find(spans, "one").attributes, { a: 1, b: 2, c: "three" });
    },
  },
  {
    name: "takes the parent it is given",
    run({ tracer, finished }) {
      const root = tracer.startSpan("root", {});
      const child = tracer.startSpan("child", {}, root);
      tracer.startSpan("grandchild", {}, child).end();
      child.end();
      root.end();
      tracer.startSpan("late", {}, root).end();
      assertParents(finished(), { root: undefined, child: "root", grandchild: "child", late: "root" });
    },
  },
  {
    name: "keeps siblings apart that are open at the same time",
    run({ tracer, finished }) {
      const root = tracer.startSpan("root", {});
      const first = tracer.startSpan("first", { n: 1 }, root);
      const second = tracer.startSpan("second", { n: 2 }, root);
      second.fail("overloaded");
      first.setAttributes({ done: true });
      first.end();
      second.end();
      root.end();
      const spans = finished();
      assertParents(spans, { root: undefined, first: "root", second: "root" });
      if (spans === undefined) return;
      assertEquals(find(spans, "first").attributes, { n: 1, done: true });
      assertEquals(find(spans, "second").attributes, { n: 2 });
      assertEquals(spans.filter(({ failure }) => failure !== undefined).map(({ name }) => name), ["second"]);
    },
  },
  {
    name: "run() returns what the work returns, and throws what it throws",
    async run({ tracer, finished }) {
      const span = tracer.startSpan("one", {});
      const promise = Promise.resolve(1);
      const error = new Error("the work's own");
      const rejected = Promise.reject(error);
      assertStrictEquals(span.run(() => promise), promise);
      assertStrictEquals(span.run(() => undefined), undefined);
      assertStrictEquals(
        assertThrows(() =>
          span.run(() => {
            throw error;
          })
        ),
        error,
      );
      assertStrictEquals(await assertRejects(() => span.run(() => rejected)), error);
      assertEquals(finished() ?? [], []);
      span.end();
      const spans = finished();
      if (spans !== undefined) assertStrictEquals(find(spans, "one").failure, undefined);
    },
  },
  {
    name: "run() makes what is started inside a child, and only that",
    run({ tracer, finished, activates }) {
      const start = (name: string) => tracer.startSpan(name, {}).end();
      const outer = tracer.startSpan("outer", {});
      const inner = tracer.startSpan("inner", {}, outer);
      outer.run(() => {
        start("in outer");
        inner.run(() => start("in inner"));
        start("in outer again");
        assertThrows(() =>
          inner.run(() => {
            throw new Error("must not leave the span active");
          })
        );
        start("in outer after a throw");
      });
      start("after");
      inner.end();
      outer.end();
      const inside = activates !== "never";
      assertParents(finished(), {
        "outer": undefined,
        "inner": "outer",
        "in outer": inside ? "outer" : undefined,
        "in inner": inside ? "inner" : undefined,
        "in outer again": inside ? "outer" : undefined,
        "in outer after a throw": inside ? "outer" : undefined,
        "after": undefined,
      });
    },
  },
  {
    name: "prefers the parent it is given to the active span",
    run({ tracer, finished }) {
      const active = tracer.startSpan("active", {});
      const given = tracer.startSpan("given", {});
      active.run(() => tracer.startSpan("child", {}, given).end());
      given.end();
      active.end();
      assertParents(finished(), { active: undefined, given: undefined, child: "given" });
    },
  },
  {
    name: "run() keeps asynchronous work apart",
    async run({ tracer, finished, activates }) {
      const spans = ["first", "second"].map((name) => tracer.startSpan(name, {}));
      await Promise.all(spans.map((span, index) =>
        span.run(async () => {
          for (let turn = 0; turn <= index; turn++) await Promise.resolve();
          tracer.startSpan(`inside ${index}`, {}).end();
        })
      ));
      spans.forEach((span) => span.end());
      const crosses = activates === "across await";
      assertParents(finished(), {
        "first": undefined,
        "second": undefined,
        "inside 0": crosses ? "first" : undefined,
        "inside 1": crosses ? "second" : undefined,
      });
    },
  },
  {
    name: "fail() marks the span, and that span alone",
    run({ tracer, finished }) {
      const root = tracer.startSpan("root", {});
      const end = (name: string, act: (span: Span) => void) => {
        const span = tracer.startSpan(name, {}, root);
        act(span);
        span.end();
      };
      end("with a message", (span) => span.fail("rate_limited", "slow down"));
      end("without", (span) => span.fail("overloaded"));
      end("twice", (span) => {
        span.fail("network", "first");
        span.fail("timeout", "second");
      });
      end("clean", () => {});
      root.end();
      const spans = finished();
      if (spans === undefined) return;
      assertEquals(Object.fromEntries(spans.map(({ name, failure }) => [name, failure])), {
        "root": undefined,
        "with a message": "slow down",
        "without": "overloaded",
        "twice": "second",
        "clean": undefined,
      });
      assert(spans.every(({ attributes }) => Object.keys(attributes).length === 0), "fail() sets no attribute");
    },
  },
  {
    name: "end() closes the span, so that nothing that comes later counts",
    run({ tracer, finished }) {
      const span = tracer.startSpan("one", { a: 1 });
      assertEquals(finished() ?? [], []);
      span.end();
      span.end();
      span.setAttributes({ a: 2, b: 2 });
      span.fail("too_late");
      const spans = finished();
      if (spans === undefined) return;
      assertEquals(spans.length, 1);
      assertEquals(find(spans, "one").attributes, { a: 1 });
      assertStrictEquals(find(spans, "one").failure, undefined);
    },
  },
];

function find(spans: readonly FinishedSpan[], name: string): FinishedSpan {
  const found = spans.filter((span) => span.name === name);
  assertEquals(found.length, 1, `spans named '${name}'`);
  return found[0]!;
}

function assertParents(spans: readonly FinishedSpan[] | undefined, expected: Record<string, string | undefined>): void {
  if (spans === undefined) return;
  const names = Object.keys(expected);
  assertEquals(Object.fromEntries(names.map((name) => [name, find(spans, name).parent])), expected);
  assertEquals(spans.length, names.length);
}

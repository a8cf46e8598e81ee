import { assertStrictEquals } from "@std/assert";
import { noopTracer } from "../../mod.ts";
import { contractCases } from "../support/tracer_contract.ts";

for (const { name, run } of contractCases) {
  Deno.test(`noopTracer() ${name}`, () => run({ tracer: noopTracer, finished: () => undefined, activates: "never" }));
}

Deno.test("noopTracer() creates nothing", () => {
  const root = noopTracer.startSpan("root", {});
  assertStrictEquals(noopTracer.startSpan("child", {}, root), root);
});

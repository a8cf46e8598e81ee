import { consoleTracer } from "../../src/console.ts";
import { contractCases } from "../support/tracer_contract.ts";

for (const { name, run } of contractCases) {
  Deno.test(`consoleTracer() ${name}`, () => {
    const tracer = consoleTracer({ write: () => {} });
    return run({ tracer, finished: () => undefined, activates: "never" });
  });
}

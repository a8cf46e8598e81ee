import { attemptsOf, streamWithRetry } from "../../mod.ts";
import { streamExits } from "../../src/testing.ts";

for (const { name, run } of streamExits()) {
  Deno.test(`streamWithRetry() passes the exit: ${name}`, () => run({ streamWithRetry, attemptsOf }));
}

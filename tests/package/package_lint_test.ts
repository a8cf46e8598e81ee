import { assert } from "@std/assert";
import { packedPackage } from "../../scripts/node/packed_package.ts";
import { deno } from "../../scripts/support/run.ts";
import { tool } from "../../scripts/support/tools.ts";

Deno.test("publint finds nothing in the npm package", async () => {
  const { ok, output } = await deno(tool("publint", "run", "--strict", await packedPackage()));
  assert(ok && /all good/i.test(output), output);
});

Deno.test("attw finds nothing wrong with the npm package's types", async () => {
  const { ok, output } = await deno(tool("attw", await packedPackage(), "--profile", "esm-only"));
  assert(ok, output);
});

import { assert, assertEquals, assertMatch } from "@std/assert";
import { project } from "../../scripts/support/deno_json.ts";
import { mustSucceed } from "../../scripts/support/run.ts";
import { createConsumer } from "./support/consumer.ts";

const ENTRY_POINTS = Object.keys(project.exports).map((name) => `tryspan${name.slice(1)}`);
const OTEL_API = "@opentelemetry/api@1.9.0";

// Node 20 and some of 22 have `require()` of an ES module behind a flag, later ones do not know the flag any more.
const REQUIRE_ESM = "const flag = '--experimental-require-module';" +
  "console.log(process.allowedNodeEnvironmentFlags.has(flag) ? flag : '--no-warnings')";

Deno.test("npm package's entry points export the same by import and by require", async () => {
  await using consumer = await createConsumer(OTEL_API);
  const flag = (await mustSucceed(consumer.run("node", "-e", REQUIRE_ESM))).trim();
  for (const name of ENTRY_POINTS) {
    const print = `console.log(JSON.stringify(Object.keys(it).sort()))`;
    const byImport = await consumer.run("node", "--input-type=module", "-e", `import * as it from "${name}"; ${print}`);
    const byRequire = await consumer.run(
      "node",
      flag,
      "--no-warnings",
      "--input-type=commonjs",
      "-e",
      `const it = require("${name}"); ${print}`,
    );
    assert(byImport.ok, byImport.output);
    assert(byRequire.ok, byRequire.output);
    assertEquals(JSON.parse(byRequire.output), JSON.parse(byImport.output));
    assert(JSON.parse(byImport.output).length > 0, `${name} exports nothing`);
  }
});

Deno.test("npm package's entry points export what their sources do, and else only names that begin with _", async () => {
  await using consumer = await createConsumer(OTEL_API);
  for (const [name, file] of Object.entries(project.exports)) {
    const script = `import * as it from "tryspan${name.slice(1)}"; console.log(JSON.stringify(Object.keys(it)))`;
    const exported: string[] = JSON.parse(await mustSucceed(consumer.run("node", "--input-type=module", "-e", script)));
    const source = Object.keys(await import(new URL(`../../${file}`, import.meta.url).href));
    assertEquals(exported.filter((it) => !it.startsWith("_")).sort(), source.sort(), name);
  }
});

Deno.test("npm package works without OpenTelemetry, and only ./otel says what to install", async () => {
  await using consumer = await createConsumer();
  for (const name of ENTRY_POINTS) {
    const { ok, output } = await consumer.run("node", "--input-type=module", "-e", `await import("${name}")`);
    if (name === "tryspan/otel") {
      assert(!ok);
      assertMatch(output, /Cannot find package '@opentelemetry\/api'/);
    } else {
      assert(ok, output);
    }
  }
});

Deno.test("npm package retries a call in Node", async () => {
  await using consumer = await createConsumer();
  await consumer.write(
    "call.js",
    `import { callWithRetry } from "tryspan";
    let calls = 0;
    const provider = { name: "test", chat: () => {
      if (++calls < 3) throw Object.assign(new Error("busy"), { status: 529 });
      return { attempts: calls };
    } };
    const { attempts } = await callWithRetry(provider, { model: "m", messages: [] }, { retry: { baseDelayMs: 1 } });
    console.log(attempts);`,
  );
  assertEquals((await mustSucceed(consumer.run("node", "call.js"))).trim(), "3");
});

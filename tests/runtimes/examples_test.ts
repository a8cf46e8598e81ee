import { assertEquals } from "@std/assert";
import { path } from "../../scripts/support/paths.ts";
import { withFaultServer } from "../support/fault_server.ts";
import { chromium } from "./chromium.ts";
import { ASK_EXAMPLE } from "./support/examples.ts";

const QUESTION = "How are you?";
const ANSWER = "Fine, at the second try";

const hasChromium = await chromium("page").version().then(() => true, () => false);

for (const [file, ask] of Object.entries(ASK_EXAMPLE)) {
  Deno.test({
    name: `examples/${file} answers after a retry`,
    ignore: file === "browser_page.ts" && !hasChromium,
    fn: () =>
      withFaultServer([
        { kind: "status", status: 429, headers: { "retry-after-ms": "20" } },
        { kind: "ok", text: ANSWER },
      ], async ({ url, log }) => {
        assertEquals(await ask(QUESTION, `${url}/v1`), ANSWER);
        const asked = log.map(({ fault, path, body }) => [fault, path, body]);
        const request = { model: "gpt-5-mini", messages: [{ role: "user", content: QUESTION }] };
        assertEquals(asked, [["status_429", "/v1/chat/completions", request], ["ok", "/v1/chat/completions", request]]);
      }),
  });
}

Deno.test("examples/ has no program that is not run", async () => {
  const programs: string[] = [];
  for await (const { name } of Deno.readDir(path("examples/"))) {
    const code = await Deno.readTextFile(path(`examples/${name}`));
    if (code.includes('from "./openai_compatible.ts"')) programs.push(name);
  }
  assertEquals(programs.sort(), Object.keys(ASK_EXAMPLE).sort());
});

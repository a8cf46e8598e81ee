import { assert, assertEquals } from "@std/assert";
import { importMapFlags } from "../../scripts/support/jsr.ts";
import { path } from "../../scripts/support/paths.ts";
import { deno } from "../../scripts/support/run.ts";
import { withFaultServer } from "../support/fault_server.ts";

const BINDINGS = ["openai", "anthropic", "gemini", "mistral", "cohere", "ollama", "bedrock"];

/** Sends to the test's server what the examples send to the services. */
const PRELUDE = `
import { NodeHttpHandler } from "@smithy/node-http-handler";
const [server] = Deno.args;
Deno.env.set("OPENAI_API_KEY", "test");
Deno.env.set("ANTHROPIC_API_KEY", "test");
const { fetch } = globalThis;
globalThis.fetch = (input, init) => {
  const request = new Request(input, init);
  const { host, pathname, search } = new URL(request.url);
  return fetch(new Request(server + (host === "api.mistral.ai" ? "/mistral" : "") + pathname + search, request));
};
const credentials = { accessKeyId: "test", secretAccessKey: "test" };
Object.assign(globalThis, {
  bedrockConfig: { region: "us-east-1", endpoint: server, credentials, requestHandler: new NodeHttpHandler() },
});
`;

/** The examples with the SDKs: Deno's own doc tests skip them, since an SDK needs the network and the environment. */
async function examples(): Promise<string[]> {
  const files = [...BINDINGS.map((name) => `src/${name}.ts`), "README.md"];
  const found = await Promise.all(files.map(async (file) => {
    const text = (await Deno.readTextFile(path(file))).replaceAll(/^ \* ?/gm, "");
    const blocks = Array.from(text.matchAll(/^```ts(?: ignore)?\n(.*?)^```/gms), (match) => match[1]!);
    return blocks.filter((code) => BINDINGS.some((name) => code.includes(`"@tryspan/tryspan/${name}"`)));
  }));
  return found.flat();
}

Deno.test("the examples with the SDKs, of the docs and of the README, compile and do what they say", async () => {
  const codes = await examples();
  assert(codes.length >= BINDINGS.length);
  await Deno.mkdir(path(".cache/"), { recursive: true });
  const directory = await Deno.makeTempDir({ dir: path(".cache/"), prefix: "sdk_examples_" });
  try {
    await Deno.writeTextFile(`${directory}/prelude.ts`, PRELUDE);
    for (const [index, code] of codes.entries()) {
      const configured = code.replaceAll(
        /new (BedrockRuntime(?:Client)?)\(\)/g,
        "new $1((globalThis as any).bedrockConfig)",
      );
      await Deno.writeTextFile(`${directory}/${index}.ts`, `${configured}\nexport {};\n`);
    }
    const imports = codes.map((_, index) => `await import("./${index}.ts");\n`);
    await Deno.writeTextFile(`${directory}/main.ts`, `import "./prelude.ts";\n${imports.join("")}Deno.exit(0);\n`);
    await withFaultServer([], async (server) => {
      const args = ["run", "--allow-all", "--check", ...await importMapFlags(), `${directory}/main.ts`, server.url];
      const { ok, output } = await deno(args);
      assert(ok, output);
      assertEquals(new Set(server.log.map(({ fault }) => fault)), new Set(["ok"]));
      assert(server.log.length >= codes.length);
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

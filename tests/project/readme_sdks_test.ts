// deno-lint-ignore-file no-console -- what the examples print is what is compared
import { assertEquals } from "@std/assert";
import denoJson from "../../deno.json" with { type: "json" };
import { importMapFlags } from "../../scripts/support/jsr.ts";
import { path } from "../../scripts/support/paths.ts";
import { deno, mustSucceed } from "../../scripts/support/run.ts";
import { type Fault, withFaultServer } from "../support/fault_server.ts";

const { compilerOptions } = denoJson;
const ANSWER = "Fine, at the second try";
const TRIES: Fault[] = [
  { kind: "status", status: 429, headers: { "retry-after-ms": "0" } },
  { kind: "ok", text: ANSWER },
];

/** Every SDK that has to have an example. */
const SDKS = [
  "openai",
  "@anthropic-ai/sdk",
  "@google/genai",
  "@mistralai/mistralai",
  "cohere-ai",
  "ollama",
  "@aws-sdk/client-bedrock-runtime",
  "ai",
  "@langchain/openai",
];

/** As a user has them set. */
const KEYS = ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "MISTRAL_API_KEY", "CO_API_KEY"];

/** The test's server speaks neither HTTP/2 nor with those who have no keys. */
const BEDROCK = `requestHandler: new (await import("@smithy/node-http-handler")).NodeHttpHandler(),
  endpoint: globalThis.TESTED_SERVER, credentials: { accessKeyId: "test", secretAccessKey: "test" }, `;

declare global {
  var TESTED_SERVER: string;
}

interface Example {
  readonly sdk: string;
  readonly code: string;
}

const readme = await Deno.readTextFile(path("README.md"));
const examples = Array.from(readme.matchAll(/^```ts.*\n([^]*?)^```$/gm), ([, code = ""]): Example[] => {
  const sdk = SDKS.find((sdk) => code.includes(` from "${sdk}";`));
  return sdk === undefined ? [] : [{ sdk, code }];
}).flat();

function fileOf(index: number): string {
  return path(`.cache/readme/example_${index}.ts`);
}

async function writeExamples(): Promise<void> {
  await Deno.mkdir(path(".cache/readme"), { recursive: true });
  for (const [index, { code }] of examples.entries()) await Deno.writeTextFile(fileOf(index), code);
}

/** `fetch`, but every service is the server at `url`; Mistral shares its path with OpenAI and has another one there. */
function redirected(fetch: typeof globalThis.fetch, url: string): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { pathname, search, hostname } = new URL(request.url);
    const prefix = hostname.endsWith("mistral.ai") ? "/mistral" : "";
    const { method, headers, signal } = request;
    return await fetch(url + prefix + pathname + search, { method, headers, signal, body: await request.text() });
  };
}

Deno.test("README.md has an example for each SDK", () => {
  assertEquals(SDKS.filter((sdk) => !examples.some((example) => example.sdk === sdk)), []);
});

Deno.test("README.md's examples for SDKs have the right types", async () => {
  await writeExamples();
  // Of their own, because the project's excludes the directory.
  const config = path(".cache/readme/deno.json");
  await Deno.writeTextFile(config, JSON.stringify({ compilerOptions }));
  const files = examples.map((_, index) => fileOf(index));
  await mustSucceed(deno(["check", `--config=${config}`, "--no-lock", ...await importMapFlags(), ...files]));
});

/** Never called: Deno finds LangChain's copy of OpenAI's SDK only if it knows of it from the start. */
export const loadLangChain = (): Promise<unknown> => import("@langchain/openai");

for (const [index, { sdk, code }] of examples.entries()) {
  Deno.test(`README.md's example ${index} answers after a retry, with ${sdk}`, async () => {
    await writeExamples();
    const { fetch } = globalThis;
    const { log } = console;
    const prints = code.split("console.log(").length - 1;
    const answers = prints || 1;
    const file = fileOf(index).replace(".ts", "_run.ts");
    await Deno.writeTextFile(file, code.replace("new BedrockRuntime({ ", (start) => start + BEDROCK));
    // The shortest of all waits, for a library that is loaded with the first example.
    Math.random = () => 0;
    for (const key of KEYS) Deno.env.set(key, "test");
    await withFaultServer(Array(answers).fill(TRIES).flat(), async (server) => {
      const printed: string[] = [];
      globalThis.TESTED_SERVER = server.url;
      globalThis.fetch = redirected(fetch, server.url);
      console.log = (...values: unknown[]) => void printed.push(JSON.stringify(values));
      try {
        await import(`file://${file}`);
      } finally {
        console.log = log;
        globalThis.fetch = fetch;
      }
      assertEquals(printed.map((text) => text.includes(ANSWER)), Array(prints).fill(true), printed.join("\n"));
      assertEquals(server.log.map(({ fault }) => fault), Array(answers).fill(["status_429", "ok"]).flat());
    });
  });
}

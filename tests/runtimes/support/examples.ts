import { importMapFlags } from "../../../scripts/support/jsr.ts";
import { path } from "../../../scripts/support/paths.ts";
import { withPage } from "../chromium.ts";
import { answerOfEdge } from "../edge_runtime.ts";
import { withWorker } from "../workerd.ts";
import { bundleCode } from "./bundle_job.ts";
import { lastLine, printed } from "./printed.ts";

/** Asks an example a question, in the runtime it is for or the closest at hand, and resolves with its answer. */
type AskExample = (question: string, baseUrl: string) => Promise<unknown>;

/** Every example that is a program, by its file, each given its service as its platform does. */
export const ASK_EXAMPLE: Readonly<Record<string, AskExample>> = {
  "deno_deploy.ts": inDeno("serve", "--port=0", "--host=127.0.0.1", "--allow-all", path("examples/deno_deploy.ts")),

  "supabase_edge_function.ts": inDeno("run", "--allow-all", path("examples/supabase_edge_function.ts")),

  async "netlify_edge.ts"(question, baseUrl) {
    const script = path(".cache/runtimes/netlify_edge.ts");
    await Deno.writeTextFile(
      script,
      `Object.assign(globalThis, { Netlify: { env: Deno.env } });
      Deno.serve((await import("../../examples/netlify_edge.ts")).default);`,
    );
    return await inDeno("run", "--allow-all", script)(question, baseUrl);
  },

  async "cloudflare_worker.ts"(question, baseUrl) {
    const cwd = await bundleCode(`export { default } from "./examples/cloudflare_worker.ts";`, {
      file: "cloudflare_worker.js",
      library: "bundle",
      name: "examples",
    });
    const bindings = { OPENAI_BASE_URL: baseUrl };
    return await withWorker(`${cwd}/cloudflare_worker.js`, { bindings }, (url) => answerOf(url, question));
  },

  async "vercel_edge.ts"(question, baseUrl) {
    const code = `import handler from "./examples/vercel_edge.ts";
      addEventListener("fetch", (event: any) => event.respondWith(handler(event.request)));`;
    const cwd = await bundleCode(code, { file: "vercel_edge.js", library: "bundle", name: "examples" });
    const globals = { process: { env: { OPENAI_BASE_URL: baseUrl } } };
    return await answerOfEdge(`${cwd}/vercel_edge.js`, { body: question, globals });
  },

  async "aws_lambda.ts"(question, baseUrl) {
    const code = `import { handler } from "./examples/aws_lambda.ts";
      const context = { awsRequestId: "r-1", getRemainingTimeInMillis: () => 10_000 };
      console.log(JSON.stringify((await handler({ body: process.argv[2] }, context)).body));`;
    const cwd = await bundleCode(code, { file: "aws_lambda.mjs", library: "package", name: "examples" });
    return await printed("node", ["aws_lambda.mjs", question], { cwd, env: { OPENAI_BASE_URL: baseUrl } });
  },

  async "node_script.ts"(question, baseUrl) {
    const options = { file: "node_script.mjs", library: "package", name: "examples" } as const;
    const cwd = await bundleCode(`import "./examples/node_script.ts";`, options);
    return await lastLine("node", ["node_script.mjs", question], { cwd, env: { OPENAI_BASE_URL: baseUrl } });
  },

  async "browser_page.ts"(question, baseUrl) {
    const options = { file: "browser_page.js", library: "bundle", name: "examples" } as const;
    const cwd = await bundleCode(`export * from "./examples/browser_page.ts";`, options);
    // The page's own server, which passes on to the service.
    const code = `await page.route("https://page.test/llm/**", async (route) => {
      const { pathname } = new URL(route.request().url());
      const response = await route.fetch({ url: ${JSON.stringify(baseUrl)} + pathname.slice("/llm".length) });
      await route.fulfill({ response });
    });
    await page.goto("https://page.test/");
    await page.fill("input", input);
    await page.click("button");
    await page.waitForFunction(() => !["", "..."].includes(document.querySelector("output").value));
    console.log(JSON.stringify(await page.textContent("output")));`;
    const files = { "/": path("examples/browser_page.html"), "/browser_page.js": `${cwd}/browser_page.js` };
    return await withPage(code, files, question);
  },
};

/** A server in Deno, on a free port. */
function inDeno(...[subcommand = "", ...args]: string[]): AskExample {
  return async (question, baseUrl) => {
    const server = new Deno.Command(Deno.execPath(), {
      args: [subcommand, "--no-config", "--no-lock", ...await importMapFlags(), ...args],
      env: { NO_COLOR: "1", DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0", OPENAI_BASE_URL: baseUrl },
      stdout: "null",
      stderr: "piped",
    }).spawn();
    try {
      return await answerOf(await urlIn(server.stderr), question);
    } finally {
      server.kill();
      await server.status;
    }
  };
}

/** Resolves with the address that a server says it listens on. */
async function urlIn(output: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const part of output.pipeThrough(new TextDecoderStream())) {
    text += part;
    const [url] = /http:\/\/127\.0\.0\.1:\d+\//.exec(text) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`The server does not start: ${text}`);
}

async function answerOf(url: string, question: string): Promise<string> {
  const response = await fetch(url, { method: "POST", body: question });
  return await response.text();
}

/** Deno Deploy: answers the question that a request brings. Locally: `deno serve -NE examples/deno_deploy.ts`. */
import { callWithRetry } from "tryspan";
import { consoleTracer } from "tryspan/console";
import { ask, openaiCompatible } from "./openai_compatible.ts";

const provider = openaiCompatible({
  baseUrl: Deno.env.get("OPENAI_BASE_URL") ?? "https://api.openai.com/v1",
  apiKey: Deno.env.get("OPENAI_API_KEY"),
});

export default {
  async fetch(request) {
    const answer = await callWithRetry(provider, ask(await request.text()), {
      tracer: consoleTracer(),
      signal: request.signal, // whoever leaves is not answered
      deadlineMs: 20_000,
    });
    return new Response(answer.choices[0]?.message.content);
  },
} satisfies Deno.ServeDefaultExport;

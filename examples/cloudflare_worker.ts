/** A Cloudflare Worker. Bindings are only known inside of `fetch`, so the provider is made there. */
import { callWithRetry } from "tryspan";
import { consoleTracer } from "tryspan/console";
import { ask, openaiCompatible } from "./openai_compatible.ts";

interface Env {
  readonly OPENAI_BASE_URL?: string;
  readonly OPENAI_API_KEY?: string;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const provider = openaiCompatible({
      baseUrl: env.OPENAI_BASE_URL ?? "https://api.openai.com/v1",
      apiKey: env.OPENAI_API_KEY,
    });
    const answer = await callWithRetry(provider, ask(await request.text()), {
      tracer: consoleTracer(),
      deadlineMs: 25_000,
    });
    return new Response(answer.choices[0]?.message.content);
  },
};

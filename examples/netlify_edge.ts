/** A Netlify Edge Function, `netlify/edge-functions/ask.ts`. */
import { callWithRetry } from "tryspan";
import { consoleTracer } from "tryspan/console";
import { ask, openaiCompatible } from "./openai_compatible.ts";

declare const Netlify: { readonly env: { get(name: string): string | undefined } };

export const config = { path: "/ask" };

export default async function handler(request: Request): Promise<Response> {
  const provider = openaiCompatible({
    baseUrl: Netlify.env.get("OPENAI_BASE_URL") ?? "https://api.openai.com/v1",
    apiKey: Netlify.env.get("OPENAI_API_KEY"),
  });
  const answer = await callWithRetry(provider, ask(await request.text()), {
    tracer: consoleTracer(),
    deadlineMs: 30_000,
  });
  return new Response(answer.choices[0]?.message.content);
}

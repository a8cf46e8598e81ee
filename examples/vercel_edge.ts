/** A Vercel Edge Function, `api/ask.ts`. */
import { callWithRetry } from "tryspan";
import { consoleTracer } from "tryspan/console";
import { ask, openaiCompatible } from "./openai_compatible.ts";

/** All that Vercel's edge has of it. */
declare const process: { readonly env: Readonly<Record<string, string | undefined>> };

export const config = { runtime: "edge" };

export default async function handler(request: Request): Promise<Response> {
  const provider = openaiCompatible({
    baseUrl: process.env["OPENAI_BASE_URL"] ?? "https://api.openai.com/v1",
    apiKey: process.env["OPENAI_API_KEY"],
  });
  const answer = await callWithRetry(provider, ask(await request.text()), {
    tracer: consoleTracer(),
    deadlineMs: 20_000, // an edge function has to begin its answer within 25 s
  });
  return new Response(answer.choices[0]?.message.content);
}

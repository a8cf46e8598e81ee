/** A Supabase Edge Function, `supabase/functions/ask/index.ts`. There, import from "npm:tryspan". */
import { callWithRetry } from "tryspan";
import { consoleTracer } from "tryspan/console";
import { ask, openaiCompatible } from "./openai_compatible.ts";

const provider = openaiCompatible({
  baseUrl: Deno.env.get("OPENAI_BASE_URL") ?? "https://api.openai.com/v1",
  apiKey: Deno.env.get("OPENAI_API_KEY"),
});

Deno.serve(async (request) => {
  const answer = await callWithRetry(provider, ask(await request.text()), {
    tracer: consoleTracer(),
    deadlineMs: 60_000,
  });
  return new Response(answer.choices[0]?.message.content);
});

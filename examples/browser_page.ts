/** The script of browser_page.html. A key has no place in a browser: `/llm` is your own server, which adds it. */
import { callWithRetry } from "tryspan";
import { consoleTracer } from "tryspan/console";
import { ask, openaiCompatible } from "./openai_compatible.ts";

const provider = openaiCompatible({ baseUrl: "/llm" });

/** Answers a question, until `signal` says that nobody wants to know any more. */
export async function answer(question: string, signal: AbortSignal): Promise<string> {
  const { choices } = await callWithRetry(provider, ask(question), { tracer: consoleTracer(), signal });
  return choices[0]?.message.content ?? "";
}

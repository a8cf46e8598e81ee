// deno-lint-ignore-file no-console -- a script prints
/**
 * A plain Node script. From Node 22.18 on, in a package of `"type": "module"` that has tryspan installed:
 * `node examples/node_script.ts "How are you?"`
 */
import process from "node:process";
import { callWithRetry } from "tryspan";
import { consoleTracer } from "tryspan/console";
import { ask, openaiCompatible } from "./openai_compatible.ts";

const provider = openaiCompatible({
  baseUrl: process.env.OPENAI_BASE_URL ?? "https://api.openai.com/v1",
  apiKey: process.env.OPENAI_API_KEY,
});

const [question = "How are you?"] = process.argv.slice(2);
const answer = await callWithRetry(provider, ask(question), { tracer: consoleTracer() });
console.log(answer.choices[0]?.message.content);

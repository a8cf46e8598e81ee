/** An AWS Lambda function behind a function URL. */
import process from "node:process";
import { createCaller } from "tryspan";
import { consoleTracer } from "tryspan/console";
import { retryBudget } from "tryspan/retry-budget";
import { ask, openaiCompatible } from "./openai_compatible.ts";

const provider = openaiCompatible({
  baseUrl: process.env.OPENAI_BASE_URL ?? "https://api.openai.com/v1",
  apiKey: process.env.OPENAI_API_KEY,
});

// Outside of the handler: shared by all calls that this instance serves.
const call = createCaller({ tracer: consoleTracer(), gates: [retryBudget()] });

/** The parts of Lambda's own types that are used here. */
interface Context {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

export async function handler(event: { readonly body?: string }, context: Context) {
  const answer = await call(provider, ask(event.body ?? ""), {
    taskId: context.awsRequestId,
    deadlineMs: context.getRemainingTimeInMillis() - 500, // leaves time to say so
  });
  return { statusCode: 200, body: answer.choices[0]?.message.content };
}

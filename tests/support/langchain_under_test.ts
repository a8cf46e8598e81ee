import { ChatOpenAI } from "@langchain/openai";
import { sdk, type SdkUnderTest } from "./sdk_under_test.ts";
import { OPENAI_CHAT_FAILED, OPENAI_COUNTS, OPENAI_QUOTA, RETRY_AFTER_7, told } from "./told_facts.ts";

const parameters = { type: "object", properties: { q: { type: "string" } } };
const tools = [{ type: "function" as const, function: { name: "search", description: "d", parameters } }];

/** LangChain over OpenAI's SDK. */
export const LANGCHAINS: readonly SdkUnderTest[] = [sdk({
  name: "langchain",
  format: "openai.chat",
  alias: "@langchain/openai",
  client: (url, { fetch }) =>
    new ChatOpenAI({
      apiKey: "test",
      model: "m",
      maxRetries: 0,
      configuration: { baseURL: `${url}/v1`, ...(fetch && { fetch }) },
    }).bindTools(tools),
  request: {},
  json: (client, signal) => client.invoke("hi", signal && { signal }),
  stream: (client, signal) => client.stream("hi", signal && { signal }),
  told: told("openai", { ...OPENAI_COUNTS, reason: "tool_calls" }),
  retryAfter: RETRY_AFTER_7,
  quota: OPENAI_QUOTA,
  failedJson: OPENAI_CHAT_FAILED,
})];

import { AI_SDKS } from "../support/ai_sdk_under_test.ts";
import { fetchWay } from "../support/fetch_way.ts";
import { LANGCHAINS } from "../support/langchain_under_test.ts";
import { middlewareWay } from "../support/middleware_way.ts";
import { localServers } from "../support/local_servers.ts";
import { matrixCases } from "../support/sdk_matrix.ts";
import { newest } from "../support/sdk_under_test.ts";

for (const { sdk, name, run } of matrixCases(middlewareWay, AI_SDKS, localServers)) {
  Deno.test(`${sdk.name} by ${sdk.package} ${sdk.version}, with retryMiddleware(): ${name}`, async () =>
    void await run());
}

for (const { sdk, name, run } of matrixCases(fetchWay, newest([...AI_SDKS, ...LANGCHAINS]), localServers)) {
  Deno.test(`${sdk.name} by ${sdk.package} ${sdk.version}, through llmFetch(): ${name}`, async () => void await run());
}

import type { CallOptions } from "../../mod.ts";
import { llmFetch } from "../../src/fetch.ts";
import type { SdkUnderTest, Way } from "./sdk_under_test.ts";

/** Retries and spans by `llmFetch`, given to clients whose own retries are off. */
export const fetchWay: Way = {
  name: "fetch",
  isInside: true,
  readsWire: true,
  isFor: ({ takes = ["fetch"] }) => takes.includes("fetch"),
  json: async (sdk, url, { signal, ...options }) => await sdk.json(clientOf(sdk, url, options), signal),
  async *stream(sdk, url, { signal, ...options }) {
    yield* await sdk.stream(clientOf(sdk, url, options), signal);
  },
};

function clientOf(sdk: SdkUnderTest, url: string, options: Omit<CallOptions, "signal">): unknown {
  return sdk.client(url, { retries: false, fetch: llmFetch({ ...options, provider: sdk.provider }) as typeof fetch });
}

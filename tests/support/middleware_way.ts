import type { CallOptions } from "../../mod.ts";
import { retryMiddleware } from "../../src/ai_sdk.ts";
import type { SdkUnderTest, Way } from "./sdk_under_test.ts";

/** Retries and spans by `retryMiddleware`, around models of the AI SDK. */
export const middlewareWay: Way = {
  name: "middleware",
  isInside: true,
  readsWire: false,
  isFor: ({ takes }) => takes?.includes("middleware") ?? false,
  json: async (sdk, url, { signal, ...options }) => await sdk.json(clientOf(sdk, url, options), signal),
  async *stream(sdk, url, { signal, ...options }) {
    yield* await sdk.stream(clientOf(sdk, url, options), signal);
  },
};

function clientOf(sdk: SdkUnderTest, url: string, options: Omit<CallOptions, "signal">): unknown {
  return sdk.client(url, { retries: false, middleware: retryMiddleware(options) });
}

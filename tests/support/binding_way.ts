import { callWithRetry, streamWithRetry } from "../../mod.ts";
import type { Way } from "./sdk_under_test.ts";

/** Retries and spans by the bindings, on clients with their own retries on. */
export const bindingWay: Way = {
  name: "binding",
  seesHttp: false,
  json: (sdk, url, options) => callWithRetry(sdk.binding(sdk.client(url, { retries: true })), sdk.request, options),
  stream: (sdk, url, options) =>
    streamWithRetry(
      sdk.binding(sdk.client(url, { retries: true })),
      sdk.streamRequest ?? sdk.request,
      options,
    ),
};

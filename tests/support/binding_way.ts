import { callWithRetry, streamWithRetry } from "../../mod.ts";
import type { AnyBinding, SdkUnderTest, Way } from "./sdk_under_test.ts";

/** Retries and spans by the bindings, on clients with their own retries on. */
export const bindingWay: Way = {
  name: "binding",
  isInside: false,
  readsWire: false,
  isFor: ({ binding }) => binding !== undefined,
  json: (sdk, url, options) => callWithRetry(bound(sdk, url), sdk.request, options),
  stream: (sdk, url, options) => streamWithRetry(bound(sdk, url), sdk.streamRequest ?? sdk.request, options),
};

function bound(sdk: SdkUnderTest, url: string): AnyBinding {
  return sdk.binding!(sdk.client(url, { retries: true }));
}

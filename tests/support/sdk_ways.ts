import { bindingWay } from "./binding_way.ts";
import { fetchWay } from "./fetch_way.ts";
import { middlewareWay } from "./middleware_way.ts";
import type { Way } from "./sdk_under_test.ts";

/** Every way to get retries and spans around an SDK. */
export const SDK_WAYS: Readonly<Record<string, Way>> = {
  binding: bindingWay,
  fetch: fetchWay,
  middleware: middlewareWay,
};

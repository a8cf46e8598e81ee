import * as core from "../../mod.ts";
import * as circuitBreaker from "../../src/circuit_breaker.ts";
import * as console from "../../src/console.ts";
import * as fallback from "../../src/fallback.ts";
import * as otel from "../../src/otel.ts";
import * as retryBudget from "../../src/retry_budget.ts";
import * as sharedCooldown from "../../src/shared_cooldown.ts";
import * as testing from "../../src/testing.ts";

/** Everything the library exports, from whatever build of it the runner has put in the place of these modules. */
export const library = {
  ...core,
  ...circuitBreaker,
  ...console,
  ...fallback,
  ...otel,
  ...retryBudget,
  ...sharedCooldown,
  ...testing,
};

/** The library under test. */
export type Library = typeof library;

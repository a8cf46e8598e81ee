import * as core from "../../mod.ts";
import * as aiSdk from "../../src/ai_sdk.ts";
import * as anthropic from "../../src/anthropic.ts";
import * as bedrock from "../../src/bedrock.ts";
import * as circuitBreaker from "../../src/circuit_breaker.ts";
import * as cohere from "../../src/cohere.ts";
import * as console from "../../src/console.ts";
import * as fallback from "../../src/fallback.ts";
import * as fetch from "../../src/fetch.ts";
import * as gemini from "../../src/gemini.ts";
import * as mistral from "../../src/mistral.ts";
import * as ollama from "../../src/ollama.ts";
import * as openai from "../../src/openai.ts";
import * as otel from "../../src/otel.ts";
import * as retryBudget from "../../src/retry_budget.ts";
import * as sharedCooldown from "../../src/shared_cooldown.ts";
import * as testing from "../../src/testing.ts";
import * as wire from "../../src/wire.ts";

/** Every entry point of the library, from whatever build of it the runner has put in the place of these modules. */
export const library = {
  ...core,
  ...aiSdk,
  ...circuitBreaker,
  ...console,
  ...fallback,
  ...fetch,
  ...otel,
  ...retryBudget,
  ...sharedCooldown,
  ...testing,
  anthropic,
  bedrock,
  cohere,
  gemini,
  mistral,
  ollama,
  openai,
  wire,
};

/** The library under test. */
export type Library = typeof library;

import { streamExits } from "../../src/testing.ts";
import type { ConformanceCase } from "./conformance_case.ts";
import { core } from "./core/core.ts";
import { fetch } from "./fetch.ts";
import { tracer } from "./tracer.ts";

/** All suites by name. A line here is all that a new one needs: every runner runs it. */
export const SUITES: Readonly<Record<string, readonly ConformanceCase[]>> = {
  core,
  streams: streamExits(),
  fetch,
  tracer,
};

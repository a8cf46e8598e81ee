import { QUICK } from "../../tests/runtimes/runtimes.ts";
import { conformance } from "../runtimes/conformance.ts";
import type { Part } from "../support/part.ts";
import { onBuilt } from "./npm_package.ts";

/** The conformance suites in the runtimes that cost next to nothing. */
export const CONFORMANCE: readonly Part[] = QUICK.map((runtime) => ({
  name: `conformance in ${runtime.name}`,
  run: () => onBuilt(() => conformance(runtime)),
}));

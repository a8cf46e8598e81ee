import type { ConformanceCase } from "../conformance_case.ts";
import { attempts } from "./attempts.ts";
import { classification } from "./classification.ts";
import { containment } from "./containment.ts";
import { gates } from "./gates.ts";
import { options } from "./options.ts";
import { realTime } from "./real_time.ts";
import { timeLimits } from "./time_limits.ts";
import { waits } from "./waits.ts";

/** What has to hold of calls that answer at once. */
export const core: readonly ConformanceCase[] = [
  ...attempts,
  ...waits,
  ...timeLimits,
  ...realTime,
  ...gates,
  ...classification,
  ...containment,
  ...options,
];

import { context, trace } from "otel2/api";
import { callWithRetry } from "../../mod.ts";
import { otelTracer } from "../../src/otel.ts";
import { provider, request } from "./fixture.ts";
import { chatByHand } from "./hand_written_spans.ts";
import type { Variant } from "./measure.ts";

// The same copy of the API as the spans by hand.
const tracer = otelTracer({ api: { trace, context } });
const TASK = "task-1";

/** Two spans around the same call: by hand, and by tryspan. */
export const spanVariants: [Variant, Variant] = [
  { name: "by hand", call: () => chatByHand(request, TASK) },
  { name: "tryspan", call: () => callWithRetry(provider, request, { tracer, taskId: TASK }) },
];

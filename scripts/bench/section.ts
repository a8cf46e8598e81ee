// deno-lint-ignore-file no-console
/** Measures one section, named by the first argument, and prints its timings as JSON. Runs in Deno and in Node. */
import process from "node:process";
import { measure } from "./measure.ts";
import { mustLeaveTheSameSpans, registerOpenTelemetry } from "./real_opentelemetry.ts";
import { retryVariants } from "./retry_variants.ts";
import { spanVariants } from "./span_variants.ts";

const section = process.argv[2];
if (section === "retries") {
  console.log(JSON.stringify(await measure(retryVariants)));
} else {
  if (section === "spans") {
    registerOpenTelemetry();
    await mustLeaveTheSameSpans(spanVariants);
  }
  console.log(JSON.stringify(await measure(spanVariants)));
}

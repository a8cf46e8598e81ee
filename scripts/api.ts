// deno-lint-ignore-file no-console
/** Writes down the public API, so that a change of it is a visible diff. */
import { docs } from "./api/docs.ts";
import { REPORT, report } from "./api/report.ts";
import { readArguments } from "./support/arguments.ts";

readArguments("Usage: deno task api", {});
const before = await Deno.readTextFile(REPORT).catch(() => "");
const after = report(await docs());
await Deno.writeTextFile(REPORT, after);
console.log(before === after ? "The public API is as it was" : "The public API has changed: see `git diff`");

import { project } from "../support/deno_json.ts";
import { importMapFlags } from "../support/jsr.ts";
import { check, type Part } from "../support/part.ts";
import { deno } from "../support/run.ts";
import { typeCheckAgainst } from "./type_check_against.ts";

const ENTRY_POINTS = Object.values(project.exports);

/** The checks that are no tests. */
export const CHECKS: readonly Part[] = [
  check("format", () => deno(["fmt", "--check"])),
  check("lint", () => deno(["lint"])),
  check("types", async () => deno(["check", ...await importMapFlags()])),
  check("types, browser libs alone", () => typeCheckAgainst("dom")),
  check("types, worker libs alone", () => typeCheckAgainst("webworker")),
  check("docs", () => deno(["doc", "--lint", ...ENTRY_POINTS])),
  check("publish to JSR (dry run)", () => deno(["publish", "--dry-run", "--allow-dirty"])),
];

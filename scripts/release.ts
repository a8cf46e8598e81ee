// deno-lint-ignore-file no-console
/** Releases a version: checks, version, changelog, commit, tag. */
import { release } from "./release/release.ts";
import { path } from "./support/paths.ts";

const HELP = `Usage: deno task release VERSION|major|minor|patch [--dry-run]

  --dry-run  only say what would be done`;

const dryRun = Deno.args.includes("--dry-run");
const [wanted, ...others] = Deno.args.filter((arg) => arg !== "--dry-run");
if (wanted === undefined || wanted.startsWith("-") || others.length > 0) {
  console.log(HELP);
  Deno.exit(wanted === "--help" ? 0 : 2);
}

try {
  await release({
    wanted,
    root: path(""),
    dryRun,
    date: new Date().toISOString().slice(0, 10),
    check: checkEverything,
    log: console.log,
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}

async function checkEverything(): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), { args: ["task", "test"], cwd: path("") }).spawn().status;
  if (!success) throw new Error("Cannot release: a check has failed");
}

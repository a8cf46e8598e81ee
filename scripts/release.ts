// deno-lint-ignore-file no-console
/** Releases a version: checks, version, changelog, commit, tag. */
import { release } from "./release/release.ts";
import { misused, readArguments } from "./support/arguments.ts";
import { messageOf } from "./support/message_of.ts";
import { path } from "./support/paths.ts";

const USAGE = `Usage: deno task release VERSION|major|minor|patch [--dry-run]

  --dry-run  only say what would be done`;

const { values, positionals } = readArguments(USAGE, {
  options: { "dry-run": { type: "boolean" } },
  allowPositionals: true,
});
const [wanted, ...others] = positionals;
if (wanted === undefined || others.length > 0) misused(USAGE, "VERSION must be given, once");

try {
  await release({
    wanted,
    root: path(""),
    dryRun: values["dry-run"] ?? false,
    date: new Date().toISOString().slice(0, 10),
    check: checkEverything,
    log: console.log,
  });
} catch (error) {
  console.error(messageOf(error));
  Deno.exit(1);
}

async function checkEverything(): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), { args: ["task", "test"], cwd: path("") }).spawn().status;
  if (!success) throw new Error("Cannot release: a check has failed");
}

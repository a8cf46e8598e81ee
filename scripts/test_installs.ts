/** Installs the packed package in new projects, with each package manager, and runs the README's first example there. */
import { importMapFlags } from "./support/jsr.ts";
import { ROOT } from "./support/paths.ts";
import { deno, mustSucceed } from "./support/run.ts";

await mustSucceed(deno(["run", "--allow-all", "scripts/build_npm.ts"]));
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["test", "--allow-all", ...await importMapFlags(), ...Deno.args, "tests/installs/"],
  cwd: ROOT,
}).spawn().status;
Deno.exit(code);

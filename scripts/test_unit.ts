/** Runs the unit tests alone, without any permission. Arguments go to `deno test`. */
import { importMapFlags } from "./support/jsr.ts";
import { path, ROOT } from "./support/paths.ts";

const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["test", "--permission-set=unit", "--no-prompt", ...await importMapFlags(), ...Deno.args, path("tests/unit/")],
  cwd: ROOT,
}).spawn().status;
Deno.exit(code);

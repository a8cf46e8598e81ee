import { assert, assertEquals, assertMatch } from "@std/assert";
import { project } from "../../scripts/support/deno_json.ts";
import { path } from "../../scripts/support/paths.ts";
import { npm } from "../../scripts/support/run.ts";
import { packageFiles } from "./support/package_files.ts";

// Nobody listens there: what is asked before publishing must not need the registry.
const NOWHERE = "http://127.0.0.1:9/";

Deno.test("npm publish takes the package as it is (dry run)", async () => {
  const flags = ["--dry-run", "--access=public", `--registry=${NOWHERE}`, "--fetch-retries=0"];
  const { ok, output } = await npm(["publish", ...flags], path("npm/"));
  assert(ok, output);
  assertMatch(output, new RegExp(`^\\+ tryspan@${project.version}$`, "m"));
  // npm mends what is wrong with a package.json, and says so.
  assert(!/corrected/i.test(output), output);
});

Deno.test("npm package's exports name the types first and the default last", async () => {
  const { exports } = JSON.parse((await packageFiles()).get("package.json")!);
  assertEquals(Object.keys(exports), Object.keys(project.exports));
  for (const conditions of Object.values<object>(exports)) {
    const names = Object.keys(conditions);
    assertEquals([names[0], names.at(-1)], ["types", "default"]);
  }
});

Deno.test("publish.yml publishes to JSR and npm with provenance, from jobs that run nobody else's code", async () => {
  const workflow = await Deno.readTextFile(path(".github/workflows/publish.yml"));
  const jobs = Object.fromEntries(workflow.split(/^ {2}(?=\w+:$)/m).map((job) => [/^\w+/.exec(job)?.[0], job]));
  for (const [name, command] of [["jsr", /run: deno publish$/m], ["npm", /run: npm publish .*--provenance/]] as const) {
    assertMatch(jobs[name]!, command);
    assertMatch(jobs[name]!, /needs: build\n/);
    assertMatch(jobs[name]!, /id-token: write/);
    assert(!/deno task|npm (install|ci|pack)/.test(jobs[name]!), `${name} runs more than it publishes`);
  }
});

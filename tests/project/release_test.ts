import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { nextVersion, released } from "../../scripts/release/plan.ts";
import { type Release, release } from "../../scripts/release/release.ts";
import { mustSucceed, run } from "../../scripts/support/run.ts";

const TEXTS = {
  denoJson: '{\n  "name": "@a/b",\n  "version": "0.1.0",\n  "imports": { "version": "x" }\n}\n',
  versionTs: 'export const VERSION = "0.1.0";\n',
  changelog: "# Changelog\n\n## Unreleased\n\n- News.\n\n## 0.0.9 (2026-01-01)\n\n- Old.\n",
};

/** A repository with these texts, ready for a release. */
class Repository implements AsyncDisposable {
  readonly logged: string[] = [];
  private constructor(readonly root: string) {}

  static async create(): Promise<Repository> {
    const repository = new Repository(await Deno.makeTempDir({ prefix: "tryspan_release_" }));
    await Deno.mkdir(`${repository.root}/src`);
    await repository.write("deno.json", TEXTS.denoJson);
    await repository.write("src/version.ts", TEXTS.versionTs);
    await repository.write("CHANGELOG.md", TEXTS.changelog);
    await repository.git("init", "--quiet", "--initial-branch=main");
    await repository.git("config", "user.name", "Test");
    await repository.git("config", "user.email", "test@example.com");
    await repository.git("add", ".");
    await repository.git("commit", "--quiet", "--message", "start");
    return repository;
  }

  git(...args: string[]): Promise<string> {
    return mustSucceed(run("git", args, this.root));
  }

  write(file: string, text: string): Promise<void> {
    return Deno.writeTextFile(`${this.root}/${file}`, text);
  }

  release(change: Partial<Release>): Promise<void> {
    const log = (line: string) => void this.logged.push(line);
    const check = () => Promise.resolve();
    return release({ wanted: "minor", root: this.root, dryRun: false, date: "2026-11-22", check, log, ...change });
  }

  /** The commits and tags, newest first. */
  history(): Promise<string> {
    return this.git("log", "--format=%s%d");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}

Deno.test("nextVersion() counts up, takes a version that is not below the current one, and nothing else", () => {
  const cases = {
    major: "2.0.0",
    minor: "1.3.0",
    patch: "1.2.10",
    "1.2.9": "1.2.9",
    "1.10.0": "1.10.0",
    "2.0.0": "2.0.0",
  };
  for (const [wanted, version] of Object.entries(cases)) assertEquals(nextVersion("1.2.9", wanted), version);
  for (const wanted of ["1.2.8", "1.1.10", "0.9.9", "1.2", "v1.3.0", "1.3.0-rc.1", "01.3.0", "next", ""]) {
    assertThrows(() => nextVersion("1.2.9", wanted), RangeError, `current value is ${wanted}`);
  }
});

Deno.test("released() writes the version in its two places and dates the news", () => {
  assertEquals(released(TEXTS, "0.2.0", "2026-11-22"), {
    denoJson: TEXTS.denoJson.replace("0.1.0", "0.2.0"),
    versionTs: 'export const VERSION = "0.2.0";\n',
    changelog: TEXTS.changelog.replace("## Unreleased\n", "## Unreleased\n\n## 0.2.0 (2026-11-22)\n"),
  });
  for (const news of ["- It.", "### Added\n\n* It.", "- It\n  is long.", "Some words.\n\n- It."]) {
    const { changelog } = released({ ...TEXTS, changelog: `## Unreleased\n\n${news}\n` }, "0.2.0", "2026-11-22");
    assertEquals(changelog, `## Unreleased\n\n## 0.2.0 (2026-11-22)\n\n${news}\n`);
  }
});

Deno.test("released() refuses a changelog without an entry under Unreleased", () => {
  const empty = ["", "### Added\n\n### Fixed", "Nothing yet.", "<!--\n- It.\n-->", "-", "- \n", "- <!-- It. -->"];
  const old = "## 0.0.9 (2026-01-01)\n\n- Old.\n";
  const changelogs = empty.flatMap((news) => [`## Unreleased\n\n${news}`, `## Unreleased\n\n${news}\n\n${old}`]);
  for (const changelog of ["# Changelog\n", ...changelogs]) {
    assertThrows(() => released({ ...TEXTS, changelog }, "0.2.0", "2026-11-22"), Error, "must say what is new");
  }
});

Deno.test("release() checks, commits and tags", async () => {
  await using repository = await Repository.create();
  let checks = 0;
  await repository.release({ check: () => Promise.resolve(checks++) });
  assertEquals(checks, 1);
  assertEquals(await repository.history(), "chore: release 0.2.0 (HEAD -> main, tag: v0.2.0)\nstart\n");
  assertEquals(await repository.git("status", "--porcelain"), "");
  assertEquals(await repository.git("diff", "--name-only", "HEAD~"), "CHANGELOG.md\ndeno.json\nsrc/version.ts\n");
  assertStringIncludes(repository.logged.join("\n"), "git push --atomic origin main v0.2.0");
  await assertRejects(() => repository.release({ wanted: "0.2.0" }), Error, "must say what is new");
});

Deno.test("release() as a dry run says what it would do, and does nothing", async () => {
  await using repository = await Repository.create();
  await repository.release({ dryRun: true, check: () => Promise.reject(new Error("checked")) });
  assertEquals(await repository.history(), "start (HEAD -> main)\n");
  assertEquals(await repository.git("status", "--porcelain"), "");
  for (const part of ["0.2.0", "v0.2.0", "2026-11-22"]) assertStringIncludes(repository.logged.join("\n"), part);
});

Deno.test("release() refuses another branch, changes, a tag that exists, and a failed check", async () => {
  await using repository = await Repository.create();
  await assertRejects(
    () => repository.release({ check: () => Promise.reject(new Error("a test failed")) }),
    Error,
    "a test failed",
  );
  await assertRejects(() => repository.release({ check: () => repository.write("new", "") }), Error, "?? new");
  await assertRejects(() => repository.release({}), Error, "the tree must be clean");
  await Deno.remove(`${repository.root}/new`);
  await repository.git("tag", "v0.2.0");
  await assertRejects(() => repository.release({}), Error, "v0.2.0 exists already");
  await repository.git("switch", "--quiet", "--create", "other");
  await assertRejects(() => repository.release({ wanted: "patch" }), Error, "current value is other");
  assertEquals(await repository.history(), "start (HEAD -> other, tag: v0.2.0, main)\n");
});

import { mustSucceed, run } from "../support/run.ts";
import { nextVersion, released, type Texts } from "./plan.ts";

/** Where each text stands. */
const FILES: Readonly<Record<keyof Texts, string>> = {
  denoJson: "deno.json",
  versionTs: "src/version.ts",
  changelog: "CHANGELOG.md",
};

/** A release, and what it needs from outside. */
export interface Release {
  /** A version such as `1.2.3`, or `major`, `minor` or `patch`. */
  readonly wanted: string;
  /** The repository. */
  readonly root: string;
  /** Says what would be done, and does none of it. */
  readonly dryRun: boolean;
  /** The day of the release, e.g. `2026-11-22`. */
  readonly date: string;
  /** Runs every check; rejects if one fails. */
  readonly check: () => Promise<unknown>;
  readonly log: (line: string) => void;
}

/** Checks everything, writes the version down, dates the changelog, commits and tags. Pushing is left to the caller. */
export async function release({ wanted, root, dryRun, date, check, log }: Release): Promise<void> {
  const git = async (...args: string[]) => (await mustSucceed(run("git", args, root))).trim();
  const texts = await readTexts(root);
  const version = nextVersion(JSON.parse(texts.denoJson).version, wanted);
  const tag = `v${version}`;
  const after = released(texts, version, date);
  await mustBeReady(git, tag);
  if (dryRun) {
    log(`Would run every check, then write ${version} to ${FILES.denoJson} and ${FILES.versionTs},`);
    log(`date the changelog's news "## ${version} (${date})", commit "chore: release ${version}" and tag ${tag}`);
    return;
  }
  await check();
  // The checks build and install; what they leave behind must not slip into the release, nor change its sources.
  await mustBeReady(git, tag);
  for (const name of Object.keys(FILES) as (keyof Texts)[]) {
    await Deno.writeTextFile(`${root}/${FILES[name]}`, after[name]);
  }
  await git("add", ...Object.values(FILES));
  await git("commit", "--message", `chore: release ${version}`);
  await git("tag", "--annotate", tag, "--message", `tryspan ${version}`);
  log(`Released ${version} here. To publish it: git push --atomic origin main ${tag}`);
}

async function readTexts(root: string): Promise<Texts> {
  const [denoJson, versionTs, changelog] = await Promise.all(
    [FILES.denoJson, FILES.versionTs, FILES.changelog].map((file) => Deno.readTextFile(`${root}/${file}`)),
  );
  return { denoJson: denoJson!, versionTs: versionTs!, changelog: changelog! };
}

async function mustBeReady(git: (...args: string[]) => Promise<string>, tag: string): Promise<void> {
  const branch = await git("branch", "--show-current");
  if (branch !== "main") {
    throw new Error(`Cannot release: the branch must be main: current value is ${branch || "none"}`);
  }
  const changes = await git("status", "--porcelain");
  if (changes !== "") throw new Error(`Cannot release: the tree must be clean: it has these changes\n${changes}`);
  if (await git("tag", "--list", tag) !== "") throw new Error(`Cannot release: the tag ${tag} exists already`);
}

import { project } from "../support/deno_json.ts";
import { once } from "../support/once.ts";
import { path } from "../support/paths.ts";
import { mustSucceed, npm } from "../support/run.ts";

/** Packs npm/, as publishing would, and returns the tarball's file name. */
export const packedPackage: () => Promise<string> = once(async () => {
  const isBuilt = await Deno.stat(path("npm/")).then(() => true, () => false);
  if (!isBuilt) throw new Error("Cannot pack npm/: it must be built first, with: deno task build:npm");
  await Deno.mkdir(path(".cache/"), { recursive: true });
  await mustSucceed(npm(["pack", "--pack-destination", path(".cache/")], path("npm/")));
  return path(`.cache/tryspan-${project.version}.tgz`);
});

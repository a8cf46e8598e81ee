import { fileURLToPath } from "node:url";

/** The repository's root, with a slash at its end. */
export const ROOT = new URL("../../", import.meta.url);

/** A place in the repository, e.g. `path("src/otel.ts")`, as an absolute file name. */
export function path(relative: string): string {
  return fileURLToPath(new URL(relative, ROOT));
}

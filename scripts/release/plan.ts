/** What a release changes, as texts. */
export interface Texts {
  readonly denoJson: string;
  readonly versionTs: string;
  readonly changelog: string;
}

/** The version to release: given as such, or as the part of the current one to count up. */
export function nextVersion(current: string, wanted: string): string {
  const [major, minor, patch] = parse(current);
  switch (wanted) {
    case "major":
      return `${major + 1}.0.0`;
    case "minor":
      return `${major}.${minor + 1}.0`;
    case "patch":
      return `${major}.${minor}.${patch + 1}`;
  }
  const parts = parse(wanted);
  const [was, is] = [[major, minor, patch], parts];
  const index = is.findIndex((part, i) => part !== was[i]);
  // The current version itself is fine: the first release has no other.
  if (index >= 0 && is[index]! < was[index]!) {
    throw new RangeError(`Cannot release: the version must not be below ${current}: current value is ${wanted}`);
  }
  return wanted;
}

function parse(version: string): [number, number, number] {
  const [, major, minor, patch] = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(version) ?? [];
  if (patch === undefined) {
    const rule = "major, minor, patch, or three numbers such as 1.2.3";
    throw new RangeError(`Cannot release: the version must be ${rule}: current value is ${version}`);
  }
  return [Number(major), Number(minor), Number(patch)];
}

/** The texts as they are released: the version in its two places, and the changelog's news under it, with the date. */
export function released(texts: Texts, version: string, date: string): Texts {
  const [, news = ""] = /^## Unreleased\n+([^]*?)(?=^## |$(?![^]))/m.exec(texts.changelog) ?? [];
  const hasEntry = /^ *[-*] +\S/m.test(news.replaceAll(/<!--[^]*?-->/g, ""));
  if (!hasEntry) throw new Error("Cannot release: CHANGELOG.md must say what is new under '## Unreleased', as '- ...'");
  return {
    denoJson: replaceOnce(texts.denoJson, /(?<=^ {2}"version": ")[^"]*/m, version, "deno.json"),
    versionTs: replaceOnce(texts.versionTs, /(?<=VERSION = ")[^"]*/, version, "src/version.ts"),
    changelog: replaceOnce(
      texts.changelog,
      /^## Unreleased\n/m,
      `## Unreleased\n\n## ${version} (${date})\n`,
      "CHANGELOG.md",
    ),
  };
}

function replaceOnce(text: string, pattern: RegExp, replacement: string, file: string): string {
  if (!pattern.test(text)) throw new Error(`Cannot release: ${file} must have a place for the version`);
  return text.replace(pattern, () => replacement);
}

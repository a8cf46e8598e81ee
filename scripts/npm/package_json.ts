import { project } from "../support/deno_json.ts";

const REPOSITORY = "https://github.com/tryspan/tryspan";

/** The npm package's package.json, however the package was built. `isPrivate` keeps it from being published. */
export function packageJson(isPrivate: boolean): Record<string, unknown> {
  return {
    name: "tryspan",
    version: project.version,
    ...(isPrivate ? { private: true } : {}),
    description: "Retries calls to language models and opens one span for every attempt.",
    keywords: ["llm", "retry", "backoff", "opentelemetry", "tracing", "span", "openai", "anthropic", "ai"],
    license: project.license,
    author: "tryspan authors",
    homepage: `${REPOSITORY}#readme`,
    repository: { type: "git", url: `git+${REPOSITORY}.git` },
    bugs: { url: `${REPOSITORY}/issues` },
    type: "module",
    engines: { node: ">=18" },
    sideEffects: false,
    exports: Object.fromEntries(Object.entries(project.exports).map(([name, file]) => [name, conditions(file)])),
    files: ["esm", "CHANGELOG.md"],
    peerDependencies: { "@opentelemetry/api": ">=1.9.0 <2" },
    peerDependenciesMeta: { "@opentelemetry/api": { optional: true } },
  };
}

// `default` and not `import`, so that `require()` of an ES module finds it too.
function conditions(file: string): Record<string, string> {
  const built = file.replace(/^\.\//, "./esm/");
  return { types: built.replace(/\.ts$/, ".d.ts"), default: built.replace(/\.ts$/, ".js") };
}

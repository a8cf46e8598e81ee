import denoJson from "../../deno.json" with { type: "json" };
import testsOnly from "../../tests/imports.json" with { type: "json" };

/** The fields of deno.json that scripts read. */
export interface DenoJson {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
}

/**
 * The project's deno.json: the one place for its version, its entry points and the versions it imports. What tests and
 * benchmarks alone import stands in tests/imports.json, so that no other task resolves it: two lines of OpenTelemetry at
 * once make Deno warn.
 */
export const project: DenoJson = { ...denoJson, imports: { ...denoJson.imports, ...testsOnly.imports } };

/** An npm package that deno.json imports. */
export interface NpmImport {
  /** What the code calls it, e.g. `otel2/sdk`. */
  readonly alias: string;
  /** The package's own name. */
  readonly name: string;
  readonly version: string;
}

/** The npm packages that deno.json imports. */
export function npmImports(): NpmImport[] {
  return Object.entries(project.imports).flatMap(([alias, specifier]) => {
    const [, name, version] = /^npm:((?:@[^/@]+\/)?[^/@]+)@([^/]+)$/.exec(specifier) ?? [];
    return name === undefined ? [] : [{ alias, name, version: version! }];
  });
}

import { build, stop } from "esbuild";
import { project } from "../support/deno_json.ts";
import { npmPackages } from "../support/npm_packages.ts";
import { path } from "../support/paths.ts";

/** One entry point as a single file that needs nothing else. */
export interface EdgeBundle {
  /** As in deno.json, e.g. `./otel`. */
  readonly entryPoint: string;
  /** Its name in edge/, e.g. `otel.js`. */
  readonly file: string;
  readonly code: string;
  readonly sourceMap: string;
  /** The files whose code is in it, from the repository's root. */
  readonly holds: readonly string[];
  /** What it still imports. */
  readonly imports: readonly string[];
}

/**
 * The API finds the registered provider through a global that copies of one major version share, but a copy rejects what
 * an older minor version has registered. So this is the oldest version that `./otel` supports: it sees every provider.
 */
const OTEL_API = { "@opentelemetry/api": "1.9.0" };

/** Bundles each entry point for places without a package manager. */
export async function bundleForEdge(): Promise<EdgeBundle[]> {
  const cache = await npmPackages("edge", OTEL_API);
  // Of its three builds the one that bundlers pick holds ES5 classes, of which they cannot drop any.
  const alias = { "@opentelemetry/api": `${cache}/node_modules/@opentelemetry/api/build/esnext/index.js` };
  const names = Object.keys(project.exports);
  const bundles = await Promise.all(names.map((entryPoint) => bundle(entryPoint, alias)));
  await stop();
  return bundles;
}

async function bundle(entryPoint: string, alias: Record<string, string>): Promise<EdgeBundle> {
  const file = entryPoint === "." ? "tryspan.js" : `${entryPoint.slice(2).replaceAll("/", "-")}.js`;
  const { outputFiles, metafile } = await build({
    entryPoints: [path(project.exports[entryPoint]!)],
    outfile: path(`edge/${file}`),
    absWorkingDir: path(""),
    write: false,
    metafile: true,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    external: ["node:*"],
    alias,
    banner: { js: banner(entryPoint) },
    sourcemap: "linked",
    sourcesContent: true,
    logLevel: "silent",
  });
  const { inputs, imports } = metafile.outputs[`edge/${file}`]!;
  return {
    entryPoint,
    file,
    code: outputFiles.find((it) => it.path.endsWith(".js"))!.text,
    // Not where this machine keeps its packages.
    sourceMap: outputFiles.find((it) => it.path.endsWith(".map"))!.text.replaceAll('"../.cache/edge/', '"'),
    holds: Object.keys(inputs).filter((input) => inputs[input]!.bytesInOutput > 0),
    imports: imports.map((it) => it.path),
  };
}

function banner(entryPoint: string): string {
  const others = entryPoint === "./otel"
    ? `, with @opentelemetry/api ${OTEL_API["@opentelemetry/api"]} (Apache-2.0)`
    : "";
  return `/*! tryspan${entryPoint.slice(1)} ${project.version} (${project.license})${others} */`;
}

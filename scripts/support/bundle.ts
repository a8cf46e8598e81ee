import { build, type BuildOptions, type BuildResult, stop } from "esbuild";

let running = 0;

/** Bundles with esbuild, which is stopped as soon as nothing is being bundled any more: it would keep the process alive. */
export async function bundle<Options extends BuildOptions>(options: Options): Promise<BuildResult<Options>> {
  running++;
  try {
    return await build(options);
  } finally {
    if (--running === 0) await stop();
  }
}

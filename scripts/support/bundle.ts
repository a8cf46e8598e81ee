import { build, type BuildOptions, type Metafile, stop } from "esbuild";

let running = 0;

/**
 * Bundles with esbuild and tells what went where. esbuild is stopped as soon as nothing is being bundled any more: it would
 * keep the process alive.
 */
export async function bundle(options: BuildOptions): Promise<Metafile> {
  running++;
  try {
    return (await build({ ...options, metafile: true })).metafile;
  } finally {
    if (--running === 0) await stop();
  }
}

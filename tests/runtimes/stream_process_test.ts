// deno-lint-ignore-file no-console -- the sizes are to be seen
import { assert, assertEquals } from "@std/assert";
import { bundle } from "../../scripts/support/bundle.ts";
import { once } from "../../scripts/support/once.ts";
import { path } from "../../scripts/support/paths.ts";

const DIRECTORY = path(".cache/runtimes/jobs/streamProcess");

const bundled = once(async () => {
  await bundle({
    entryPoints: [path("tests/runtimes/stream_process.ts")],
    outfile: `${DIRECTORY}/main.mjs`,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "es2022",
    logLevel: "silent",
  });
});

/** The runtimes whose garbage collector can be called. */
const COMMANDS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  "Deno": [Deno.execPath(), "run", "--allow-all", "--v8-flags=--expose-gc", "main.mjs"],
  "Node": ["node", "--expose-gc", "main.mjs"],
};

/** The longest that a process may take which has nothing to wait for; what it must not wait for takes 60 s. */
const LIMIT_MS = 30_000;

/** Runs a scene as a process, to its own end. */
async function play(runtime: string, scene: string): Promise<{ result: unknown; tookMs: number }> {
  await bundled();
  const [command, ...args] = COMMANDS[runtime]!;
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args, scene],
    cwd: DIRECTORY,
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(LIMIT_MS),
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert(success, `'${scene}' did not end by itself: ${text}${new TextDecoder().decode(stderr)}`);
  return JSON.parse(text);
}

for (const runtime of Object.keys(COMMANDS)) {
  Deno.test(`streamWithRetry() keeps no process alive while nobody waits for a chunk, in ${runtime}`, async () => {
    const scenes = {
      "never read": "over",
      "read in part": [{ n: 0 }, { n: 1 }],
      "left": "cancelled",
      "timed out before content": "timeout",
    };
    for (const [scene, expected] of Object.entries(scenes)) {
      assertEquals((await play(runtime, scene)).result, expected, scene);
    }
  });

  Deno.test(`streamWithRetry() tells who waits for a chunk that time is up, in ${runtime}`, async () => {
    for (const scene of ["awaited to the deadline", "awaited to the idle timeout"]) {
      const { result, tookMs } = await play(runtime, scene);
      assertEquals(result, "TimeoutError", scene);
      assert(tookMs >= 300, `${scene}: after ${tookMs} ms`);
    }
  });

  Deno.test(`streamWithRetry() ends a stream that is dropped and collected, in ${runtime}`, async () => {
    const parts = ["dropped unread", "dropped, read in part", "dropped with its reader", "dropped, finished kept"];
    for (const scene of parts) {
      const { result } = await play(runtime, scene);
      assertEquals(result, { returns: 1, outcome: "cancelled", ends: [1, 1] }, scene);
    }
  });

  Deno.test(`streamWithRetry() ends no stream that somebody can still read, in ${runtime}`, async () => {
    for (
      const by of ["", " by its iterator", " by its reader", " by a question", " by a tee", " by a pipe", " by a body"]
    ) {
      const { result } = await play(runtime, `kept${by}`);
      assertEquals(result, { returns: 0, outcome: "open", ends: [0, 0] }, `kept${by}`);
    }
  });

  Deno.test(`streamWithRetry() takes no more memory the longer a stream is, in ${runtime}`, async () => {
    const { grownBytes, samples } = (await play(runtime, "read for long")).result as Record<string, number>;
    console.log(`note: 150,000 more chunks leave ${grownBytes} bytes behind in ${runtime}`);
    assertEquals(samples, 3);
    // A byte for each chunk would be 150,000.
    assert(grownBytes! < 100_000, `${grownBytes} bytes`);
  });
}

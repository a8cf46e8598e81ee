import { ANSWER, type Exit } from "./_exit.ts";
import { EXIT_PROVIDERS, type StreamExitProvider } from "./_exit_providers.ts";
import { recordingBackend, Scene, type StreamExitBackend, type StreamLibrary } from "./_exit_scene.ts";
import { judgeExit } from "./_exit_verdict.ts";
import { exits, type Prelude, preludes } from "./_exits.ts";
import type { FakeClock } from "./fake_clock.ts";

/** Options of {@linkcode streamExits}. */
export interface StreamExitsOptions {
  /**
   * What the exits are tried on.
   *
   * @default three: a promise of an async iterable, an async generator, and a `ReadableStream`
   */
  readonly providers?: readonly StreamExitProvider[];
  /** Makes what the spans go to, for each exit. @default a recording tracer */
  readonly backend?: (clock: FakeClock) => StreamExitBackend;
}

/** One way out of a stream. */
export interface StreamExit {
  /** What happens, with which provider, and whether attempts failed before. */
  readonly name: string;
  /**
   * Makes it happen, on a clock of its own. Settles whatever the library does, or leaves undone; rejects with an `Error`
   * that tells all that is not as it must be.
   */
  run(library: StreamLibrary): Promise<void>;
}

/** How long an attempt fails, and the wait after it. */
const PRELUDE_MS = 1050;

/**
 * Every way out of a stream: its end, a consumer that leaves, errors, aborts and time limits in every phase; each with
 * every provider, at the first try and after attempts that were retried. Each asserts the spans, what the consumer got,
 * `finished`, `attemptsOf`, what the service saw of it, and that nothing is left behind. They need no test framework.
 *
 * @example
 * ```ts
 * import { attemptsOf, streamWithRetry } from "@tryspan/tryspan";
 * import { streamExits } from "@tryspan/tryspan/testing";
 *
 * for (const { name, run } of streamExits()) {
 *   // Your framework's `test(name, ...)`.
 *   await run({ streamWithRetry, attemptsOf }).catch((error) => console.error(name, error));
 * }
 * ```
 *
 * @example A provider of your own
 * ```ts
 * import { type ScriptedService, streamExits } from "@tryspan/tryspan/testing";
 *
 * const exits = streamExits({
 *   providers: [{
 *     name: "mine",
 *     create: (service: ScriptedService) => ({
 *       name: "mine",
 *       async *stream(_request, { signal }) {
 *         const body = await service.open(signal);
 *         try {
 *           for (let chunk; (chunk = await body.pull());) yield { delta: chunk.text, chunk };
 *         } finally {
 *           body.cancel();
 *         }
 *       },
 *       describeChunk: ({ chunk }) => chunk,
 *     }),
 *     textOf: ({ delta }) => delta,
 *   }],
 * });
 * exits.length > 100; // true
 * ```
 */
export function streamExits(
  { providers = EXIT_PROVIDERS, backend = recordingBackend }: StreamExitsOptions = {},
): readonly StreamExit[] {
  return providers.flatMap((provider) =>
    preludes().flatMap((prelude, which) =>
      exits().map((exit, index) => ({ exit, index })).filter(({ exit }) => makesSense(exit, provider, prelude))
        .map(({ exit: { name }, index }) => ({
          name: `${name}, ${prelude.name} (${provider.name})`,
          run: (library: StreamLibrary) => perform(library, provider, preludes()[which]!, exits()[index]!, backend),
        }))
    )
  );
}

function makesSense(exit: Exit, provider: StreamExitProvider, prelude: Prelude): boolean {
  return !(exit.isPlain && provider.textOf) && !(exit.isUnasked && prelude.script.length > 0);
}

async function perform(
  library: StreamLibrary,
  provider: StreamExitProvider,
  prelude: Prelude,
  exit: Exit,
  backend: (clock: FakeClock) => StreamExitBackend,
): Promise<void> {
  const { script = [ANSWER], retriesLeft = 3 } = exit;
  const before = prelude.script.length;
  const scene = new Scene(provider, [...prelude.script, ...script], before, backend);
  await judgeExit({ library, provider, prelude, exit, script, scene }, async () => {
    if (exit.isUnasked) scene.abort();
    scene.start(library, exit.limits?.(before * PRELUDE_MS) ?? {}, before + retriesLeft);
    await exit.play(scene);
  });
}

/** A function to be run: exported by a module, it takes and resolves with what JSON can carry. */
export interface Job {
  /** The module's file, from the repository's root. */
  readonly module: string;
  /** The function's name. */
  readonly name: string;
}

/** A runtime of one version, and how the library gets into it. */
export interface Runtime {
  /** E.g. `Node`, with what is special about it. */
  readonly name: string;
  /** As what the library is tested: its sources, the installed npm package, or a bundle of that. */
  readonly library: "source" | "package" | "bundle";
  /** Resolves with its version; rejects with the reason if it is not to be had on this machine. Installs it if need be. */
  version(): Promise<string>;
  /** Runs a job in it. */
  run(job: Job, input: unknown): Promise<unknown>;
}

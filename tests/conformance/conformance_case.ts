import type { Library } from "./library.ts";

/** Something that has to hold in every runtime. */
export interface ConformanceCase {
  /** What, in words. */
  readonly name: string;
  /** Throws, or rejects with, an `Error` if it does not hold. */
  run(library: Library): void | Promise<void>;
}

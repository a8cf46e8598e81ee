import type { ChunkDescription } from "./provider.ts";

/**
 * What two parts of a stream say together: any content makes content, the first error and the end stay, and of all else
 * the later one wins, of token counts each for itself.
 */
export function mergeDescription(earlier: ChunkDescription, later: ChunkDescription): ChunkDescription {
  return {
    ...earlier,
    ...known(later),
    usage: earlier.usage && { ...earlier.usage, ...known(later.usage ?? {}) } || later.usage,
    isContent: earlier.isContent !== false || later.isContent !== false,
    isTerminal: earlier.isTerminal || (later.isTerminal ?? earlier.isTerminal),
    error: earlier.error ?? later.error,
  };
}

/** The fields of `part` that say something. */
function known<T extends object>(part: T): Partial<T> {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)) as Partial<T>;
}

import { addTo } from "./_add_to.ts";
import type { ChunkDescription } from "./provider.ts";

/**
 * What two parts of a stream say together: any content makes content, the first error and the end stay, and of all else
 * the later one wins, of token counts each for itself.
 */
export function mergeDescription(earlier: ChunkDescription, later: ChunkDescription): ChunkDescription {
  return Object.assign(addTo({}, earlier, later), {
    usage: earlier.usage && addTo({}, earlier.usage, later.usage ?? {}) || later.usage,
    isContent: earlier.isContent !== false || later.isContent !== false,
    isTerminal: earlier.isTerminal || (later.isTerminal ?? earlier.isTerminal),
    error: earlier.error ?? later.error,
  });
}

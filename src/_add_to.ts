/** Adds to `told` what is set: later ones win over earlier ones. */
export function addTo<T extends object>(told: T, ...all: readonly T[]): T {
  for (const some of all) {
    for (const name in some) if (some[name] !== undefined) told[name] = some[name];
  }
  return told;
}

/** Makes work that several parts need be done once: whoever comes first starts it, all get its result. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => result ??= work();
}

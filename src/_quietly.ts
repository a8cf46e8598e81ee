/**
 * What `action` returns, or nothing if it throws: for code of others that must not hurt the call. A promise it returns is
 * kept from rejecting unhandled.
 */
export function quietly<T>(action: () => T): T | undefined {
  try {
    return hush(action());
  } catch {
    return undefined;
  }
}

/** Keeps a promise that nobody waits for from rejecting unhandled. */
export function hush<T>(value: T): T {
  if ((value as { then?: unknown } | undefined | null)?.then) Promise.resolve(value).catch(() => {});
  return value;
}

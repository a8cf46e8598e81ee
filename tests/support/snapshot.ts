/** A value with everything that can be seen of it: classes, and properties that are not enumerable. */
export function snapshot(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(snapshot);
  const { constructor } = Object.getPrototypeOf(value) ?? {};
  const properties = Object.getOwnPropertyNames(value)
    // When a response was sent differs each time.
    .filter((name) => name !== "date")
    .map((name) => [name, snapshot((value as Record<string, unknown>)[name])]);
  return { class: constructor?.name, ...Object.fromEntries(properties) };
}

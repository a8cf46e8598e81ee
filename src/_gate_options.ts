/**
 * Throws where `options` is no object, one of its `numbers` is no finite number > 0, or one of its `functions` no function;
 * what is unset is fine.
 */
export function checkOptions<Options extends object>(
  options: Options,
  numbers: readonly (keyof Options & string)[],
  functions: readonly (keyof Options & string)[] = [],
): void {
  if (typeof options !== "object" || !options) fail(TypeError, "options", "an object", options);
  for (const name of numbers) {
    const value: unknown = options[name];
    if (value === undefined) continue;
    if (typeof value !== "number") fail(TypeError, name, "a finite number > 0", value);
    if (!(value > 0 && value < Infinity)) fail(RangeError, name, "a finite number > 0", value);
  }
  for (const name of functions) {
    const value: unknown = options[name];
    if (value !== undefined && typeof value !== "function") fail(TypeError, name, "a function", value);
  }
}

function fail(Type: ErrorConstructor, name: string, rule: string, value: unknown): never {
  const shown = Object(value) === value ? "an object" : typeof value === "string" ? `"${value}"` : String(value);
  throw new Type(`Cannot create a gate: '${name}' must be ${rule}: current value is ${shown}`);
}

/** Throws where one of `numbers` is no finite number > 0, or one of `functions` no function; what is unset is fine. */
export function checkOptions(
  numbers: Readonly<Record<string, unknown>>,
  functions: Readonly<Record<string, unknown>> = {},
): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (value === undefined) continue;
    if (typeof value !== "number") fail(TypeError, name, "a finite number > 0", value);
    if (!(value > 0 && value < Infinity)) fail(RangeError, name, "a finite number > 0", value);
  }
  for (const [name, value] of Object.entries(functions)) {
    if (value !== undefined && typeof value !== "function") fail(TypeError, name, "a function", value);
  }
}

function fail(Type: ErrorConstructor, name: string, rule: string, value: unknown): never {
  const shown = Object(value) === value ? "an object" : typeof value === "string" ? `"${value}"` : String(value);
  throw new Type(`Cannot create a gate: '${name}' must be ${rule}: current value is ${shown}`);
}

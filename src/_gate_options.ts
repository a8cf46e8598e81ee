/** Throws where a gate's option is no number > 0. */
export function checkPositive(options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (!(value > 0 && value < Infinity)) {
      throw new RangeError(`Cannot create a gate: '${name}' must be a number > 0: current value is ${String(value)}`);
    }
  }
}

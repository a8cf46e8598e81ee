import { response } from "./fixture.ts";

/** One way to make the same call. */
export interface Variant {
  readonly name: string;
  readonly call: () => PromiseLike<unknown>;
}

/** The microseconds that one call takes, by variant: its fastest round, which other work on the machine touched least. */
export type Timings = Record<string, number>;

const ROUNDS = 101;
/** Long enough for the garbage of a variant to be collected at that variant's own cost. */
const SLICE_MS = 8;

/**
 * Times the variants side by side: every round gives each of them one slice, and each round starts with another one, so
 * that neither a slow phase of the machine nor a neighbour's garbage falls on one variant alone.
 */
export async function measure(variants: readonly Variant[]): Promise<Timings> {
  const calls = new Map<Variant, number>();
  for (const variant of variants) await mustAnswer(variant);
  for (const variant of variants) calls.set(variant, await callsPerSlice(variant));
  const fastest: Record<string, number> = Object.fromEntries(variants.map(({ name }) => [name, Infinity]));
  for (let round = 0; round < ROUNDS; round++) {
    for (let turn = 0; turn < variants.length; turn++) {
      const variant = variants[(round + turn) % variants.length]!;
      const count = calls.get(variant)!;
      const microseconds = await time(variant.call, count) / count * 1000;
      fastest[variant.name] = Math.min(fastest[variant.name]!, microseconds);
    }
  }
  return fastest;
}

async function mustAnswer({ name, call }: Variant): Promise<void> {
  if (await call() !== response) throw new Error(`Cannot measure ${name}: it does not return the provider's response`);
}

/** Warms the variant up on the way. */
async function callsPerSlice({ call }: Variant): Promise<number> {
  let count = 100;
  let ms = 0;
  for (let spentMs = 0; spentMs < 20 * SLICE_MS; spentMs += ms) {
    ms = await time(call, count);
    count = Math.ceil(count * Math.min(10, SLICE_MS / ms));
  }
  return count;
}

async function time(call: () => PromiseLike<unknown>, count: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < count; i++) await call();
  return performance.now() - start;
}

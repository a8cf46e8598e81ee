import { gzipSync } from "node:zlib";
import { project } from "../support/deno_json.ts";
import { layerOf } from "../support/layers.ts";
import type { EdgeBundle } from "./bundle.ts";

/** What only a tracing backend, development or tests need. */
const ADAPTERS = ["./otel", "./console", "./testing"];

/** The bytes that each entry point's bundle may have, gzipped. */
export type Budgets = Readonly<Record<string, number>>;

/** The size of a bundle in bytes. */
export function sizeOf({ code }: Pick<EdgeBundle, "code">): { bytes: number; gzipped: number } {
  const bytes = new TextEncoder().encode(code);
  return { bytes: bytes.length, gzipped: gzipSync(bytes, { level: 9 }).length };
}

/** What is wrong with the bundles, in words. */
export function problemsOf(bundles: readonly EdgeBundle[], budgets: Budgets, budgetsFile: string): string[] {
  const stale = Object.keys(budgets).filter((name) => !bundles.some(({ entryPoint }) => entryPoint === name));
  return [
    ...bundles.flatMap((bundle) => [...overBudget(bundle, budgets, budgetsFile), ...misfits(bundle)]),
    ...stale.map((name) => `${budgetsFile} has a budget for '${name}', which is no entry point: take it away`),
  ];
}

function overBudget(bundle: EdgeBundle, budgets: Budgets, budgetsFile: string): string[] {
  const budget = budgets[bundle.entryPoint];
  const { gzipped } = sizeOf(bundle);
  if (budget === undefined) {
    // With some room, so that not every small change needs a new one.
    const suggestion = Math.ceil(gzipped * 1.05 / 50) * 50;
    return [`'${bundle.entryPoint}' has no budget: add "${bundle.entryPoint}": ${suggestion} to ${budgetsFile}`];
  }
  if (gzipped <= budget) return [];
  return [`'${bundle.entryPoint}' has ${gzipped} bytes gzipped, over its budget of ${budget} in ${budgetsFile}`];
}

function misfits({ entryPoint, code, holds, imports }: EdgeBundle): string[] {
  const found: string[] = [];
  if (/\beval\b|\bFunction\s*\(/.test(code)) found.push(`'${entryPoint}' makes code from strings`);
  const isAdapter = ADAPTERS.includes(entryPoint);
  const missing = imports.filter((name) => !(isAdapter && name.startsWith("node:")));
  found.push(...missing.map((name) => `'${entryPoint}' is not on its own: it imports '${name}'`));
  const entryPoints = Object.values(project.exports).map((file) => file.slice(2));
  const foreign = holds.filter((file) => {
    return (!isAdapter && isOfAdapter(file)) || (entryPoint === "." && entryPoints.includes(file));
  });
  found.push(...foreign.map((file) => `'${entryPoint}' holds ${file}`));
  if (isAdapter && !holds.some(isOfAdapter)) {
    found.push(`'${entryPoint}' holds no code of an adapter: scripts/support/layers.ts does not know its files`);
  }
  return found;
}

function isOfAdapter(file: string): boolean {
  return layerOf(file).startsWith("adapter");
}

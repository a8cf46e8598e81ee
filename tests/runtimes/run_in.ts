import { bun } from "./bun.ts";
import { denoOnPackage } from "./deno.ts";
import { edgeRuntime } from "./edge_runtime.ts";
import { node } from "./node.ts";
import type { Job, Runtime as AnyRuntime } from "./runtime.ts";
import { workerd } from "./workerd.ts";

const { run: inNode } = node();
const { run: inWorkerd } = workerd();

/** Runs a job in each kind of runtime, with the network at hand. */
export const RUN_IN = {
  "Node": inNode,
  "Deno": denoOnPackage.run,
  "Bun": bun.run,
  "workerd": inWorkerd,
  "edge-runtime": edgeRuntime.run,
} satisfies Record<string, AnyRuntime["run"]>;

/** A runtime that jobs can be run in. */
export type Runtime = keyof typeof RUN_IN;
export type { Job };

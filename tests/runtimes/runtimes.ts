import { bareRealm } from "./bare_realm.ts";
import { bun } from "./bun.ts";
import { chromium } from "./chromium.ts";
import { denoOnPackage, denoWithoutPermissions } from "./deno.ts";
import { edgeRuntime } from "./edge_runtime.ts";
import { node } from "./node.ts";
import type { Runtime } from "./runtime.ts";
import { workerd } from "./workerd.ts";

const deno = denoWithoutPermissions();
const worker = workerd();

/** Those that are part of every test run: the machine's own, and two edge runtimes. */
export const QUICK: readonly Runtime[] = [deno, node(), bareRealm, worker, edgeRuntime];

/** Every runtime, of pinned versions where they come from npm. A line here is all that a new one needs. */
export const RUNTIMES: readonly Runtime[] = [
  denoWithoutPermissions("2.0.6"),
  deno,
  denoOnPackage,
  ...["18.20.8", "20.20.2", "22.23.3", "24.21.0", "26.10.0"].map(node),
  bareRealm,
  bun,
  workerd({ compatibilityDate: "2024-01-01" }),
  worker,
  workerd({ flags: ["nodejs_compat"] }),
  edgeRuntime,
  chromium("page"),
  chromium("worker"),
];

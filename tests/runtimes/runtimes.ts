import { bareRealm } from "./bare_realm.ts";
import { bun } from "./bun.ts";
import { chromium } from "./chromium.ts";
import { denoOnPackage, denoWithoutPermissions } from "./deno.ts";
import { edgeRuntime } from "./edge_runtime.ts";
import { node } from "./node.ts";
import type { Runtime } from "./runtime.ts";
import { workerd } from "./workerd.ts";

/** Those that are part of every test run: the machine's own, and two edge runtimes. */
export const QUICK: readonly Runtime[] = [
  denoWithoutPermissions(),
  node(),
  bareRealm,
  workerd(),
  workerd({ flags: ["nodejs_compat"] }),
  edgeRuntime,
];

/** All others. A line here is all that a new one needs. */
const MORE: readonly Runtime[] = [
  denoWithoutPermissions("2.0.6"),
  denoOnPackage,
  ...["18.20.8", "20.20.2", "22.23.3", "24.21.0", "26.10.0"].map(node),
  bun,
  workerd({ compatibilityDate: "2024-01-01" }),
  chromium("page"),
  chromium("worker"),
];

/** Every runtime. */
export const RUNTIMES: readonly Runtime[] = [...QUICK, ...MORE];

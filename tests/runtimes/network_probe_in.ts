import type { FaultAddresses, NetworkCase } from "../support/network_cases.ts";
import type { Probed } from "../support/network_probe.ts";
import { RUN_IN, type Runtime } from "./run_in.ts";

export type { Runtime } from "./run_in.ts";

const PROBE = { module: "tests/support/network_probe.ts", name: "probeNetwork" };

type Probe = (addresses: FaultAddresses) => Promise<Record<NetworkCase, Probed>>;

/** Probes the network in each runtime. */
export const PROBE_IN = Object.fromEntries(
  Object.entries(RUN_IN).map(([runtime, run]) => [runtime, (addresses: FaultAddresses) => run(PROBE, addresses)]),
) as Record<Runtime, Probe>;

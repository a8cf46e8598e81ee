/**
 * Writes down the errors that each runtime really gives, for the unit tests, which have no network:
 * `deno run --allow-all tests/runtimes/record_network_failures.ts`
 */
import { path } from "../../scripts/support/paths.ts";
import { type ErrorShape, NETWORK_CASES, type NetworkCase } from "../support/network_cases.ts";
import { withNetworkFaults } from "../support/network_fault_server.ts";
import { PROBE_IN } from "./network_probe_in.ts";

const recorded: Record<string, Partial<Record<NetworkCase, ErrorShape>>> = {};
for (const [runtime, probe] of Object.entries(PROBE_IN)) {
  const probed = await withNetworkFaults(probe);
  const names = Object.keys(NETWORK_CASES) as NetworkCase[];
  recorded[runtime] = Object.fromEntries(names.map((name) => [name, probed[name].shape]));
}
const file = path("tests/support/recorded_network_failures.json");
await Deno.writeTextFile(file, JSON.stringify(recorded, null, 2) + "\n");

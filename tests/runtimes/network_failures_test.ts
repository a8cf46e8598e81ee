import { assertEquals } from "@std/assert";
import { once } from "../../scripts/support/once.ts";
import { EXPECTED, type NetworkCase } from "../support/network_cases.ts";
import { withNetworkFaults } from "../support/network_fault_server.ts";
import { PROBE_IN, type Runtime } from "./network_probe_in.ts";

for (const [runtime, probe] of Object.entries(PROBE_IN) as [Runtime, typeof PROBE_IN[Runtime]][]) {
  const probed = once(() => withNetworkFaults(probe));
  for (const [name, expected] of Object.entries(EXPECTED) as [NetworkCase, typeof EXPECTED[NetworkCase]][]) {
    Deno.test(`classifyError() reads ${name} in ${runtime}`, async () => {
      const { errorType, retryable, shape } = (await probed())[name];
      assertEquals({ errorType, retryable }, expected, JSON.stringify(shape));
    });
  }
}

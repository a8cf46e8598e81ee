import { withFaultServer } from "./fault_server.ts";
import type { WithMatrixServer } from "./matrix_server.ts";

/** Servers of this process. */
export const localServers: WithMatrixServer = (script, work) =>
  withFaultServer(script, ({ url, log }) => work({ url, log: () => Promise.resolve(log) }));

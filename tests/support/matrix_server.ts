import type { Fault } from "./fault.ts";
import type { LoggedRequest } from "./fault_log.ts";

/** A fault server as the matrix sees it: it may be in another process. */
export interface MatrixServer {
  /** Without a path or a slash at the end. */
  readonly url: string;
  /** What it has seen so far. */
  log(): Promise<readonly LoggedRequest[]>;
}

/** Starts a server that does one thing with each request, hands it to `work`, and closes it however that ends. */
export type WithMatrixServer = <T>(script: readonly Fault[], work: (server: MatrixServer) => Promise<T>) => Promise<T>;

/** As many milliseconds are enough for a busy runtime to read what came before a reset. */
const READ_MS = 200;

/** Servers of another process, which `serveFaults` offers at `url`. */
export function remoteServers(url: string): WithMatrixServer {
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return await response.json();
  };
  return async (script, work) => {
    const patient = script.map((fault) => fault.kind.startsWith("reset_mid") ? { ...fault, readMs: READ_MS } : fault);
    const { id, url } = await ask("POST", "", patient);
    try {
      return await work({ url, log: () => ask("GET", id) });
    } finally {
      await ask("DELETE", id);
    }
  };
}

import { type FaultServer, startFaultServer } from "../../tests/support/fault_server.ts";

/**
 * Offers fault servers to jobs in other processes: POST a script and get `{ id, url }`, GET `/id` for the log, DELETE it.
 * Hands its own URL to `work`, and closes everything however that ends.
 */
export async function serveFaults<T>(work: (url: string) => Promise<T>): Promise<T> {
  const servers = new Map<string, FaultServer>();
  let last = 0;

  async function answer(request: Request): Promise<unknown> {
    const id = new URL(request.url).pathname.slice(1);
    if (request.method === "POST") {
      const server = await startFaultServer({ script: await request.json() });
      servers.set(String(++last), server);
      return { id: String(last), url: server.url };
    }
    const server = servers.get(id);
    if (server === undefined) throw new Error(`There is no server ${id}`);
    if (request.method === "GET") return server.log;
    servers.delete(id);
    await server.close();
    return {};
  }

  const control = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => Response.json(await answer(request)),
  );
  try {
    return await work(`http://127.0.0.1:${control.addr.port}`);
  } finally {
    await control.shutdown();
    await Promise.all(Array.from(servers.values(), (server) => server.close()));
  }
}

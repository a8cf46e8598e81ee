import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { FaultAddresses } from "./network_cases.ts";

const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n";
const HALF_A_BODY = `${HEAD}content-length: 1000\r\n\r\nhello`;
const A_CHUNK = `${HEAD}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`;

/** Long enough for what was written before to arrive on its own. */
const PAUSE_MS = 100;

const FAULTS: Readonly<Record<string, (socket: Socket) => void>> = {
  "/reset": (socket) => socket.resetAndDestroy(),
  "/close": (socket) => socket.end(),
  "/reset-body": (socket) => socket.write(HALF_A_BODY, () => setTimeout(() => socket.resetAndDestroy(), PAUSE_MS)),
  "/close-body": (socket) => socket.write(HALF_A_BODY, () => setTimeout(() => socket.end(), PAUSE_MS)),
  "/close-chunks": (socket) => socket.write(A_CHUNK, () => setTimeout(() => socket.end(), PAUSE_MS)),
  "/hang": () => {},
};

/** Listens on a free port of this machine. */
function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

/** Runs `work` with a bare TCP server that breaks each connection in the way its path says. */
export async function withNetworkFaults<T>(work: (addresses: FaultAddresses) => Promise<T>): Promise<T> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    socket.once("data", (head) => FAULTS[String(head).split(" ")[1]!]?.(socket));
  });
  const faulty = await listen(server);
  const closed = createServer();
  const refused = await listen(closed);
  await new Promise((resolve) => closed.close(resolve));
  try {
    return await work({ faulty, refused });
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

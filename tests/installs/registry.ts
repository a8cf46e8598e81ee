import { createHash } from "node:crypto";
import { path } from "../../scripts/support/paths.ts";

/** Serves the packed package as an npm registry that has nothing else, while `work` does something with it. */
export async function withRegistry<T>(tarball: string, work: (url: string) => Promise<T>): Promise<T> {
  const bytes = await Deno.readFile(tarball);
  const digest = (algorithm: string) => createHash(algorithm).update(bytes);
  // Built where JSR does not answer, the package is private.
  const { private: _, ...manifest } = JSON.parse(await Deno.readTextFile(path("npm/package.json")));
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url, headers }) => {
    const { pathname } = new URL(url);
    if (pathname === "/tryspan.tgz") return new Response(bytes);
    if (pathname !== "/tryspan") return Response.json({ error: "Not found" }, { status: 404 });
    const dist = {
      tarball: `http://${headers.get("host")}/tryspan.tgz`,
      shasum: digest("sha1").digest("hex"),
      integrity: `sha512-${digest("sha512").digest("base64")}`,
    };
    return Response.json({
      name: manifest.name,
      "dist-tags": { latest: manifest.version },
      versions: { [manifest.version]: { ...manifest, dist } },
      // Some package managers do not take what was published today.
      time: { [manifest.version]: "2026-01-01T00:00:00.000Z" },
    });
  });
  try {
    return await work(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

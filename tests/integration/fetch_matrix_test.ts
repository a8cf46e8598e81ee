import { fetchWay } from "../support/fetch_way.ts";
import { localServers } from "../support/local_servers.ts";
import { matrixCases } from "../support/sdk_matrix.ts";
import { SDKS } from "../support/sdks_under_test.ts";

// The versions before take their turn in `deno task test:sdks`.
const newest = SDKS.filter(({ alias, package: name }) => alias === name);

for (const { sdk, name, run } of matrixCases(fetchWay, newest, localServers)) {
  Deno.test(`${sdk.name} by ${sdk.package} ${sdk.version}, through llmFetch(): ${name}`, async () => void await run());
}

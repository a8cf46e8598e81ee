import { bindingWay } from "../support/binding_way.ts";
import { localServers } from "../support/local_servers.ts";
import { matrixCases } from "../support/sdk_matrix.ts";
import { SDKS } from "../support/sdks_under_test.ts";
import { newest } from "../support/sdk_under_test.ts";

for (const { sdk, name, run } of matrixCases(bindingWay, newest(SDKS), localServers)) {
  Deno.test(`${sdk.name} by ${sdk.package} ${sdk.version}, bound: ${name}`, async () => void await run());
}

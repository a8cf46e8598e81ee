import { assert } from "@std/assert";
import { project } from "../../scripts/support/deno_json.ts";
import { deno } from "../../scripts/support/run.ts";
import { tool } from "../../scripts/support/tools.ts";
import { createConsumer } from "./support/consumer.ts";

// Browser projects know the DOM and no Node, server projects the reverse.
const RESOLUTIONS = {
  nodenext: { module: "nodenext", moduleResolution: "nodenext", lib: ["es2022"], types: ["node"] },
  bundler: { module: "esnext", moduleResolution: "bundler", lib: ["es2022", "dom", "dom.iterable"], types: [] },
};

Deno.test("npm package's types hold in TypeScript with nodenext and bundler, without skipLibCheck", async () => {
  await using consumer = await createConsumer("@opentelemetry/api@1.9.0", "@types/node@20.19.0");
  const names = Object.keys(project.exports).map((name) => `tryspan${name.slice(1)}`);
  const imports = names.map((name, index) => `import * as entry${index} from "${name}";\nvoid entry${index};\n`);
  await consumer.write("entry_points.ts", imports.join(""));
  await consumer.write(
    "use.ts",
    `import { callWithRetry, type Provider } from "tryspan";
    const provider: Provider<string, number> = { name: "test", chat: (request) => request.length };
    const length: number = await callWithRetry(provider, "four", { retry: { maxRetries: 1 } });
    // @ts-expect-error -- the request has the provider's own type
    void callWithRetry(provider, 4);
    // @ts-expect-error -- so has the response
    const text: string = await callWithRetry(provider, "four");
    export { length, text };`,
  );
  for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
    const compilerOptions = { ...resolution, target: "es2022", strict: true, skipLibCheck: false, noEmit: true };
    await consumer.write(
      `tsconfig.${name}.json`,
      JSON.stringify({ compilerOptions, files: ["entry_points.ts", "use.ts"] }),
    );
    const { ok, output } = await deno(tool("tsc", "--project", `tsconfig.${name}.json`), consumer.directory);
    assert(ok, `${name}: ${output}`);
  }
});

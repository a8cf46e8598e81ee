// deno-lint-ignore-file no-console -- the sizes are to be seen
import { assert, assertEquals } from "@std/assert";
import type { EdgeBundle } from "../../scripts/edge/bundle.ts";
import { problemsOf } from "../../scripts/edge/problems.ts";
import { path } from "../../scripts/support/paths.ts";
import { deno, mustSucceed, run } from "../../scripts/support/run.ts";

const BUNDLE: EdgeBundle = {
  entryPoint: "./retry-budget",
  file: "retry-budget.js",
  code: "export {};",
  sourceMap: "",
  holds: ["src/retry_budget.ts"],
  imports: [],
};
const BUDGETS = { "./retry-budget": 100 };

// Retries a call with each of the bundles that make calls, and knows no package and no code made from strings.
const USE = `
  const load = (name) => import(process.argv[1] + name);
  const { attemptsOf, callWithRetry } = await load("tryspan.js");
  const { callWithFallback } = await load("fallback.js");
  const { otelTracer } = await load("otel.js");
  let calls = 0;
  const provider = { name: "p", chat() {
    if (++calls % 2) throw Object.assign(new Error("busy"), { status: 529 });
    return calls;
  } };
  const options = { tracer: otelTracer(), retry: { baseDelayMs: 1 } };
  const request = { model: "m" };
  console.log(await callWithRetry(provider, request, options), await callWithFallback([{ provider, request }], options));
  await callWithRetry(provider, request, { retry: { maxRetries: 0 } }).catch((e) => console.log(attemptsOf(e).length));
`;

Deno.test("build:edge makes a file of each entry point that needs nothing else", async () => {
  const report = await mustSucceed(deno(["run", "--allow-all", path("scripts/build_edge.ts")]));
  for (const [line] of report.matchAll(/^edge\/.*$/gm)) console.log(`note: ${line}`);
  const directory = await Deno.makeTempDir({ prefix: "tryspan_edge_" });
  try {
    for await (const { name } of Deno.readDir(path("edge"))) {
      await Deno.copyFile(path(`edge/${name}`), `${directory}/${name}`);
      if (name.endsWith(".map")) await checkSourceMap(`${directory}/${name}`);
    }
    await Deno.writeTextFile(`${directory}/package.json`, JSON.stringify({ type: "module" }));
    const flags = ["--disallow-code-generation-from-strings", "--input-type=module"];
    const { output } = await run("node", [...flags, "-e", USE, `${directory}/`], directory);
    assertEquals(output, "2 4\n1\n");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

async function checkSourceMap(file: string): Promise<void> {
  const { sources, sourcesContent } = JSON.parse(await Deno.readTextFile(file));
  for (const [index, source] of sources.entries()) {
    assert(/^(\.\.\/(mod\.ts|src\/)|node_modules\/)/.test(source), `${file} names ${source}`);
    assert(sourcesContent[index]?.length > 0, `${file} lacks ${source}`);
  }
}

Deno.test("build:edge finds nothing wrong with a bundle that keeps the rules", () => {
  assertEquals(problemsOf([BUNDLE], BUDGETS, "budgets.json"), []);
});

Deno.test("build:edge says when a bundle has outgrown its budget, and when there is none", () => {
  assertEquals(problemsOf([BUNDLE], { "./retry-budget": 29 }, "budgets.json"), [
    "'./retry-budget' has 30 bytes gzipped, over its budget of 29 in budgets.json",
  ]);
  assertEquals(problemsOf([BUNDLE], { "./gone": 1 }, "budgets.json"), [
    `'./retry-budget' has no budget: add "./retry-budget": 50 to budgets.json`,
    "budgets.json has a budget for './gone', which is no entry point: take it away",
  ]);
});

Deno.test("build:edge lets no adapter, no import and no code made from strings into the core", () => {
  const problems = (change: Partial<EdgeBundle>) =>
    problemsOf([{ ...BUNDLE, ...change }], { ".": 100, "./otel": 100, ...BUDGETS }, "budgets.json")
      .filter((it) => !it.startsWith("budgets.json"));
  for (const file of ["src/recording_tracer.ts", "src/_scripted_service.ts", "src/_waterfall_text.ts"]) {
    assertEquals(problems({ holds: [file] }), [`'./retry-budget' holds ${file}`]);
  }
  assertEquals(problems({ entryPoint: ".", holds: ["src/retry_budget.ts"] }), ["'.' holds src/retry_budget.ts"]);
  assertEquals(problems({ imports: ["node:fs"] }), [
    "'./retry-budget' is not on its own: it imports 'node:fs'",
  ]);
  for (const code of ["eval('1')", "(0,eval)('1')", "new Function('1')", "Function('1')"]) {
    assertEquals(problems({ code }), ["'./retry-budget' makes code from strings"]);
  }
  assertEquals(problems({ entryPoint: "./otel", holds: ["src/otel.ts"], imports: ["node:diagnostics_channel"] }), []);
  assertEquals(problems({ entryPoint: "./otel" }), [
    "'./otel' holds no code of an adapter: scripts/support/layers.ts does not know its files",
  ]);
});

import { once } from "../../scripts/support/once.ts";
import type { Runtime } from "./runtime.ts";
import { bundleJob } from "./support/bundle_job.ts";
import { fromNpm } from "./support/from_npm.ts";
import { printed, printedVersion } from "./support/printed.ts";

const PLAYWRIGHT = "1.65.1";

/** Where browsers of the Chromium family are found. */
const COMMANDS = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const found = once(async (): Promise<{ command: string; version: string }> => {
  // In full, because Playwright does not look at the PATH.
  const directories = (Deno.env.get("PATH") ?? "").split(Deno.build.os === "windows" ? ";" : ":");
  const commands = COMMANDS.flatMap((it) => it.startsWith("/") ? it : directories.map((path) => `${path}/${it}`));
  for (const command of commands) {
    const version = await printedVersion(command).catch(() => undefined);
    if (version !== undefined) return { command, version };
  }
  throw new Error("There is no Chromium on this machine (Debian has it as 'chromium')");
});

/** A page that is served from memory, so that it needs no server, and no name server either. */
const RUN = `import { readFileSync } from "node:fs"; import { chromium } from "playwright-core";
const [executablePath, file, input, place] = process.argv.slice(2);
const WORKER = "import { job } from '/job.js'; onmessage = async ({ data }) => postMessage(await job(data));";
const served = {
  "/": ["text/html", "<!doctype html><title>job</title>"],
  "/job.js": ["text/javascript", readFileSync(file, "utf8")],
  "/worker.js": ["text/javascript", WORKER],
};
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
try {
  const page = await browser.newPage();
  await page.route("https://page.test/**", (route) => {
    const [contentType, body] = served[new URL(route.request().url()).pathname] ?? [];
    return body === undefined ? route.fulfill({ status: 404 }) : route.fulfill({ contentType, body });
  });
  await page.goto("https://page.test/");
  const result = await page.evaluate(async ([input, place]) => {
    if (place === "page") return await (await import("/job.js")).job(input);
    return await new Promise((resolve, reject) => {
      const worker = new Worker("/worker.js", { type: "module" });
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message || "The worker does not load"));
      worker.postMessage(input);
    });
  }, [JSON.parse(input), place]);
  console.log(JSON.stringify(result));
} finally {
  await browser.close();
}`;

/** Chromium: a module of a page, or of a worker. */
export function chromium(place: "page" | "worker"): Runtime {
  return {
    name: `Chromium, ${place}`,
    library: "bundle",
    async version() {
      const { version } = await found();
      await fromNpm("playwright-core", PLAYWRIGHT);
      return version;
    },
    async run(job, input) {
      const cwd = await bundleJob(job, { file: "page.js", code: "export { job };", library: "bundle" });
      return await inChromium(`${cwd}/page.js`, input, place);
    },
  };
}

/** Calls the function `job` that a module exports. */
async function inChromium(file: string, input: unknown, place: "page" | "worker"): Promise<unknown> {
  const { command } = await found();
  const directory = (await fromNpm("playwright-core", PLAYWRIGHT)).replace(/\/node_modules\/playwright-core$/, "");
  await Deno.writeTextFile(`${directory}/run.mjs`, RUN);
  return await printed("node", ["run.mjs", command, file, JSON.stringify(input), place], directory);
}

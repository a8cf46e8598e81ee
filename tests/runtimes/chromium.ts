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

/** A page that is served from files, so that it needs no server, and no name server either. */
const OPEN = `import { readFileSync } from "node:fs"; import { chromium } from "playwright-core";
const [executablePath, files, input] = process.argv.slice(2);
const served = new Map(Object.entries(JSON.parse(files)));
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
try {
  const page = await browser.newPage();
  await page.route("https://page.test/**", (route) => {
    const file = served.get(new URL(route.request().url()).pathname);
    if (file === undefined) return route.fulfill({ status: 404 });
    return route.fulfill({ contentType: file.endsWith(".html") ? "text/html" : "text/javascript", body: readFileSync(file) });
  });`;
const CLOSE = `} finally {
  await browser.close();
}`;

/**
 * Runs code of Playwright's that has a `page` and the text `input`, and prints JSON at its end. Files are served at
 * `https://page.test`, by path.
 */
export async function withPage(code: string, files: Readonly<Record<string, string>>, input: string): Promise<unknown> {
  const { command } = await found();
  const cwd = (await fromNpm("playwright-core", PLAYWRIGHT)).replace(/\/node_modules\/playwright-core$/, "");
  const script = await Deno.makeTempFile({ dir: cwd, suffix: ".mjs" });
  try {
    await Deno.writeTextFile(script, [OPEN, code, CLOSE].join("\n"));
    return await printed("node", [script, command, JSON.stringify(files), input], { cwd });
  } finally {
    await Deno.remove(script);
  }
}

const CALL = {
  page: `async (input) => await (await import("/job.js")).job(input)`,
  worker: `(input) => new Promise((resolve, reject) => {
    const worker = new Worker("/worker.js", { type: "module" });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message || "The worker does not load"));
    worker.postMessage(input);
  })`,
};

const WORKER = `import { job } from "/job.js"; onmessage = async ({ data }) => postMessage(await job(data));`;

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
      await Deno.writeTextFile(`${cwd}/page_worker.js`, WORKER);
      await Deno.writeTextFile(`${cwd}/page.html`, "<!doctype html><title>job</title>");
      const code = `await page.goto("https://page.test/");
        console.log(JSON.stringify(await page.evaluate(${CALL[place]}, JSON.parse(input))));`;
      const files = { "/": `${cwd}/page.html`, "/job.js": `${cwd}/page.js`, "/worker.js": `${cwd}/page_worker.js` };
      return await withPage(code, files, JSON.stringify(input));
    },
  };
}

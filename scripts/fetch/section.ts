// deno-lint-ignore-file no-console
/** Measures plain `fetch` and `llmFetch` side by side, against the server at the given address; prints JSON. */
import process from "node:process";
import { llmFetch } from "../../src/fetch.ts";
import { type Finding, requestOf, REQUESTS, type Row } from "./requests.ts";

type Send = typeof llmFetch extends (options?: never) => infer Fetch ? Fetch : never;

const WAYS: Readonly<Record<string, Send>> = { fetch: (...args) => fetch(...args), llmFetch: llmFetch() };

async function answer(send: Send, url: string, body: string): Promise<void> {
  const response = await send(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  const { usage } = await response.json();
  if (usage.prompt_tokens !== 7) throw new Error("Cannot measure: another answer came");
}

async function drain(send: Send, url: string): Promise<void> {
  const body = JSON.stringify({ ...requestOf(1000), stream: true });
  const { body: stream } = await send(url, { method: "POST", body });
  const reader = stream!.getReader();
  let bytes = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) bytes += read.value.length;
  if (bytes < 190e6) throw new Error(`Cannot measure: only ${bytes} bytes came`);
}

/** The median of each way, in milliseconds. Each round does all, and each starts with another one. */
async function medians(rounds: number, work: (send: Send) => Promise<void>): Promise<Record<string, number>> {
  const names = Object.keys(WAYS);
  const times: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -Math.ceil(rounds / 10); round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[Math.abs(round + turn) % names.length]!;
      const start = performance.now();
      await work(WAYS[name]!);
      // The first rounds only warm up.
      if (round >= 0) times[name]!.push(performance.now() - start);
    }
  }
  return Object.fromEntries(names.map((name) => [name, times[name]!.toSorted((a, b) => a - b)[rounds >> 1]!]));
}

const url = process.argv.at(-1)!;
const rows: Row[] = [];
for (const { name, bytes, rounds, atMost } of REQUESTS) {
  const body = JSON.stringify(requestOf(bytes));
  const ms = await medians(rounds, (send) => answer(send, `${url}v1/chat/completions`, body));
  rows.push({ name, plain: ms.fetch!, ours: ms.llmFetch!, atMost });
}
const ms = await medians(7, (send) => drain(send, `${url}stream/v1/chat/completions`));
rows.push({ name: "200 MB stream", plain: ms.fetch!, ours: ms.llmFetch!, atMost: 1.15 });
console.log(JSON.stringify({ rows } satisfies Finding));
process.exit(0);

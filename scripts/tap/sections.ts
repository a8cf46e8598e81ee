import { EventStreamCodec } from "@smithy/eventstream-codec";
import { createParser } from "eventsource-parser";
import process from "node:process";
import { skeleton } from "../../src/_json_skeleton.ts";
import { createTap, type TappedFormat } from "../../src/_tap.ts";
import { type Cost, median, medians } from "./measure.ts";
import { drain, inMemory, PIPES } from "./pipes.ts";
import { chunksOf, event, FORMAT, someEvents, STREAM_BYTES, streamChunks } from "./stream.ts";

/** A row of the report: what it is, and its cells. */
export type Row = readonly [name: string, ...cells: string[]];

/** What one section has found. */
export interface Finding {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly Row[];
  /** Goals by name: what was reached, and what is allowed. */
  readonly goals?: Readonly<Record<string, readonly [reached: number, atMost: number]>>;
}

const MB = 1e6;

/** The sections by name. `http` gets the address of the server. */
export const SECTIONS: Readonly<Record<string, (url: string) => Promise<Finding>>> = {
  http: (url) => overHttp(url, STREAM_BYTES, undefined, 41),
  "http, 64 KiB": (url) => overHttp(url, STREAM_BYTES, 65_536, 9),
  "http, 1 KiB": (url) => overHttp(url, 40e6, 1024, 5),
  "http, 64 bytes": (url) => overHttp(url, 5e6, 64, 5),
  "in memory": () => inMemoryOf([...streamChunks(STREAM_BYTES / 2)], "100 MB, mixed sizes"),
  "in memory, 64 bytes": () => inMemoryOf(chunksOf(someEvents(), 64), "8 MB in chunks of 64 bytes"),
  alone: () => Promise.resolve(alone()),
  "first chunk": () => Promise.resolve(firstChunk()),
  memory: () => Promise.resolve(memory()),
  skeleton: () => Promise.resolve(skeletons()),
};

async function overHttp(url: string, bytes: number, size: number | undefined, rounds: number): Promise<Finding> {
  let chunks = 0;
  const query = new URLSearchParams({ bytes: `${bytes}`, ...(size && { size: `${size}` }) });
  const times = await medians(
    mapped(PIPES, (pipe) => async () => {
      const drained = await drain(pipe((await fetch(`${url}?${query}`)).body!));
      if (drained.bytes < bytes) throw new Error(`Cannot measure: only ${drained.bytes} bytes came`);
      chunks = drained.chunks;
    }),
    rounds,
  );
  const sizes = size ? `chunks of ${size} bytes` : "chunks of 64 bytes to 64 KiB";
  return pipeFinding(`HTTP, ${bytes / MB} MB in ${sizes} (${chunks} arrived)`, bytes, times, !size);
}

async function inMemoryOf(chunks: readonly Uint8Array[], what: string): Promise<Finding> {
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const times = await medians(mapped(PIPES, (pipe) => () => drain(pipe(inMemory(chunks)))), 9);
  return pipeFinding(`In memory, where a chunk costs nothing: ${what}`, bytes, times, false);
}

function mapped<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function pipeFinding(title: string, bytes: number, costs: Record<string, Cost>, isGoal: boolean): Finding {
  const ratio = (name: string, base: string, part: keyof Cost) => costs[name]![part] / costs[base]![part];
  const rows = Object.entries(costs).map(([name, { wall, cpu }]): Row => [
    name,
    wall.toFixed(0),
    (bytes / MB / wall).toFixed(2),
    ratio(name, "untouched", "wall").toFixed(3),
    ratio(name, "passed on", "wall").toFixed(3),
    cpu.toFixed(0),
    ratio(name, "untouched", "cpu").toFixed(3),
  ]);
  const goals = isGoal ? { "tapped / untouched": [ratio("tapped", "untouched", "wall"), 1.15] as const } : {};
  return { title, head: ["ms", "GB/s", "x untouched", "x passed on", "ms of CPU", "x untouched"], rows, goals };
}

/** Nanoseconds that one chunk takes: the fastest of some rounds. */
function nanoseconds(chunks: readonly Uint8Array[], start: () => (chunk: Uint8Array) => void): number {
  let best = Infinity;
  for (let round = 0; round < 15; round++) {
    const push = start();
    const began = performance.now();
    for (const chunk of chunks) push(chunk);
    best = Math.min(best, performance.now() - began);
  }
  return best / chunks.length * 1e6;
}

/** The libraries that could have been used, each told as little as it lets itself be told. */
const CODEC = new EventStreamCodec(
  (bytes) => new TextDecoder().decode(bytes as Uint8Array),
  (text) => new TextEncoder().encode(text),
);

function messages(): Uint8Array<ArrayBuffer> {
  const headers = { ":event-type": "contentBlockDelta", ":content-type": "application/json", ":message-type": "event" };
  const one = CODEC.encode({
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { type: "string", value }])),
    body: new TextEncoder().encode('{"contentBlockIndex":0,"delta":{"text":" token"},"p":"abcdefghijklmnopqrstu"}'),
  });
  const count = Math.floor(2 * MB / one.length);
  const all = new Uint8Array(count * one.length);
  for (let index = 0; index < count; index++) all.set(one, index * one.length);
  return all;
}

function tapOf(format: TappedFormat): () => (chunk: Uint8Array) => void {
  return () => {
    const tap = createTap(format);
    return (chunk) => tap.push(chunk);
  };
}

function eventsourceParser(): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  const parser = createParser({ onEvent: ({ data }) => FORMAT.telling.test(data) && JSON.parse(data) });
  return (chunk) => parser.feed(decoder.decode(chunk, { stream: true }));
}

function alone(): Finding {
  const bedrock: TappedFormat = {
    framing: "event-stream",
    telling: /messageSto|metadata|xception/,
    describeEvent: () => ({ isContent: true, isTerminal: false }),
  };
  const english = someEvents(2e6);
  const japanese = someEvents(2e6, (index) => `日本語のテキスト${index}`);
  const lines = new TextEncoder().encode(new TextDecoder().decode(english).replaceAll(/data: |\n(?=\n)/g, ""));
  const binary = messages();
  const message = CODEC.encode(CODEC.decode(binary.slice(0, new DataView(binary.buffer).getUint32(0))));
  const kinds: [string, Uint8Array<ArrayBuffer>, () => (chunk: Uint8Array) => void][] = [
    ["SSE", english, tapOf(FORMAT)],
    ["SSE, eventsource-parser", english, eventsourceParser],
    ["SSE, Japanese", japanese, tapOf(FORMAT)],
    ["SSE, Japanese, eventsource-parser", japanese, eventsourceParser],
    ["NDJSON", lines, tapOf({ ...FORMAT, framing: "ndjson" })],
    ["AWS event stream", binary, tapOf(bedrock)],
  ];
  const sizes = [64, 1024, 65_536];
  const rows = kinds.map(([name, bytes, start]): Row => {
    return [name, ...sizes.flatMap((size) => cells(size, nanoseconds(chunksOf(bytes, size), start)))];
  });
  const whole = nanoseconds(new Array(5000).fill(message), () => (chunk) => CODEC.decode(chunk));
  const tapped = nanoseconds(new Array(5000).fill(message), tapOf(bedrock));
  const messageRow = (name: string, ns: number): Row => [name, ...cells(message.length, ns)];
  return {
    title: "The tap alone, after the first content",
    head: sizes.flatMap((size) => [`ns / ${size}`, "GB/s"]),
    rows: [
      ...rows,
      messageRow(`AWS, a message of ${message.length} bytes`, tapped),
      messageRow("AWS, the same, eventstream-codec", whole),
    ],
    goals: { "ns per chunk of 64 bytes": [Number(rows[0]![1]), 1000] },
  };
}

function cells(size: number, ns: number): [string, string] {
  return [ns.toFixed(0), (size / ns).toFixed(2)];
}

function firstChunk(): Finding {
  const chunk = new TextEncoder().encode(event("Hello"));
  const once = () => {
    const start = performance.now();
    createTap(FORMAT).push(chunk);
    return (performance.now() - start) * 1000;
  };
  const cold = once();
  const times = Array.from({ length: 2001 }, once);
  return {
    title: "A tap made, and its first chunk of one event read",
    head: ["microseconds"],
    rows: [["p50", median(times).toFixed(1)], ["the first of the process", cold.toFixed(1)]],
    goals: { "microseconds, p50": [median(times), 50] },
  };
}

function memory(): Finding {
  const { gc } = globalThis as unknown as { gc: () => void };
  const heap = () => {
    gc();
    return process.memoryUsage().heapUsed / MB;
  };
  const used = (format: TappedFormat, chunks: Iterable<Uint8Array>, shares: number[]) => {
    const tap = createTap(format);
    const before = heap();
    const after: string[] = [];
    let bytes = 0;
    for (const chunk of chunks) {
      tap.push(chunk);
      bytes += chunk.length;
      if (bytes >= shares[0]! * MB) {
        after.push((heap() - before).toFixed(2));
        shares.shift();
      }
    }
    return after;
  };
  const word = new TextEncoder().encode("word ".repeat(800));
  const endless = function* () {
    for (let index = 0; index < 50_000; index++) yield word.slice();
  };
  return {
    title: "Heap in use, in MB, above that before",
    head: ["at 1 MB", "at 50 MB", "at 150 MB", "at 199 MB"],
    rows: [
      ["200 MB of SSE", ...used(FORMAT, streamChunks(), [1, 50, 150, 199])],
      ["one line of 200 MB", ...used(FORMAT, endless(), [1, 50, 150, 199])],
    ],
  };
}

function skeletons(): Finding {
  const image = (length: number) => "iVBORw0KGgoAAAANSUhEUgAAB4AAAAQ4CAYAAADo08FD".repeat(length / 44);
  const withImages = (bytes: number, count: number) =>
    JSON.stringify({
      model: "gpt-5",
      stream: true,
      messages: Array.from({ length: count }, (_, index) => ({
        role: "user",
        content: [{ type: "text", text: `Image ${index}` }, { image_url: { url: image(bytes / count) } }],
      })),
    });
  const chat = (bytes: number, length: number) =>
    JSON.stringify({
      model: "gpt-5",
      stream: true,
      messages: Array.from({ length: Math.ceil(bytes / length) }, (_, index) => ({
        role: index % 2 ? "user" : "assistant",
        content: 'Some "words"\nand more. '.repeat(length / 24),
      })),
    });
  const bodies: [string, string][] = [
    ["20 MB, 4 images", withImages(20e6, 4)],
    ["5 MB, 3 images", withImages(5e6, 3)],
    ["5 MB, chat of short messages", chat(5e6, 200)],
    ["100 KB, one image", withImages(1e5, 1)],
    ["100 KB, chat", chat(1e5, 500)],
    ["1 KB, chat", chat(1e3, 200)],
  ];
  const rows = bodies.map(([name, body]): Row => {
    const count = Math.max(1, Math.round(2e6 / body.length));
    const repeated = new Array(count).fill(body);
    const microseconds = (read: (text: string) => unknown) =>
      nanoseconds(repeated as never, () => (text) => read(text as never)) / 1000;
    const parse = microseconds(JSON.parse);
    const ours = microseconds(skeleton);
    return [name, parse.toFixed(1), ours.toFixed(1), (ours / parse).toFixed(3)];
  });
  return {
    title: "Requests, microseconds",
    head: ["JSON.parse", "skeleton", "ratio"],
    rows,
    goals: {
      "5 MB, 3 images": [Number(rows[1]![3]), 0.5],
      "100 KB, chat": [Number(rows[4]![3]), 1.1],
      "1 KB, chat": [Number(rows[5]![3]), 1.1],
    },
  };
}

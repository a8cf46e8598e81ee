import { type Load, requestsOf } from "./simulate.ts";

const WIDTH = 62;
const HEIGHT = 5;
const BLOCKS = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** Requests over time as columns, `seconds` from left to right and `peak` requests a second high; at most 72 wide. */
export function chart(perSecond: readonly number[], seconds: number, peak: number): string {
  const step = Math.max(1, Math.ceil(seconds / WIDTH));
  // The busiest second of each column: a mean would hide what is to be seen.
  const columns = Array.from(
    { length: Math.ceil(seconds / step) },
    (_, index) => Math.max(0, ...perSecond.slice(index * step, (index + 1) * step)),
  );
  const lines = Array.from({ length: HEIGHT }, (_, index) => {
    const below = HEIGHT - 1 - index;
    const label = index === 0 ? peak.toLocaleString("en") : index === HEIGHT - 1 ? "0" : "";
    const cells = columns.map((count) => {
      const eighths = Math.min(8, Math.max(0, Math.ceil(count / peak * HEIGHT * 8) - below * 8));
      return BLOCKS[eighths];
    });
    return `${label.padStart(7)} |${cells.join("").trimEnd()}`;
  });
  const end = `${seconds} s`;
  const axis = `${" ".repeat(8)}+${"-".repeat(columns.length)}`;
  const scale = `${" ".repeat(9)}0 s${end.padStart(Math.max(columns.length - 3, end.length + 1))}`;
  return [...lines, axis, scale].join("\n");
}

/** One row for each load: what it asked of the provider, and what became of the calls. */
export function table(loads: ReadonlyMap<string, Load>): string {
  const head = ["", "requests", "peak/s", "extra load", "succeeded", "median s", "p99 s"];
  const rows = [...loads].map(([name, load]) => {
    const { perSecond, succeeded, failed, latencies } = load;
    const calls = succeeded + failed;
    const requests = requestsOf(load);
    const at = (share: number) => {
      const latency = latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))];
      return latency === undefined ? "-" : (latency / 1000).toFixed(1);
    };
    return [
      name,
      requests.toLocaleString("en"),
      Math.max(...perSecond).toLocaleString("en"),
      `${((requests - calls) / calls * 100).toFixed(1)} %`,
      succeeded.toLocaleString("en"),
      at(0.5),
      at(0.99),
    ];
  });
  return [head, ...rows].map(([name, ...cells]) => {
    return name!.padEnd(14) + cells.map((cell) => cell.padStart(11)).join("");
  }).join("\n");
}

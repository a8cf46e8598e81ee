// deno-lint-ignore-file no-console
/**
 * Makes a million calls with random faults on a virtual clock and watches the heap, open timers and listeners, and every
 * invariant of a call. `--help` lists the options.
 */
import { misused, readArguments } from "./support/arguments.ts";
import { importMapFlags } from "./support/jsr.ts";
import { path } from "./support/paths.ts";
import type { Tally } from "./stress/run_calls.ts";

const USAGE = `Usage: deno task stress [--calls <n>] [--seed <n>]

  --calls  how many; 1000000 by default
  --seed   what chance starts from; another one each time by default`;

/** What a process's heap may grow by from 20 % of its calls to the end: a garbage collector's noise, not 400,000 calls. */
const MAX_GROWTH_MIB = 1;
/** Half of the calls each, one process for each of two processors. */
const PROCESSES = 2;

const { values } = readArguments(USAGE, { options: { calls: { type: "string" }, seed: { type: "string" } } });
const { calls = "1000000", seed = String(Date.now() % 2 ** 31) } = values;
if (![calls, seed].every((it) => /^\d+$/.test(it))) misused(USAGE, "What is given must be integers >= 0");
if (!await stress(Number(calls), Number(seed))) Deno.exit(1);

async function stress(total: number, seed: number): Promise<boolean> {
  console.log(`${total.toLocaleString("en")} calls with random faults on a virtual clock, seed ${seed}\n`);
  const began = performance.now();
  const tallies: Tally[][] = Array.from({ length: PROCESSES }, () => []);

  function progress(tally: Tally, process: number): void {
    tallies[process]!.push(tally);
    const tenth = tallies[process]!.length;
    if (tallies.some(({ length }) => length < tenth)) return;
    const heaps = tallies.map((it) => mib(it[tenth - 1]!.heapBytes).toFixed(2).padStart(6)).join(" + ");
    console.log(`${String(tenth * 10).padStart(4)} %   heaps ${heaps} MiB   ${seconds(began).padStart(5)} s`);
  }

  const calls = Math.ceil(total / PROCESSES);
  const codes = await Promise.all(tallies.map((_, process) => {
    return runProcess(calls, seed + process, (tally) => progress(tally, process));
  }));

  const last = tallies.flatMap((it) => it.at(-1) ?? []);
  const sum = (read: (tally: Tally) => number) => last.reduce((total, tally) => total + read(tally), 0);
  const names = [...new Set(last.flatMap(({ outcomes }) => Object.keys(outcomes)))];
  const outcomes = names.map((name) => [name, sum((it) => it.outcomes[name] ?? 0)] as const)
    .sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} ${count.toLocaleString("en")}`);
  const growths = tallies.map((it) => mib((it.at(-1)?.heapBytes ?? 0) - (it[1]?.heapBytes ?? 0)));
  const [open, listeners, violations] = [
    sum((it) => it.openTimers),
    sum((it) => it.openListeners),
    sum((it) => it.violationCount),
  ];
  console.log(`
calls       ${sum((it) => it.calls).toLocaleString("en")}, ${sum((it) => it.attempts).toLocaleString("en")} attempts
ended as    ${outcomes.slice(0, 4).join(", ")},
            ${outcomes.slice(4).join(", ")}
left open   ${open} timers, ${listeners} listeners
heap        ${growths.map((it) => `${it < 0 ? "" : "+"}${it.toFixed(2)} MiB`).join(" and ")} from 20 % to 100 %
violations  ${violations}`);
  for (const violation of last.flatMap((it) => it.violations)) console.log(`\n${violation}`);
  const isWhole = codes.every((code) => code === 0) && sum((it) => it.calls) >= total;
  return isWhole && open + listeners + violations === 0 && growths.every((it) => it <= MAX_GROWTH_MIB);
}

async function runProcess(calls: number, seed: number, onTally: (tally: Tally) => void): Promise<number> {
  const script = path("scripts/stress/run_calls.ts");
  const flags = ["--v8-flags=--expose-gc", ...await importMapFlags()];
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, "--allow-sys", script, String(calls), String(seed)],
    stdout: "piped",
  });
  const child = command.spawn();
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) onTally(JSON.parse(line));
  }
  return (await child.status).code;
}

function mib(bytes: number): number {
  return bytes / 2 ** 20;
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}

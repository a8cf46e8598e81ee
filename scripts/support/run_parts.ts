// deno-lint-ignore-file no-console
import { messageOf } from "./message_of.ts";
import type { Outcome, Part } from "./part.ts";

/** Runs the parts, `width` at a time, and prints each as it ends. Returns the sums. */
export async function runParts(parts: readonly Part[], width: number): Promise<Pick<Outcome, "passed" | "failed">> {
  const sums = { passed: 0, failed: 0 };
  const waiting = [...parts];
  async function work(): Promise<void> {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      const started = performance.now();
      const outcome = await contain(part);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      print(part.name, outcome, seconds);
      sums.passed += outcome.passed;
      sums.failed += outcome.failed;
    }
  }
  await Promise.all(Array.from({ length: width }, work));
  return sums;
}

async function contain(part: Part): Promise<Outcome> {
  try {
    return await part.run();
  } catch (error) {
    return { passed: 0, failed: 1, output: messageOf(error) };
  }
}

/** What is of no use to whoever looks for the failure. */
const NOISE = /^((Check|Download) .*|✔ .*|.* \.\.\. ok \(\S+\))\n/gm;

/** What is worth seeing although nothing failed. */
const NOTES = /^note: .*$/gm;

function print(name: string, { passed, failed, output }: Outcome, seconds: string): void {
  const mark = failed === 0 ? "ok  " : "FAIL";
  if (failed > 0) console.log(`\n---- ${name} ----\n${output.replaceAll(NOISE, "").trim()}\n`);
  console.log(`${mark} ${name.padEnd(38)} ${`${passed} passed, ${failed} failed`.padEnd(24)} ${seconds.padStart(5)} s`);
  for (const [note] of output.matchAll(NOTES)) console.log(`     ${note}`);
}

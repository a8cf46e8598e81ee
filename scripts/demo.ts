/** Shows an agent's model calls being retried over real HTTP. `--help` lists the options. */
import { main } from "./demo/main.ts";

const MIN_WIDTH = 40;
const PIPE_WIDTH = 80;

const isTerminal = Deno.stdout.isTerminal();
const encoder = new TextEncoder();

function writeTo(stream: { writeSync(bytes: Uint8Array): number }): (text: string) => void {
  return (text) => {
    let rest = encoder.encode(`${text}\n`);
    try {
      while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
    } catch (error) {
      // Whoever read the pipe has seen enough.
      if (error instanceof Deno.errors.BrokenPipe) Deno.exit();
      throw error;
    }
  };
}

// A terminal may not know how wide it is.
const columns = isTerminal && Deno.consoleSize().columns || Number(Deno.env.get("COLUMNS")) || PIPE_WIDTH;

Deno.exitCode = await main(Deno.args, {
  print: writeTo(Deno.stdout),
  printError: writeTo(Deno.stderr),
  width: Math.max(MIN_WIDTH, columns),
  color: isTerminal && !Deno.noColor,
  env: (name) => Deno.env.get(name),
});

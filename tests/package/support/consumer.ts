import { packedPackage } from "../../../scripts/node/packed_package.ts";
import { type Finished, mustSucceed, npm, run } from "../../../scripts/support/run.ts";

/** A project of its own, outside this repository, that has installed the packed package. */
export interface Consumer extends AsyncDisposable {
  /** Writes a file. */
  write(name: string, text: string): Promise<void>;
  /** Runs a command in the project. */
  run(command: string, ...args: string[]): Promise<Finished>;
  /** Where it is. */
  readonly directory: string;
}

/** Installs the packed package, and `others` beside it, in a new project. Dispose of it at the end. */
export async function createConsumer(...others: string[]): Promise<Consumer> {
  const directory = await Deno.makeTempDir({ prefix: "tryspan_consumer_" });
  const dispose = () => Deno.remove(directory, { recursive: true });
  const write = (name: string, text: string) => Deno.writeTextFile(`${directory}/${name}`, text);
  try {
    await write("package.json", JSON.stringify({ name: "consumer", private: true, type: "module" }));
    const flags = ["--no-audit", "--no-fund", "--no-package-lock"];
    await mustSucceed(npm(["install", ...flags, await packedPackage(), ...others], directory));
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    directory,
    write,
    run: (command, ...args) => run(command, args, directory),
    [Symbol.asyncDispose]: dispose,
  };
}

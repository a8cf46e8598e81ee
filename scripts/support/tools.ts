import { project } from "./deno_json.ts";

/** The npm tools the checks run, pinned. Deno runs them, so nothing needs to be installed. */
const TOOLS = {
  tsc: "npm:typescript@7.0.2/tsc",
  /** The oldest one that is supported. */
  oldestTsc: "npm:typescript@5.4.5/tsc",
  publint: "npm:publint@0.3.25",
  attw: "npm:@arethetypeswrong/cli@0.18.5/attw",
  esbuild: project.imports["esbuild"]!,
} as const;

/** The Deno arguments that run a tool, without this project's imports in its way. */
export function tool(name: keyof typeof TOOLS, ...args: string[]): string[] {
  return ["run", "--allow-all", "--no-config", TOOLS[name], ...args];
}

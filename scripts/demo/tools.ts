import type { Tool } from "./agent.ts";

/** The agent's tools: made-up findings that take as long as real ones would, times `pace`. */
export function buildTools(pace: number): Tool[] {
  const tool = (name: string, ms: number, description: string, result: string): Tool => ({
    name,
    description,
    run: () => new Promise((resolve) => setTimeout(() => resolve(result), ms * pace)),
  });
  return [
    tool("read_build_log", 60, "The last build's log", "install 31s, compile 74s, test 402s, package 12s"),
    tool("compare_timings", 240, "Each step's time against last week's", "test: 402s, was 95s; the others: unchanged"),
    tool("inspect_cache", 130, "What the build cache did", "test: 0 of 212 results found; its key has a time in it"),
  ];
}

import type { Fault, ReplyUsage } from "../../tests/support/fault_server.ts";

/** The models the demo's own server pretends to have. */
export const PLANNER_MODEL = "gpt-5-mini";
export const INVESTIGATOR_MODEL = "claude-sonnet-4-5";

/** What the demo's own server does with one request after the other. Delays are multiplied by `pace`. */
export function scenario(pace: number): Fault[] {
  const after = (ms: number) => ({ delayMs: ms * pace });
  return [
    // Plan: the rate limit is hit, and the server says for how long.
    { kind: "status", status: 429, headers: { "retry-after": String(pace) }, ...after(90) },
    {
      kind: "ok",
      text: "Compare each step's time with last week's.",
      usage: { inputTokens: 412, outputTokens: 83, cacheReadTokens: 0, reasoningTokens: 64 },
      ...after(380),
    },
    // Investigate: overloaded at first.
    { kind: "status", status: 529, ...after(160) },
    {
      kind: "ok",
      toolCalls: [{ name: "read_build_log" }, { name: "compare_timings" }],
      usage: claudeUsage(214, 92, 0, 1830),
      ...after(450),
    },
    // The answer breaks off half way.
    { kind: "reset_mid_body", ...after(240) },
    { kind: "ok", toolCalls: [{ name: "inspect_cache" }], usage: claudeUsage(176, 48, 1830, 310), ...after(320) },
    // Nothing is wrong here; it is just slow.
    {
      kind: "ok",
      text: "The test step finds nothing in the cache, because the cache key has a time in it.",
      usage: claudeUsage(95, 127, 2140, 0),
      ...after(1700),
    },
    // Sum up.
    {
      kind: "ok",
      text: "Take the time out of the test step's cache key: the build loses five minutes to it.",
      usage: { inputTokens: 1290, outputTokens: 141, cacheReadTokens: 1024, reasoningTokens: 96 },
      ...after(420),
    },
  ];
}

function claudeUsage(input: number, output: number, cacheRead: number, cacheCreation: number): ReplyUsage {
  return {
    inputTokens: input,
    outputTokens: output,
    cacheReadTokens: cacheRead,
    cacheCreationTokens: cacheCreation,
  };
}

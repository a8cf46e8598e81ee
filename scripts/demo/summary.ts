import type { AttemptRecord } from "../../mod.ts";

/** Where the whole run's time went, in milliseconds. */
export interface TimeSpent {
  readonly total: number;
  /** Inside attempts, whatever came of them. */
  readonly provider: number;
  /** Waiting between attempts. */
  readonly backoff: number;
  readonly tools: number;
  /** The rest: the agent's own work. */
  readonly between: number;
}

/** The token counts of an attempt, by their names on its span. */
const TOKEN_COUNTS = [
  "llm.input_tokens",
  "llm.output_tokens",
  "llm.cache_read_tokens",
  "llm.cache_creation_tokens",
  "llm.reasoning_tokens",
] as const;

/** What a model's attempts reported, added up; a count that none reported is unset. */
export type Tokens = { [Count in typeof TOKEN_COUNTS[number]]?: number };

/** The retries for one reason. */
export interface Retries {
  readonly count: number;
  readonly waitedMs: number;
  /** Where the waits came from. */
  readonly sources: readonly string[];
}

/** What a run adds up to. */
export interface Summary {
  readonly time: TimeSpent;
  readonly tokens: ReadonlyMap<string, Tokens>;
  readonly retries: ReadonlyMap<string, Retries>;
}

/** Adds up the attempts' records, the tools' time and the whole time. */
export function summarize(records: readonly AttemptRecord[], toolsMs: number, totalMs: number): Summary {
  const provider = sum(records.map((record) => record["llm.duration_ms"]));
  const backoff = sum(records.map((record) => record["llm.retry.delay_ms"] ?? 0));
  const tools = Math.round(toolsMs);
  const total = Math.round(totalMs);
  const between = Math.max(0, total - provider - backoff - tools);
  return {
    time: { total, provider, backoff, tools, between },
    tokens: tokensByModel(records),
    retries: retriesByReason(records),
  };
}

function tokensByModel(records: readonly AttemptRecord[]): Map<string, Tokens> {
  const models = new Map<string, Tokens>();
  for (const record of records) {
    const model = record["llm.model"] ?? "unknown";
    const tokens = models.get(model) ?? {};
    for (const name of TOKEN_COUNTS) {
      const count = record[name];
      if (count !== undefined) tokens[name] = (tokens[name] ?? 0) + count;
    }
    models.set(model, tokens);
  }
  return models;
}

function retriesByReason(records: readonly AttemptRecord[]): Map<string, Retries> {
  const reasons = new Map<string, Retries>();
  for (const record of records.filter((record) => record["llm.retry.decision"] === "retry")) {
    const reason = record["error.type"] ?? "unknown";
    const source = record["llm.retry.delay_source"] ?? "unknown";
    const { count, waitedMs, sources } = reasons.get(reason) ?? { count: 0, waitedMs: 0, sources: [] };
    reasons.set(reason, {
      count: count + 1,
      waitedMs: waitedMs + (record["llm.retry.delay_ms"] ?? 0),
      sources: sources.includes(source) ? sources : [...sources, source],
    });
  }
  return reasons;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

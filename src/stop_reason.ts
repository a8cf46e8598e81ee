const MEANINGS: readonly (readonly [meaning: string, spellings: RegExp])[] = [
  ["end_turn", /^(stop|end.turn|completed?|eos)$/i],
  ["tool_use", /^(tool.(use|calls?)|function.call)$/i],
  ["max_tokens", /^(max.(output.)?tokens|(model.)?length|model_context_window_exceeded)$/i],
  ["stop_sequence", /^stop.sequence$/i],
  [
    "content_filter",
    /^(content.filter(ed)?|guardrail_intervened|(image_)?(safety|recitation|prohibited_content)|blocklist|spii|model_armor|jailbreak|error_toxic)$/i,
  ],
  ["refusal", /^refusal$/i],
  ["pause", /^(pause.turn|compaction|continuation)$/i],
];

/**
 * Brings the providers' stop reasons to one spelling.
 *
 * @param reason As the provider spells it.
 * @returns `end_turn`, `tool_use`, `max_tokens`, `stop_sequence`, `content_filter`, `refusal` or `pause`; a reason that
 * means none of these as it is spelled, at most 64 characters of it; `undefined` for what is no text.
 */
export function normalizeStopReason(reason: unknown): string | undefined {
  if (typeof reason !== "string") return undefined;
  const spelled = reason.slice(0, 64);
  return MEANINGS.find(([, spellings]) => spellings.test(spelled))?.[0] ?? spelled;
}

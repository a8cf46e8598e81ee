/**
 * How the providers spell each meaning, apart from as it is, in an order that compresses well; `.` stands for `_` and
 * `-`, a stem for all its words.
 */
const SPELLINGS: Readonly<Record<string, RegExp>> = {
  end_turn: /^(eos|completed?|stop)$/i,
  tool_use: /^(function|tool).calls?$/i,
  max_tokens: /^max.+tokens$|context_window|length$/i,
  stop_sequence: /^stop.sequence$/i,
  content_filter: /jail|filter|prohib|guard|safe|tox|block|armor|recit|spii/i,
  pause: /^(pause|compact|continu)/i,
};

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
  // Anthropic's and Bedrock's stand for themselves, and need not be searched.
  if (spelled in SPELLINGS) return spelled;
  for (const meaning in SPELLINGS) if (SPELLINGS[meaning]!.test(spelled)) return meaning;
  return spelled;
}

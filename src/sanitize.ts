/** Longest result, in UTF-16 units. */
const MAX_LENGTH = 256;

/** What is looked at; bounds the work, whatever a server sends. */
const MAX_INPUT = 1024;

/** What to mask, in order, after what stays in front of it: each pattern's first group. All run in linear time. */
const RULES: readonly RegExp[] = [
  // Private keys, to the end if the end mark is missing.
  /()-----BEGIN [A-Z ]*PRIVATE .*?(?:-----END [A-Z ]*-----|$)/g,
  // Values with a telling name: text, headers, cookies, JSON, JSON within JSON. A `key` or `token` may be harmless, so it
  // has to stand before `=`, in quotes, or before something long with a digit. Without a quote, `\2` rules out the first
  // way to read the value. Comes before all that could take away the backslash of an escaped quote.
  /((?:api[ _-]?key|access[ _-]?token|secret|passw(?:or)?d|pwd|signature|credential|authorization|cookie|(?:key|token|sig)(?==|\\*["'] ?[:=]|: ?(?=\D{0,24}\d)[\w.+/-]{16}))(?: header| provided)?\\*["']?\]? ?[:=] ?(?:\[ ?(?=\\*["']))?(\\*["'])?)(?:(?:(?!\2)\\*.)+|(?:(?:basic|bearer|token) )?(?:="[^"]*"|["'](?=\w)|[^\s"';]|; ?)+)/gi,
  // A URL's user info.
  /(:\/\/)[^\s/?#"<>]*(?=@)/g,
  // A query string, of whole URLs and of mere paths.
  /(\?)[\w%&=~+*$@/[{-][^\s"'<>]*/g,
  // `Bearer` and `Basic` credentials, but not the prose "Bearer token" or "Basic authentication".
  /\b((?:basic|bearer) )(?![a-z]{1,16}(?![\w.~+/-]))[\w.~+/-]{8,}=*/gi,
  // Keys and tokens known by their first letters, and long hexadecimal runs.
  /\b()(?:sk-[\w*-]{4}|(?:gh[a-z]|github_pat|gsk|hf)_[A-Za-z\d]{16}|(?:pplx|xai)-\w{16}|A[KS]IA[A-Z\d]{12}|(?:AIza|eyJ|xox[a-z]-|ya29\.)[\w.-]{12}|[\da-fA-F]{40})(?:[\w*-]|\.[\w-])*/g,
];

/** Random text changes between upper case, lower case and digits all the time; names and paths do not. */
function maskIfRandom(run: string): string {
  const changes = run.match(/[a-z](?=[A-Z\d])|[A-Z](?=[a-z\d])|\d(?=[A-Za-z])/g)?.length ?? 0;
  return changes * 4 > run.length && /\d/.test(run) && /[A-Z]/.test(run) ? "[redacted]" : run;
}

/**
 * Makes an error message fit for a span: one line of at most 256 characters with an ellipsis where it is cut, with
 * credentials and URLs' query strings replaced by `[redacted]`. Sanitizing twice changes nothing.
 *
 * @param text Any text, of any length; only its first 1,024 characters are looked at.
 * @returns The sanitized text.
 */
export function sanitizeMessage(text: string): string {
  const isCut = text.length > MAX_INPUT;
  // Spaces, control and invisible characters, lone surrogates.
  let clean = text.slice(0, MAX_INPUT).replace(/[\s\p{C}]+/gu, " ").trim();
  // Half a secret may stand at the cut, too short to be recognized.
  if (isCut) clean = clean.slice(0, clean.lastIndexOf(" ") + 1);
  for (const rule of RULES) clean = clean.replace(rule, "$1[redacted]");
  clean = clean.replace(/[\w+/-]{40,}=*/g, maskIfRandom);
  if (isCut || clean.length > MAX_LENGTH) clean = clean.slice(0, MAX_LENGTH - 1).replace(/[\ud800-\udbff]$/, "") + "…";
  // A mask or the cut may have laid bare what another rule knows; each round leaves less to mask.
  return clean === text ? text : sanitizeMessage(clean);
}

/**
 * Reads the message off whatever was thrown: an `Error`, a string, `{ message }`, `{ error: { message } }` or
 * `{ error }` with a string. Nothing else is ever turned into text, since it may hold content. Never throws.
 *
 * @param error What was thrown.
 * @returns The message as it is, not sanitized yet; `undefined` if there is none or it is empty.
 */
export function messageOf(error: unknown): string | undefined {
  try {
    const { message, error: inner } = error as { message?: unknown; error?: { message?: unknown } | null };
    return [error, message, inner, inner?.message].find((it): it is string => typeof it === "string" && it !== "");
  } catch {
    // There is nothing to read, or a getter or a proxy threw.
  }
}

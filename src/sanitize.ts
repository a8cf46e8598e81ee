/** Longest result, in UTF-16 units. */
const MAX_LENGTH = 256;

/** What is looked at; bounds the work, whatever a server sends. */
const MAX_INPUT = 1024;

/** What to mask, after what stays in front of it: each pattern's first group. All run in linear time. */
const RULES: readonly RegExp[] = [
  // What parsers quote of an answer that they cannot read, but for a page of HTML; and a private key, or whatever else is
  // armored like one, as far as it is there.
  /(\W (?:Text|Value|JSON): |token '..?', |chunk (?={))(?!"?<[!h]).+|-----BEGIN.*?(-----END.*?-----|$)/g,
  // Keys known by their first letters, before anything within them is taken for a telling name.
  /\b()(?:(?:pplx|nvapi|gh\w|fw|xai|github_pat|tgp|AQ|hf|ya29|[cg]sk)[_.-](?=[\w-]{16})|xox|sk[_-]|ABSK|eyJ|A[KS]IA|AIza)[\w.*+-]*/g,
  // What follows a telling name, in text, headers and JSON, or `Bearer` or `Basic`, though not as prose: all of it up to
  // the quote that opened it, or else up to a space or any quote, but all cookies. Without a quote `\2` is empty and rules
  // out the first way. A name needs no colon before what is long and has a digit in it.
  /((?:pass[wp]\w{0,60}|signature|credentials|sig|token|secret|cookie|key|pwd|authorization)(?: (?!limit)\w+)??(?:[\]\\"']* ?[:=][ [\\>]*(?!redacted)(["']?)(?:(?:basic|bearer|token|(?:api-?)?key) )?|\W{1,3}(?=[\w+/-]{16})(?=\S{0,40}\d))|\b(?:basic|bearer) (?=\S{15}|\S*\d))(?:(?:(?!\2)\\*.)+|(?:; |[^\s"'])+)/gi,
  // A URL's user info.
  /(:\/\/)[^\s/?#"<>]*(?=@)/g,
  // A query string, of whole URLs and of mere paths.
  /(\?)[\w[%][^\s"'<>]*/g,
  // Hexadecimal runs, and long mixtures of digits, small and capital letters.
  /\b()(?:(?=\w{32})(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])|(?:dapi)?[\da-f]{32})[\w.*+-]*/g,
];

/**
 * Makes an error message fit for a span: one line of at most 256 characters with an ellipsis where it is cut, with
 * credentials, URLs' query strings and what a parser quotes of an answer replaced by `[redacted]`.
 *
 * @param text Any text, of any length; only its first 1,024 characters are looked at.
 * @returns The sanitized text.
 */
export function sanitizeMessage(text: string): string {
  let clean = oneLine(text.slice(0, MAX_INPUT));
  // Half a secret may stand at the cut, too short to be recognized.
  if (text.length > MAX_INPUT) clean = /.* |.*[",}\]\u2e80-\ud7ff]|/.exec(clean)![0];
  for (const rule of RULES) clean = clean.replace(rule, "$1[redacted]");
  return text.length > MAX_INPUT || clean.length > MAX_LENGTH ? oneLine(clean.slice(0, MAX_LENGTH - 1)) + "…" : clean;
}

/** Makes spaces of control and invisible characters and of lone surrogates. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{C}]+/gu, " ").trim();
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
    return [error, message, inner, inner?.message].find((it) => it && typeof it === "string") as string | undefined;
  } catch {
    // There is nothing to read, or a getter or a proxy threw.
  }
}

/** The same for the same text, next to never for another one, and nothing of what it says. */
export function fingerprint(text: string): string {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1 + (text.length >> 20)) {
    hash = Math.imul(hash, 31) + text.charCodeAt(at) | 0;
  }
  return `${text.length} ${hash}`;
}

/** What is asked, and what may come on top of a plain `fetch`. */
export const REQUESTS = [
  { name: "1 KB request", bytes: 1e3, rounds: 2000, atMost: 1.05 },
  { name: "100 KB request", bytes: 1e5, rounds: 800, atMost: 1.05 },
  { name: "5 MB request, an image", bytes: 5e6, rounds: 60, atMost: 1.1 },
] as const;

/** One line of the report, in milliseconds. */
export interface Row {
  readonly name: string;
  readonly plain: number;
  readonly ours: number;
  /** The goal. */
  readonly atMost: number;
}

/** What was measured. */
export interface Finding {
  readonly rows: readonly Row[];
}

/** A request of about so many bytes: a conversation, or from a megabyte on an image. */
export function requestOf(bytes: number): { model: string; messages: object[] } {
  const messages: object[] = [];
  if (bytes >= 1e6) {
    const url = `data:image/png;base64,${"iVBORw0KGgoAAAANSUhEUgAA".repeat(bytes / 24)}`;
    messages.push({ role: "user", content: [{ type: "image_url", image_url: { url } }] });
  } else {
    const content = 'What does "llm.call" mean, and why?\n'.repeat(6);
    for (let size = 100; size < bytes; size += 300) messages.push({ role: "user", content });
  }
  return { model: "gpt-5", messages };
}

import { formatDuration, paint, type Piece, wrapPieces } from "../../src/_waterfall_text.ts";
import type { Summary, TimeSpent, Tokens } from "./summary.ts";

/** How wide and in what dress the tables are drawn. */
export interface TableStyle {
  readonly width: number;
  readonly color: boolean;
}

/** Draws what a run adds up to, in lines of at most `width` characters. */
export function drawSummary({ time, tokens, retries }: Summary, style: TableStyle): string[] {
  return [
    ...drawTable([["Time", "", "", ""], ...timeRows(time)], style),
    "",
    ...drawTable([["Tokens", ...TOKEN_COLUMNS.map(([label]) => label)], ...tokenRows(tokens)], style),
    "",
    ...drawTable([
      ["Retries", "count", "waited", "source"],
      ...[...retries].map(([reason, { count, waitedMs, sources }]) => [
        reason,
        String(count),
        formatDuration(waitedMs),
        sources.join(", "),
      ]),
      ...(retries.size === 0 ? [["none", "", "", ""]] : []),
    ], style),
  ];
}

const SHARE_WIDTH = 20;

function timeRows({ total, provider, backoff, tools, between }: TimeSpent): string[][] {
  const row = (label: string, ms: number) => {
    const share = total > 0 ? ms / total : 0;
    return [label, formatDuration(ms), `${Math.round(share * 100)}%`, "█".repeat(Math.round(share * SHARE_WIDTH))];
  };
  return [
    row("in the provider", provider),
    row("in backoff", backoff),
    row("in tools", tools),
    row("between", between),
    ["total", formatDuration(total), "", ""],
  ];
}

const TOKEN_COLUMNS: readonly (readonly [label: string, count: keyof Tokens])[] = [
  ["in", "llm.input_tokens"],
  ["out", "llm.output_tokens"],
  ["cached", "llm.cache_read_tokens"],
  ["written", "llm.cache_creation_tokens"],
  ["reasoning", "llm.reasoning_tokens"],
];

function tokenRows(models: ReadonlyMap<string, Tokens>): string[][] {
  const cells = (tokens: Tokens) => TOKEN_COLUMNS.map(([, count]) => String(tokens[count] ?? "-"));
  return [...models].map(([model, tokens]) => [model, ...cells(tokens)]);
}

/** The first row is the header; numbers stand right. Where the columns do not fit, every row is wrapped by itself. */
function drawTable(rows: readonly string[][], { width, color }: TableStyle): string[] {
  const header = rows[0]!;
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const fits = 2 + widths.reduce((sum, cell) => sum + cell + 2, -2) <= width;
  if (!fits) {
    return rows.flatMap((row, index) =>
      index === 0 ? paint({ text: row[0]!, tone: "strong" }, color) : drawWrapped(header, row, { width, color })
    );
  }
  const isText = header.map((_, column) => column === 0 || rows.slice(1).some((row) => /^[^\d-]/.test(row[column]!)));
  return rows.map((row, index) => {
    const cells = row.map((cell, column) => cell[isText[column] ? "padEnd" : "padStart"](widths[column]!));
    if (index > 0) return `  ${cells.join("  ")}`.trimEnd();
    const [title = "", ...labels] = cells;
    return paint({ text: title, tone: "strong" }, color) +
      paint({ text: `    ${labels.join("  ")}`.trimEnd(), tone: "dim" }, color);
  }).map((line) => line.trimEnd());
}

function drawWrapped(header: readonly string[], row: readonly string[], { width, color }: TableStyle): string[] {
  const pieces = row.map((cell, column): Piece => ({
    text: column === 0 ? cell : `${header[column]} ${cell}`.trim(),
    tone: "plain",
  }));
  return wrapPieces(pieces.filter(({ text }) => text !== ""), width - 4)
    .map((line, index) => (index === 0 ? "  " : "    ") + line.map((piece) => paint(piece, color)).join(""));
}

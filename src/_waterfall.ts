import type { Attributes, AttributeValue } from "./tracer.ts";
import {
  formatDuration,
  NO_BREAK_SPACE,
  paint,
  type Piece,
  printable,
  type Tone,
  wrapPieces,
} from "./_waterfall_text.ts";

/** What the waterfall shows of a span: times are in milliseconds of one clock. */
export interface TimedSpan {
  readonly name: string;
  readonly startedAt: number;
  /** Unset while the span is open. */
  endedAt?: number;
  attributes: Attributes;
  /** Set once the span was marked as failed. */
  errorType?: string;
}

/** How wide and in what dress the waterfall is drawn. */
export interface WaterfallStyle {
  readonly width: number;
  readonly color: boolean;
}

/** Below this, what is known of an attempt goes under its bar instead of beside it. */
const BESIDE_MIN_WIDTH = 56;
const BAR_MAX_WIDTH = 60;
const DURATION_WIDTH = 6;

/** Draws one call in lines of at most `width` characters: a header, then each attempt on the call's time axis. */
export function drawWaterfall(root: TimedSpan, children: readonly TimedSpan[], style: WaterfallStyle): string[] {
  const rows = children.length === 0 && isAttempt(root) ? [root] : children;
  const lines = wrapPieces(headerPieces(root, rows.length), style.width - 2)
    .map((pieces, index) => (index === 0 ? "" : "  ") + paintAll(pieces, style.color));
  const labels = rows.map((row) => textOf(row.attributes["llm.attempt"]));
  const labelWidth = Math.max(0, ...labels.map((label) => label.length));
  const titles = titlesOf(rows);
  rows.forEach((row, index) => {
    const label = labels[index]!.padStart(labelWidth);
    lines.push(...drawRow(row, label, titles[index]!, axisFor(root, row, rows[index + 1]), style));
  });
  return lines;
}

/** What the rows are, where that is not told by the header: attempts at several targets, and other spans. */
function titlesOf(rows: readonly TimedSpan[]): string[] {
  const targetOf = ({ attributes }: TimedSpan) =>
    [attributes["llm.provider"], attributes["llm.model"]].filter(Boolean).join(" ");
  const isOneTarget = new Set(rows.filter(isAttempt).map(targetOf)).size < 2;
  return rows.map((row) => isAttempt(row) ? isOneTarget ? "" : targetOf(row) : row.name).map(printable);
}

function isAttempt({ attributes }: TimedSpan): boolean {
  return attributes["llm.attempt"] !== undefined;
}

/** Where a row's bar and the wait after it lie, as shares of the call's time. */
interface Axis {
  readonly from: number;
  readonly to: number;
  readonly waitTo: number;
}

function axisFor(root: TimedSpan, row: TimedSpan, next: TimedSpan | undefined): Axis {
  const end = root.endedAt ?? root.startedAt;
  // Also of a clock that is set back.
  const share = (time: number) => clamp((time - root.startedAt) / Math.max(1e-9, end - root.startedAt));
  const to = share(row.endedAt ?? end);
  const waits = row.attributes["llm.retry.delay_ms"] !== undefined;
  return { from: share(row.startedAt), to, waitTo: waits ? share(next?.startedAt ?? end) : to };
}

/** Not below 0, also of a clock that is set back. */
function elapsed({ startedAt, endedAt = startedAt }: TimedSpan): number {
  return Math.max(0, endedAt - startedAt);
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}

function drawRow(
  row: TimedSpan,
  label: string,
  title: string,
  axis: Axis,
  { width, color }: WaterfallStyle,
): string[] {
  const beside = width >= BESIDE_MIN_WIDTH;
  const taken = 2 + label.length + 1 + 1 + DURATION_WIDTH;
  const barWidth = Math.min(BAR_MAX_WIDTH, beside ? Math.floor(width * 0.4) - 8 : width - taken);
  const pieces = rowPieces(row, title);
  const duration = row.attributes["llm.duration_ms"] ?? elapsed(row);
  const left = `  ${label} ${drawBar(axis, Math.max(1, barWidth), toneOf(row), color)} ` +
    formatDuration(Number(duration)).padStart(DURATION_WIDTH);
  const indent = " ".repeat(beside ? taken + barWidth + 2 : label.length + 3);
  const details = wrapPieces(pieces, width - indent.length).map((line) => paintAll(line, color));
  if (!beside) return [left, ...details.map((line) => indent + line)];
  return details.map((line, index) => (index === 0 ? `${left}  ` : indent) + line);
}

function drawBar({ from, to, waitTo }: Axis, width: number, tone: Tone, color: boolean): string {
  const start = Math.min(width - 1, Math.floor(from * width));
  const end = Math.max(start + 1, Math.round(to * width));
  const waitEnd = Math.max(end, Math.floor(waitTo * width));
  return " ".repeat(start) + paint({ text: "█".repeat(end - start), tone }, color) +
    paint({ text: "·".repeat(waitEnd - end), tone: "dim" }, color) + " ".repeat(width - waitEnd);
}

function headerPieces(root: TimedSpan, attempts: number): Piece[] {
  const at = (name: string) => textOf(root.attributes[name]);
  const waitedMs = Number(root.attributes["llm.backoff_ms"] ?? 0);
  const pieces: Piece[] = [
    { text: [printable(root.name), at("llm.model")].filter(Boolean).join(" "), tone: "strong" },
    plain(formatDuration(elapsed(root))),
    plain(attempts === 1 ? "1 attempt" : `${attempts} attempts`),
    plain(waitedMs > 0 ? `waited ${formatDuration(waitedMs)}` : ""),
    { text: outcomeOf(root), tone: toneOf(root) },
    plain(at("gen_ai.provider.name") || at("llm.provider")),
    plain(at("task.id") && `task ${at("task.id")}`),
  ];
  return pieces.filter(({ text }) => text !== "");
}

function plain(text: string): Piece {
  return { text, tone: "plain" };
}

/** What is known of an attempt, the most telling first. */
function rowPieces(row: TimedSpan, title: string): Piece[] {
  const at = (name: string) => textOf(row.attributes[name]);
  const pieces: Piece[] = [];
  const add = (text: string, tone: Tone = "plain") => text !== "" && pieces.push({ text, tone });
  add(title);
  add([at("http.response.status_code"), outcomeOf(row)].filter(Boolean).join(" "), toneOf(row));
  add(at("llm.stop_reason"));
  const decision = at("llm.retry.decision");
  if (decision === "retry") {
    const source = at("llm.retry.delay_source");
    const wait = formatDuration(Number(row.attributes["llm.retry.delay_ms"] ?? 0));
    add(`wait ${wait}${source && ` (${source})`}`, "warn");
  } else if (decision && decision !== outcomeOf(row)) {
    const gate = at("llm.retry.gate");
    add(`no retry: ${decision}${gate && ` (${gate})`}`, "warn");
  }
  add(tokenText(row));
  if (at("llm.usage_partial")) add("usage partial");
  if (at("llm.queue_ms")) add(`queued ${formatDuration(Number(row.attributes["llm.queue_ms"]))}`);
  if (at("llm.first_chunk_ms")) add(`first chunk ${formatDuration(Number(row.attributes["llm.first_chunk_ms"]))}`);
  // A status and its type say enough of an attempt that is tried again.
  if (decision !== "retry" || !at("http.response.status_code")) add(at("llm.error"), "dim");
  return pieces;
}

const TOKENS = [
  ["in", "llm.input_tokens"],
  ["out", "llm.output_tokens"],
  ["cached", "llm.cache_read_tokens"],
  ["cache write", "llm.cache_creation_tokens"],
  ["reasoning", "llm.reasoning_tokens"],
] as const;

/** Breaks between the counts only. */
function tokenText({ attributes }: TimedSpan): string {
  return TOKENS.filter(([, name]) => attributes[name] !== undefined)
    .map(([label, name]) => `${label} ${attributes[name]}`.replaceAll(" ", NO_BREAK_SPACE))
    .join(" ");
}

/** One word: the error's type says more than that there was one. */
function outcomeOf({ attributes, errorType, endedAt }: TimedSpan): string {
  if (endedAt === undefined) return "unfinished";
  const outcome = textOf(attributes["llm.outcome"]);
  if (outcome !== "" && outcome !== "error") return outcome;
  return (textOf(attributes["error.type"]) || printable(errorType ?? "")) || outcome || "ok";
}

function toneOf(span: TimedSpan): Tone {
  const outcome = outcomeOf(span);
  if (outcome === "ok") return "good";
  return outcome === "cancelled" || outcome === "unfinished" ? "warn" : "bad";
}

function textOf(value: AttributeValue | undefined): string {
  return value === undefined ? "" : printable(String(value));
}

function paintAll(pieces: readonly Piece[], color: boolean): string {
  return pieces.map((piece) => paint(piece, color)).join("");
}

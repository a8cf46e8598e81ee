import { type Goal, GOALS, ratio, type Results, SECTIONS, type SectionView } from "./sections.ts";

const NAME = 42;
const NUMBER = 14;

/** The tables of one runtime. */
export function tables(results: Results): string {
  return SECTIONS.map((view) => table(view, results)).join("\n\n");
}

function table({ section, title, bases }: SectionView, results: Results): string {
  const timings = results[section];
  const head = row(title, ["microseconds", ...bases.map((base) => `x ${base}`)]);
  const rows = Object.entries(timings).map(([name, us]) =>
    row(`  ${name}`, [us.toFixed(2), ...bases.map((base) => ratio(timings, name, base).toFixed(2))])
  );
  return [head, ...rows].join("\n");
}

/** One line for each goal. */
export function goals(results: Results): string {
  return GOALS.map((goal) => {
    const { section, variant, base, atMost } = goal;
    const reached = ratio(results[section], variant, base).toFixed(2);
    return `${
      isMet(goal, results) ? "met    " : "NOT MET"
    }  ${section}: ${variant} / ${base} = ${reached}, goal ${atMost}`;
  }).join("\n");
}

/** Whether all goals are met. */
export function allMet(results: Results): boolean {
  return GOALS.every((goal) => isMet(goal, results));
}

function isMet({ section, variant, base, atMost }: Goal, results: Results): boolean {
  return ratio(results[section], variant, base) <= atMost;
}

function row(name: string, cells: readonly string[]): string {
  return name.padEnd(NAME) + cells.map((cell) => cell.padStart(NUMBER)).join("");
}

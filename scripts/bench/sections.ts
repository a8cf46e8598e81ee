import type { Timings } from "./measure.ts";

/** What is measured together, in a process of its own. */
export type Section = "retries" | "spans" | "no-provider";

/** The timings of one runtime. */
export type Results = Readonly<Record<Section, Timings>>;

/** How a section is shown. */
export interface SectionView {
  readonly section: Section;
  readonly title: string;
  /** The variants that every other one is divided by. */
  readonly bases: readonly string[];
}

export const SECTIONS: readonly SectionView[] = [
  { section: "retries", title: "First attempt succeeds, no tracer", bases: ["bare await", "cockatiel"] },
  { section: "spans", title: "OpenTelemetry SDK, two spans recorded", bases: ["by hand"] },
  { section: "no-provider", title: "OpenTelemetry API, nothing registered", bases: ["by hand"] },
];

/** A limit on what one variant may cost beside another one. */
export interface Goal {
  readonly section: Section;
  readonly variant: string;
  readonly base: string;
  readonly atMost: number;
}

export const GOALS: readonly Goal[] = [
  { section: "retries", variant: "tryspan", base: "cockatiel", atMost: 1 },
  { section: "retries", variant: "tryspan, createCaller", base: "cockatiel", atMost: 1 },
  { section: "retries", variant: "tryspan, retry options", base: "cockatiel", atMost: 1 },
  { section: "retries", variant: "tryspan, retry options, signal", base: "cockatiel, signal", atMost: 1 },
  {
    section: "retries",
    variant: "tryspan, retry options, signal",
    base: "cockatiel, signal watched by hand",
    atMost: 1,
  },
  { section: "spans", variant: "tryspan", base: "by hand", atMost: 1.15 },
];

/** What a variant costs beside another one. */
export function ratio(timings: Timings, variant: string, base: string): number {
  return timings[variant]! / timings[base]!;
}

import { contractCases, type Subject } from "../support/tracer_contract.ts";
import type { ConformanceCase } from "./conformance_case.ts";
import type { Library } from "./library.ts";

/** A fresh tracer of each kind that needs nothing but the library. */
const SUBJECTS: Readonly<Record<string, (library: Library) => Subject>> = {
  recordingTracer({ recordingTracer }) {
    const tracer = recordingTracer();
    return {
      tracer,
      activates: "synchronously",
      finished: () =>
        tracer.spans.filter(({ endCount }) => endCount > 0).map((
          { name, parent, startAttributes, attributes, status },
        ) => ({
          name,
          parent: parent?.name,
          startAttributes,
          attributes,
          failure: status?.message ?? status?.type,
        })),
    };
  },
  noopTracer: ({ noopTracer }) => ({ tracer: noopTracer, activates: "never", finished: () => undefined }),
  consoleTracer: ({ consoleTracer }) => ({
    tracer: consoleTracer({ write() {} }),
    activates: "never",
    finished: () => undefined,
  }),
  // With no SDK registered, OpenTelemetry's own no-op answers.
  otelTracer: ({ otelTracer }) => ({ tracer: otelTracer(), activates: "never", finished: () => undefined }),
};

/** The tracer contract, with every tracer. */
export const tracer: readonly ConformanceCase[] = Object.entries(SUBJECTS).flatMap(([subject, create]) =>
  contractCases.map(({ name, run }) => ({
    name: `${subject}() ${name}`,
    run: (library: Library) => run(create(library)),
  }))
);

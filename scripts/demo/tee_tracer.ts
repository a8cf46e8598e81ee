import type { Span, Tracer } from "../../src/tracer.ts";

/** A tracer that does everything on several tracers at once. */
export function teeTracer(tracers: readonly Tracer[]): Tracer {
  const partsOf = new WeakMap<Span, readonly Span[]>();
  return {
    startSpan(name, attributes, parent) {
      const parents = parent && partsOf.get(parent);
      const parts = tracers.map((tracer, index) => tracer.startSpan(name, attributes, parents?.[index]));
      const span: Span = {
        run: (work) => parts.reduceRight((inner, part) => () => part.run(inner), work)(),
        setAttributes: (more) => parts.forEach((part) => part.setAttributes(more)),
        fail: (type, message) => parts.forEach((part) => part.fail(type, message)),
        end: () => parts.forEach((part) => part.end()),
      };
      partsOf.set(span, parts);
      return span;
    },
  };
}

import { hush } from "./_safe_span.ts";
import type { Provider, RequestDescription, ResponseDescription, Usage } from "./provider.ts";

/**
 * What is known of a request or a response, the usage beside the rest. Texts and counts stand apart, so that neither is
 * taken for the other, whatever a describe function says.
 */
export interface Description {
  readonly texts: Known<string>;
  readonly counts: Known<number>;
}

type Described = RequestDescription & ResponseDescription & Usage;
type Known<T> = { readonly [Name in keyof Described as T extends Described[Name] ? Name : never]?: T };

/** How the plain shapes are read; a provider's own functions come before. */
const PLAIN: Required<Pick<Provider<never, never>, "describeRequest" | "describeResponse">> = {
  describeRequest: ({ model, messages, tools }: { model: string; messages?: unknown; tools?: unknown }) => ({
    model,
    messageCount: size(messages),
    toolCount: size(tools ?? (messages && [])),
  }),
  describeResponse: ({ usage, stopReason, model, id }: ResponseDescription) => ({ usage, stopReason, model, id }),
};

function size(list: unknown): number | undefined {
  return Array.isArray(list) ? list.length : undefined;
}

/** Nothing is known. */
export const UNKNOWN: Description = { texts: {}, counts: {} };

/** Reads a request or a response: users' describe functions and providers' bodies, contained. */
export function describe<Req, Res>(
  provider: Provider<Req, Res>,
  what: keyof typeof PLAIN,
  value: Req | Res,
): Description {
  const texts: Record<string, string> = {};
  const counts: Record<string, number> = {};
  try {
    const description = (provider[what] ? provider : PLAIN)[what]!(value as never) as Described;
    // A describe function that was written `async` has nothing to say in time; its rejection must not surface either.
    hush(description);
    for (const [name, value] of Object.entries({ ...description.usage, ...description })) {
      if (typeof value === "string" && value) texts[name] = value.slice(0, 256);
      else if (Number.isSafeInteger(value) && value as number >= 0) counts[name] = value as number;
    }
  } catch { /* it has nothing to say */ }
  return { texts, counts };
}

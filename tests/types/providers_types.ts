/** What the compiler has to make of providers of one's own. Nothing of it is run. */
import { callWithRetry, type Provider, type RetriedStream, type StreamProvider, streamWithRetry } from "../../mod.ts";
import { callWithFallback, type FallbackTarget } from "../../src/fallback.ts";
import { anthropic, readBytes } from "../../src/wire.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
function isTrue<_T extends true>(): void {}

interface Ask {
  readonly model: string;
}
interface Text {
  readonly text: string;
}

const chats = {
  name: "demo",
  chat: (request: Ask): Text => ({ text: request.model }),
};
const streams = {
  name: "demo",
  async *stream(request: Ask): AsyncGenerator<Text> {
    yield { text: request.model };
  },
};

/** Who describes may take more than there is; what there is stays what it was. */
export async function ofDescriptions(): Promise<void> {
  const more = {
    describeRequest: (_request: unknown) => ({}),
    describeResponse: (_response: unknown) => ({}),
    describeChunk: (_chunk: { readonly text?: string }) => ({}),
  };
  const answer = await callWithRetry({ ...chats, ...more }, { model: "m" });
  isTrue<Same<typeof answer, Text>>();
  const stream = streamWithRetry({ ...streams, ...more }, { model: "m" });
  isTrue<Same<typeof stream, RetriedStream<Text>>>();
  // @ts-expect-error -- the request has the provider's own type
  await callWithRetry({ ...chats, ...more }, {});
  // @ts-expect-error -- here as well
  streamWithRetry({ ...streams, ...more }, {});
  // @ts-expect-error -- reads another kind of response
  await callWithRetry({ ...chats, describeResponse: (_response: string) => ({}) }, { model: "m" });
  // @ts-expect-error -- reads another kind of chunk
  streamWithRetry({ ...streams, describeChunk: (_chunk: string) => ({}) }, { model: "m" });
}

export function ofBytes(): void {
  const provider = {
    name: "anthropic",
    stream: async ({ model }: Ask) => (await fetch(`https://example.org/${model}`)).body!,
    ...readBytes(anthropic),
  };
  streamWithRetry(provider, { model: "m" }).pipeThrough(new TextDecoderStream());
}

/** Each target's request is held to its own provider's, and the answer is one of theirs. */
export async function ofFallback(services: readonly Provider<Ask, Text>[]): Promise<void> {
  const counts = { name: "count", chat: (request: { readonly n: number }) => Promise.resolve(request.n) };
  const answer = await callWithFallback([
    { provider: chats, request: { model: "m" } },
    { provider: counts, request: { n: 1 }, options: { retry: { maxRetries: 0 } } },
  ]);
  isTrue<Same<typeof answer, Text | number>>();
  const targets: FallbackTarget<Provider<Ask, Text>>[] = [{ provider: chats, request: { model: "m" } }];
  const listed = await callWithFallback(targets);
  isTrue<Same<typeof listed, Text>>();
  const mapped = await callWithFallback(services.map((provider) => ({ provider, request: { model: "m" } })));
  isTrue<Same<typeof mapped, Text>>();
  // What is wrong is said where it stands.
  await callWithFallback([
    { provider: chats, request: { model: "m" } },
    // @ts-expect-error -- a string is no number
    { provider: counts, request: { n: "1" } },
    // @ts-expect-error -- the request lacks a field
    { provider: chats, request: {} },
    // @ts-expect-error -- no field of a request
    { provider: chats, request: { model: "m", modle: "m" } },
    // @ts-expect-error -- no option
    { provider: chats, request: { model: "m" }, options: { retries: 3 } },
    // @ts-expect-error -- no part of a target
    { provider: chats, request: { model: "m" }, option: {} },
  ]);
}

/** What is written into the type needs no types of its own. */
export const typed: StreamProvider<Ask, Text> = {
  ...streams,
  describeRequest: ({ model }) => ({ model }),
  describeChunk: ({ text }) => ({ isContent: text !== "", error: text === "broken" && text }),
};

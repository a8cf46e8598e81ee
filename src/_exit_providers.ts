import type { StreamProvider } from "./provider.ts";
import type { ScriptedBody, ScriptedChunk, ScriptedService } from "./_scripted_service.ts";

/** What a provider under test is asked. */
export interface StreamExitRequest {
  /** The model. */
  readonly model: string;
  /** The conversation. */
  readonly messages: readonly unknown[];
}

/** A provider that the exits are tried on. */
export interface StreamExitProvider {
  /** Stands in the names of the exits. */
  readonly name: string;
  /**
   * Makes a provider that asks `service`: through an SDK with a `fetch` of your own, for instance, that puts the scripted
   * chunks into the service's real format. Called once for each exit.
   */
  // deno-lint-ignore no-explicit-any -- whatever chunks it has, they are only compared
  create(service: ScriptedService): StreamProvider<StreamExitRequest, any>;
  /**
   * The text of one of its chunks, empty if it has none. Leave it out for a provider that hands over the scripted objects
   * and errors themselves: then it is checked that they are the same ones.
   */
  // deno-lint-ignore no-explicit-any -- see above
  textOf?(chunk: any): string;
  /** How many chunks it pulls before anybody asks for them. @default {0} */
  readonly readsAhead?: number;
}

const described = {
  name: "demo",
  describeChunk: (chunk: ScriptedChunk): ScriptedChunk => chunk,
};

/** The three shapes a stream can have. */
export const EXIT_PROVIDERS: readonly StreamExitProvider[] = [
  {
    name: "promise of an iterable",
    create: (service) => ({
      ...described,
      stream: async (_request, { signal }) => iterableOf(await service.open(signal)),
    }),
  },
  {
    name: "async generator",
    create: (service) => ({
      ...described,
      async *stream(_request, { signal }) {
        const body = await service.open(signal);
        try {
          for (let chunk; (chunk = await body.pull());) yield chunk;
        } finally {
          body.cancel();
        }
      },
    }),
  },
  {
    name: "ReadableStream",
    create: (service) => ({
      ...described,
      stream(_request, { signal }) {
        const opened = service.open(signal);
        opened.catch(() => {});
        return new ReadableStream<ScriptedChunk>({
          async pull(controller) {
            const chunk = await (await opened).pull();
            if (chunk) controller.enqueue(chunk);
            else controller.close();
          },
          cancel: async () => (await opened).cancel(),
        }, { highWaterMark: 0 });
      },
    }),
  },
];

/** The way of SDKs: an object whose iterator is made when somebody reads. */
function iterableOf(body: ScriptedBody): AsyncIterable<ScriptedChunk> {
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const value = await body.pull();
        return value ? { done: false, value } : { done: true, value };
      },
      return(value) {
        body.cancel();
        return Promise.resolve({ done: true, value });
      },
    }),
  };
}

import type { AttemptContext, ChunkDescription, StreamProvider } from "../../mod.ts";

/** A chunk that describes itself. */
export type Chunk = ChunkDescription & { readonly text?: string };

/** A provider whose stream gives what it is told, when it is told, and notes what is done to it. */
export interface ManualStream extends StreamProvider<{ readonly model: string }, Chunk> {
  /** Pulls that were made. */
  pulls: number;
  /** How often it was let go of. */
  returns: number;
  /** What it was given, attempt by attempt. */
  readonly contexts: AttemptContext[];
  /** Answers the oldest pull that is open, or the next one. */
  give(...chunks: Chunk[]): void;
  fail(error: unknown): void;
  end(): void;
}

type Answer = () => IteratorResult<Chunk>;

export function manualStream(provider: Partial<StreamProvider<{ readonly model: string }, Chunk>> = {}): ManualStream {
  const answers: Answer[] = [];
  const open: ((answer: Answer) => void)[] = [];
  const answer = (it: Answer) => {
    const waiting = open.shift();
    if (waiting) waiting(it);
    else answers.push(it);
  };
  const stream: ManualStream = {
    name: "demo",
    describeChunk: (chunk) => chunk,
    pulls: 0,
    returns: 0,
    contexts: [],
    stream(_request, context) {
      stream.contexts.push(context);
      return {
        [Symbol.asyncIterator]: (): AsyncIterator<Chunk> => ({
          async next() {
            stream.pulls++;
            const known = answers.shift();
            return known ? known() : (await new Promise<Answer>((resolve) => open.push(resolve)))();
          },
          return(value) {
            stream.returns++;
            return Promise.resolve({ done: true, value });
          },
        }),
      };
    },
    give: (...chunks) => chunks.forEach((value) => answer(() => ({ done: false, value }))),
    fail: (error) =>
      answer(() => {
        throw error;
      }),
    end: () => answer(() => ({ done: true, value: undefined })),
    ...provider,
  };
  return stream;
}

/** Lets everything run that can. */
export async function settle(): Promise<void> {
  for (let hop = 0; hop < 100; hop++) await undefined;
}

/** What a promise has come to by now. */
export async function stateOf(promise: Promise<unknown>): Promise<unknown> {
  let state: unknown = "pending";
  promise.then((value) => state = { value }, (error) => state = { error });
  await settle();
  return state;
}

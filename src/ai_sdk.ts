/**
 * A language-model middleware for the Vercel AI SDK, versions 6 and 7.
 *
 * @example
 * ```ts ignore
 * import { openai } from "@ai-sdk/openai";
 * import { generateText, wrapLanguageModel } from "ai";
 * import { retryMiddleware } from "@tryspan/tryspan/ai-sdk";
 * import { otelTracer } from "@tryspan/tryspan/otel";
 *
 * const model = wrapLanguageModel({ model: openai("gpt-5"), middleware: retryMiddleware({ tracer: otelTracer() }) });
 * const { text } = await generateText({ model, prompt: "Hello", maxRetries: 0 });
 * ```
 *
 * @module
 */

import { classifyBy, run } from "./_attempt_loop.ts";
import {
  describeHead,
  describeParams,
  describePart,
  describeResult,
  fingerprintOf,
  nameOf,
  wordsOf,
} from "./_ai_sdk_shapes.ts";
import { type InsideOptions, insideSdk } from "./_inside_sdk.ts";
import { quietly } from "./_quietly.ts";
import { watchStream } from "./_watched_stream.ts";

export type { InsideOptions } from "./_inside_sdk.ts";
export type { CallOptions, RetryOptions } from "./options.ts";

/** What is used of a model of the AI SDK. */
export interface AiSdkModel<Params, Result, Stream> {
  /** The provider's name, e.g. `openai.responses`. */
  readonly provider: string;
  /** The model's name. */
  readonly modelId: string;
  /** Answers in one piece. */
  doGenerate(params: Params): PromiseLike<Result>;
  /** Answers in parts. */
  doStream(params: Params): PromiseLike<Stream>;
}

/** The middleware; a `LanguageModelV3Middleware` and a `LanguageModelV4Middleware`. */
export interface RetryMiddleware {
  /** The specification's version: either, as they agree in what is used here. */
  // deno-lint-ignore no-explicit-any -- each version of the SDK wants another literal
  readonly specificationVersion: any;
  /** Retries and traces an answer in one piece. */
  wrapGenerate<Params extends object, Result>(
    call: { params: Params; model: AiSdkModel<Params, Result, unknown> },
  ): Promise<Result>;
  /** Retries an answer in parts until there is content, and traces it up to its end. */
  wrapStream<Params extends object, Part, Stream extends { stream: ReadableStream<Part> }>(
    call: { params: Params; model: AiSdkModel<Params, unknown, Stream> },
  ): Promise<Stream>;
}

/**
 * Makes a middleware that does for a model of the AI SDK what `callWithRetry` and `streamWithRetry` do. Turn the AI SDK's own
 * retries off with `maxRetries: 0`: where they are on, each of them is one attempt more.
 *
 * @param options As of `callWithRetry`.
 * @returns For `wrapLanguageModel({ model, middleware })`.
 * @throws {RangeError | TypeError} For a bad option, at once.
 */
export function retryMiddleware(options: InsideOptions = {}): RetryMiddleware {
  const begin = insideSdk(options, "with maxRetries: 0 in generateText, streamText and the like");

  /** Its own prompt is what the SDK hands over again, except for `streamText` of version 7, which makes another one. */
  async function attempt<T>(
    params: object,
    model: Pick<AiSdkModel<never, unknown, unknown>, "provider" | "modelId">,
    work: (settings: ReturnType<typeof begin>["settings"]) => Promise<T>,
  ) {
    const { abortSignal: signal, prompt } = params as { abortSignal?: AbortSignal; prompt?: unknown };
    const { settings, onFailure } = begin({
      signal,
      likeness: {
        size: Object(prompt).length,
        // To another model it is another call.
        print: () => `${model.provider} ${model.modelId} ${fingerprintOf(prompt)}`,
        object: Object(prompt) === prompt ? prompt as object : params,
      },
    });
    const { retry } = settings;
    const classify: typeof retry.classify = (error, builtIn) =>
      classifyBy(retry.classify, error, (it) => builtIn(quietly(() => wordsOf(it)) ?? it));
    try {
      return await work({ ...settings, retry: { ...retry, classify } });
    } catch (error) {
      onFailure(error);
      throw error;
    }
  }

  return {
    specificationVersion: "v4",
    wrapGenerate: ({ params, model }) =>
      attempt(params, model, (settings) =>
        run(
          {
            name: nameOf(model.provider),
            chat: (_, { signal }) => model.doGenerate({ ...params, abortSignal: signal }),
            describeRequest: () => describeParams(params, model.modelId),
            describeResponse: (result) => describeResult(result, model.provider),
          },
          undefined,
          undefined,
          settings,
        )),
    wrapStream<Params extends object, Part, Stream extends { stream: ReadableStream<Part> }>(
      { params, model }: { params: Params; model: AiSdkModel<Params, unknown, Stream> },
    ): Promise<Stream> {
      return attempt(params, model, async (settings) => {
        let result: Stream & { response?: unknown } | undefined;
        let isFirst = false;
        const stream = await watchStream<Part>({
          name: nameOf(model.provider),
          async stream(_, { signal }) {
            result = await model.doStream({ ...params, abortSignal: signal }) as Stream;
            isFirst = true;
            return result.stream;
          },
          describeRequest: () => describeParams(params, model.modelId),
          describeChunk(part) {
            const said = describePart(part, model.provider);
            const told = isFirst ? { ...describeHead(result!.response), ...said } : said;
            isFirst = false;
            return told;
          },
        }, settings);
        return { ...result!, stream };
      });
    },
  };
}

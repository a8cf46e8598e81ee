/** What has to hold for every SDK, whatever puts the retries and spans around it. */
import { type CallOptions, type Clock, systemClock } from "../../mod.ts";
import { type RecordedSpan, recordingTracer } from "../../src/testing.ts";
import { assert, assertEquals, assertStrictEquals } from "../conformance/asserts.ts";
import type { Fault } from "./fault.ts";
import type { MatrixServer, WithMatrixServer } from "./matrix_server.ts";
import type { SdkUnderTest, Way } from "./sdk_under_test.ts";
import { snapshot } from "./snapshot.ts";

/** One cell of the table. */
export interface MatrixCase {
  /** The SDK and how it is used. */
  readonly sdk: SdkUnderTest;
  /** The column. */
  readonly name: string;
  /** Throws if it does not hold. */
  run(): Promise<unknown>;
}

/** Everything a case has at hand. */
interface Play {
  readonly sdk: SdkUnderTest;
  readonly server: MatrixServer;
  /** The waits that were asked for; none of them took place. */
  readonly waits: readonly number[];
  json(): Promise<unknown>;
  stream(): AsyncIterable<unknown>;
  /** The attempts' spans. */
  attempts(): RecordedSpan[];
  /** The operation span. */
  operation(): RecordedSpan;
}

type Kind = "json" | "stream";

/** What stays the same from case to case. */
interface Setting {
  readonly sdk: SdkUnderTest;
  readonly way: Way;
  readonly withServer: WithMatrixServer;
}

interface Column {
  readonly name: string;
  readonly kind: Kind;
  /** Left out where an SDK has no such thing. */
  readonly isFor?: (sdk: SdkUnderTest) => boolean;
  run(setting: Setting): Promise<unknown>;
}

const withTools: Fault = { kind: "ok", toolCalls: [{ name: "search", arguments: { q: "où?", deep: { n: [1, 2] } } }] };
const someText = { text: "Hé, 世界 👋: a text of several deltas" };

const COLUMNS: readonly Column[] = (["json", "stream"] as const).flatMap((kind): Column[] => [
  { name: "success", kind, run: (setting) => succeeds(setting, kind, []) },
  {
    name: "429, Retry-After, success",
    kind,
    async run(setting) {
      const { source, ...spec } = setting.sdk.retryAfter;
      const { attempts: [failed], waits } = await succeeds(setting, kind, [{ kind: "status", status: 429, ...spec }]);
      assertHas(failed!, {
        "error.type": "rate_limited",
        "http.response.status_code": 429,
        "llm.retry.decision": "retry",
        "llm.retry.delay_source": source,
      });
      if (source !== "backoff") assert(waits[0]! >= 7000, `waited for ${waits[0]} ms`);
    },
  },
  {
    name: "error within HTTP 200",
    kind,
    isFor: ({ failedJson }) => kind === "stream" || failedJson !== undefined,
    async run(setting) {
      const body = kind === "json" ? setting.sdk.failedJson : setting.sdk.failedStream;
      const contentType = kind === "json" ? "application/json" : "text/event-stream";
      const fault: Fault = body === undefined
        ? { kind: "stream_error", after: { contents: 0 } }
        : { kind: "wrong_content_type", contentType, body };
      const { attempts: [failed] } = await succeeds(setting, kind, [fault]);
      assertHas(failed!, { "llm.outcome": "error", "llm.retry.decision": "retry" });
      assertOneOf(failed!.attributes["error.type"], ["overloaded", "server_error"]);
    },
  },
  kind === "json"
    ? {
      name: "reset in the middle",
      kind,
      async run(setting) {
        const { attempts: [failed] } = await succeeds(setting, kind, [{ kind: "reset_mid_body" }]);
        assertHas(failed!, { "error.type": "network", "llm.retry.decision": "retry" });
      },
    }
    : { name: "reset in the middle", kind, run: breaksInTheMiddle },
  { name: "abort", kind, run: kind === "json" ? abortsAtOnce : abortsInTheMiddle },
  { name: "quota spent", kind, isFor: ({ quota }) => quota !== undefined, run: (setting) => givesUp(setting, kind) },
]).concat(
  {
    name: "cut short before content",
    kind: "stream",
    async run(setting) {
      const { attempts: [failed] } = await succeeds(setting, "stream", [{
        kind: "truncated_stream",
        after: { contents: 0 },
      }]);
      assertHas(failed!, { "error.type": "truncated_stream", "llm.retry.decision": "retry" });
    },
  },
  { name: "break", kind: "stream", run: leavesEarly },
);

/** All cells for some SDKs. */
export function matrixCases(way: Way, sdks: readonly SdkUnderTest[], withServer: WithMatrixServer): MatrixCase[] {
  return sdks.filter((sdk) => way.isFor(sdk)).flatMap((sdk) =>
    COLUMNS.filter((column) => isFor(column, sdk, way)).map((column) => ({
      sdk,
      name: titleOf(column),
      run: () => column.run({ sdk, way, withServer }),
    }))
  );
}

function isFor(column: Column, sdk: SdkUnderTest, way: Way): boolean {
  const defects = { ...sdk.defects, ...way.isInside && sdk.outerDefects };
  return defects[titleOf(column)] === undefined && (column.isFor?.(sdk) ?? true);
}

function titleOf({ name, kind }: Column): string {
  return `${name} (${kind})`;
}

async function play<T>(
  { sdk, way, withServer }: Setting,
  script: readonly Fault[],
  work: (play: Play) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  return await withServer(script, async (server) => {
    const tracer = recordingTracer();
    const waits: number[] = [];
    const clock: Clock = {
      ...systemClock,
      setTimeout(callback, ms) {
        waits.push(ms);
        return systemClock.setTimeout(callback, 0);
      },
    };
    const options: CallOptions = {
      tracer,
      clock,
      random: () => 0,
      taskId: "t-1",
      retry: { baseDelayMs: 1 },
      ...(signal && { signal }),
    };
    const result = await work({
      sdk,
      server,
      waits,
      json: () => way.json(sdk, server.url, options),
      stream: () => way.stream(sdk, server.url, options),
      attempts: () => tracer.named("llm.call"),
      operation: () => tracer.spans[0]!,
    });
    assertEquals(tracer.misuses, []);
    assertEquals(tracer.spans.map(({ endCount }) => endCount), tracer.spans.map(() => 1));
    return result;
  });
}

/** Asks the SDK alone, once for each step; the last answer counts. */
async function alone({ sdk, withServer }: Setting, kind: Kind, script: readonly Fault[]): Promise<Outcome> {
  return await withServer(script, async ({ url }) => {
    let last: Outcome | undefined;
    for (const _ of script) {
      const client = sdk.client(url, { retries: false });
      const controller = new AbortController();
      last = await outcomeOf(
        kind,
        () => sdk.json(client, controller.signal),
        () => sdk.stream(client, controller.signal),
      );
      // Some SDKs leave the rest of a body unread when they fail.
      controller.abort();
    }
    return last!;
  });
}

interface Outcome {
  /** The response, or the chunks as far as they came. */
  readonly given: unknown;
  /** Class and message of what was thrown. */
  readonly error?: readonly [name: string, message: string];
}

async function outcomeOf(
  kind: Kind,
  json: () => PromiseLike<unknown>,
  stream: () => PromiseLike<AsyncIterable<unknown>> | AsyncIterable<unknown>,
): Promise<Outcome> {
  const chunks: unknown[] = [];
  try {
    if (kind === "json") return { given: snapshot(await json()) };
    for await (const chunk of await stream()) chunks.push(chunk);
    return { given: snapshot(chunks) };
  } catch (error) {
    return { given: snapshot(chunks), error: seenOf(error) };
  }
}

function seenOf(error: unknown): readonly [name: string, message: string] {
  const { constructor: { name }, message } = error as Error;
  return [name, message.replaceAll(/:\d{4,5}\b|req_\d+/g, "")];
}

/** After `failures` it gets the answer, the same as the SDK alone would. */
async function succeeds(
  setting: Setting,
  kind: Kind,
  failures: readonly Fault[],
): Promise<{ readonly attempts: RecordedSpan[]; readonly waits: readonly number[] }> {
  const script = [...failures, withTools];
  const { sdk, way } = setting;
  const expected = await alone(setting, kind, script);
  const toldBySdk = way.readsWire ? undefined : sdk.toldBySdk;
  assertEquals(expected.error, undefined);
  return await play(setting, script, async ({ server, waits, json, stream, attempts, operation }) => {
    assertEquals(await outcomeOf(kind, json, stream), expected);
    // An SDK may be content with the last event, and the end of the body comes after that.
    if (way.isInside) await until(() => operation().endCount > 0);
    assertEquals((await server.log()).map(({ format }) => format), script.map(() => sdk.format));
    assertEquals(attempts().map(({ attributes }) => attributes["llm.attempt"]), script.map((_, index) => index));
    const last = attempts().at(-1)!;
    assertHas(last, {
      ...sdk.told.attempt,
      ...toldBySdk?.attempt,
      ...(sdk.tellsHttp !== undefined &&
        { "http.response.status_code": sdk.tellsHttp || way.readsWire ? 200 : undefined }),
      ...(sdk.tellsHttp && { "llm.request_id": `req_${failures.length}` }),
      "task.id": "t-1",
      "llm.stream": kind === "stream" || way.isInside && sdk.alwaysStreams || undefined,
      "error.type": undefined,
    });
    assertHas(operation(), {
      ...sdk.told.operation,
      ...toldBySdk?.operation,
      "llm.attempts": script.length,
      "error.type": undefined,
    });
    assertEquals(operation().status, undefined);
    return { attempts: attempts(), waits };
  });
}

async function breaksInTheMiddle(setting: Setting): Promise<void> {
  const script: Fault[] = [{ kind: "reset_mid_stream", ...someText }];
  const expected = await alone(setting, "stream", script);
  await play(setting, script, async ({ server, json, stream, attempts }) => {
    assertEquals(await outcomeOf("stream", json, stream), expected);
    assert(expected.error);
    assertEquals((await server.log()).length, 1);
    assertEquals(attempts().length, 1);
    assertHas(attempts()[0]!, {
      "llm.outcome": "error",
      "error.type": "network",
      "llm.retry.decision": "already_streaming",
      "llm.stop_reason": undefined,
      "llm.usage_partial": true,
    });
  });
}

const REASON = new Error("no longer needed");

async function abortsAtOnce(setting: Setting): Promise<void> {
  const { sdk, way } = setting;
  const expected = way.isInside ? await abortedAlone(setting, "json") : REASON;
  const controller = new AbortController();
  await play(setting, [{ kind: "hang" }], async ({ server, json, attempts }) => {
    const [error] = await Promise.all([rejectionOf(json()), abortWhenAsked(server, controller)]);
    assertFailedAs(error, expected);
    await assertCancelled(server, attempts());
  }, controller.signal);
  await linger(sdk);
}

async function abortsInTheMiddle(setting: Setting): Promise<void> {
  const expected = setting.way.isInside ? await abortedAlone(setting, "stream") : REASON;
  const controller = new AbortController();
  await play(setting, [{ kind: "hang_mid_stream", ...someText }], async ({ server, stream, attempts }) => {
    assertFailedAs(await rejectionOf(abortAtFirst(stream(), controller)), expected);
    await assertCancelled(server, attempts());
  }, controller.signal);
}

async function abortWhenAsked(server: MatrixServer, controller: AbortController): Promise<void> {
  await until(async () => (await server.log()).length > 0);
  controller.abort(REASON);
}

async function abortAtFirst(chunks: AsyncIterable<unknown>, controller: AbortController): Promise<void> {
  for await (const _ of chunks) controller.abort(REASON);
}

/** What the SDK alone makes of an abort. */
async function abortedAlone({ sdk, withServer }: Setting, kind: Kind): Promise<unknown> {
  const controller = new AbortController();
  const { signal } = controller;
  const fault: Fault = kind === "json" ? { kind: "hang" } : { kind: "hang_mid_stream", ...someText };
  const error = await withServer([fault], async (server) => {
    const client = sdk.client(server.url, { retries: false });
    if (kind === "stream") {
      const stream = async () => await abortAtFirst(await sdk.stream(client, signal), controller);
      return await rejectionOf(stream());
    }
    const json = async () => await sdk.json(client, signal);
    return (await Promise.all([rejectionOf(json()), abortWhenAsked(server, controller)]))[0];
  });
  await linger(sdk);
  return error;
}

function assertFailedAs(error: unknown, expected: unknown): void {
  if (expected === REASON) return assertStrictEquals(error, REASON);
  assertEquals(seenOf(error), seenOf(expected));
}

async function leavesEarly(setting: Setting): Promise<void> {
  await play(setting, [{ kind: "hang_mid_stream", ...someText }], async ({ server, stream, attempts }) => {
    let chunks = 0;
    for await (const _ of stream()) {
      chunks++;
      break;
    }
    assertEquals(chunks, 1);
    await assertCancelled(server, attempts());
  });
}

async function givesUp(setting: Setting, kind: Kind): Promise<void> {
  const script: Fault[] = [{ kind: "status", status: 429, ...setting.sdk.quota }];
  const expected = await alone(setting, kind, script);
  await play(setting, script, async ({ server, json, stream, attempts, operation }) => {
    assertEquals(await outcomeOf(kind, json, stream), expected);
    assert(expected.error);
    assertEquals((await server.log()).length, 1);
    assertEquals(attempts().length, 1);
    assertHas(attempts()[0]!, {
      "llm.outcome": "error",
      "error.type": "quota_exhausted",
      "http.response.status_code": 429,
      "llm.retry.decision": "not_retryable",
    });
    assertEquals(operation().status?.type, "quota_exhausted");
  });
}

/** Nobody is to blame, and the server saw the client leave its only request. */
async function assertCancelled(server: MatrixServer, attempts: readonly RecordedSpan[]): Promise<void> {
  await until(async () => (await server.log()).every(({ end }) => end !== undefined));
  const log = await server.log();
  assertEquals(log.map(({ end }) => end), ["client_aborted"]);
  // By our signal, not by some time limit of the SDK's.
  assert(log[0]!.clientLeftAfterMs! < 500, `the client left after ${log[0]!.clientLeftAfterMs} ms`);
  assertEquals(attempts.length, 1);
  assertHas(attempts[0]!, {
    "llm.outcome": "cancelled",
    "llm.retry.decision": "cancelled",
    "llm.stop_reason": undefined,
  });
  assertEquals(attempts[0]!.status, undefined);
}

/** Some SDKs end an aborted stream without an error. */
async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return new Error("It did not fail");
  } catch (error) {
    return error;
  }
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let turns = 0; turns < 2000 && !await isSo(); turns++) await new Promise((resolve) => setTimeout(resolve, 1));
}

function assertHas({ attributes }: RecordedSpan, expected: Record<string, unknown>): void {
  const found = Object.fromEntries(Object.keys(expected).map((name) => [name, attributes[name]]));
  assertEquals(found, expected);
}

function assertOneOf(value: unknown, allowed: readonly unknown[]): void {
  assert(allowed.includes(value), `${value} is none of ${allowed.join(", ")}`);
}

async function linger({ lingersMs = 0 }: SdkUnderTest): Promise<void> {
  if (lingersMs) await new Promise((resolve) => setTimeout(resolve, lingersMs + 50));
}

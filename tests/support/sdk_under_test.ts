import type { Attributes, CallOptions } from "../../mod.ts";
import type { RetryMiddleware } from "../../src/ai_sdk.ts";
import type { Binding } from "../../src/openai.ts";
import imports from "../imports.json" with { type: "json" };
import type { ErrorSpec } from "./fault_server.ts";

/** Any binding. */
// deno-lint-ignore no-explicit-any -- each takes its own requests
export type AnyBinding = Binding<any, unknown, any, unknown>;

/** How a client is made. */
export interface ClientOptions {
  /** Whether the SDK's own retries are on, as they are by default where it has any. */
  readonly retries: boolean;
  /** In place of the global one. */
  readonly fetch?: typeof fetch;
  /** Around the model, where the SDK has such a thing. */
  readonly middleware?: RetryMiddleware;
}

/** What a service says of a tool call with the fault server's default usage, as it has to stand on the spans. */
export interface ToldFacts {
  /** On the attempt that went well. */
  readonly attempt: Attributes;
  /** On the operation span. */
  readonly operation: Attributes;
}

/** One way of using an SDK. */
export interface Spec<Client> {
  /** The name of what is used, such as `openai.chat`. */
  readonly name: string;
  /** The name of the wire format at the fault server. */
  readonly format: string;
  /** What tests/imports.json calls the package. */
  readonly alias: keyof typeof imports.imports;
  /** A client for the server at `url`. */
  client(url: string, options: ClientOptions): Client;
  /** The binding under test, where there is one. */
  readonly binding?: (client: Client) => AnyBinding;
  /** What a client can be given. @default {`["fetch"]`} */
  readonly takes?: readonly ("fetch" | "middleware")[];
  /** The request, of an answer at once. */
  readonly request: object;
  /** The request of a stream. @default {request} */
  readonly streamRequest?: object;
  /** Asks through the SDK alone. */
  json(client: Client, signal?: AbortSignal): PromiseLike<unknown>;
  /** Asks through the SDK alone for a stream. */
  stream(client: Client, signal?: AbortSignal): PromiseLike<AsyncIterable<unknown>> | AsyncIterable<unknown>;
  /** Whether it asks for a stream also where it answers at once. @default {false} */
  readonly alwaysStreams?: boolean;
  /** What `llmFetch` has to be told, as the test's server is at no known host. */
  readonly provider?: string;
  /** What has to stand on the spans. */
  readonly told: ToldFacts;
  /** What of that is something else for those who know only what the SDK says. */
  readonly toldBySdk?: Partial<ToldFacts>;
  /** Whether the SDK tells of the HTTP response of a good answer: its status and the provider's request id. */
  readonly tellsHttp?: boolean;
  /** How a 429 asks to wait seven seconds, and where that is read. */
  readonly retryAfter: ErrorSpec & { readonly headers?: Readonly<Record<string, string>>; readonly source: string };
  /** What a 429 says when the quota is spent; left out where the service has none. */
  readonly quota?: ErrorSpec;
  /** An error in JSON within HTTP 200, where the service does such a thing. */
  readonly failedJson?: string;
  /** The same in a stream. @default {as the fault server does it} */
  readonly failedStream?: string;
  /** Columns that a defect of the SDK rules out, and the defect. */
  readonly defects?: Readonly<Record<string, string>>;
  /** Columns that it rules out only where the SDK itself is what the caller has. */
  readonly outerDefects?: Readonly<Record<string, string>>;
  /** How long timers of the SDK go on when a request fails, in milliseconds. @default {0} */
  readonly lingersMs?: number;
}

/** The same, whatever the types of the SDK. */
export interface SdkUnderTest extends Spec<unknown> {
  /** The package's own name. */
  readonly package: string;
  /** Its version. */
  readonly version: string;
}

/** Forgets the types of the SDK. */
export function sdk<Client>(spec: Spec<Client>): SdkUnderTest {
  const [, name, version] = /^npm:(.+)@(.+)$/.exec(imports.imports[spec.alias])!;
  return { ...spec as Spec<unknown>, package: name!, version: version! };
}

/** A way to get retries and spans around an SDK. */
export interface Way {
  /** Its name in titles. */
  readonly name: string;
  /** Whether it is at work inside of the SDK: the caller then has the SDK, and what that makes of an abort. */
  readonly isInside: boolean;
  /** Whether it sees what the service says as it says it, and not what the SDK makes of that. */
  readonly readsWire: boolean;
  /** Whether an SDK can be used in this way. */
  isFor(sdk: SdkUnderTest): boolean;
  /** Asks for an answer at once. */
  json(sdk: SdkUnderTest, url: string, options: CallOptions): Promise<unknown>;
  /** Asks for a stream. */
  stream(sdk: SdkUnderTest, url: string, options: CallOptions): AsyncIterable<unknown>;
}

/** The newest version of each; `deno task test:sdks` runs them all. */
export function newest(sdks: readonly SdkUnderTest[]): SdkUnderTest[] {
  return sdks.filter((it) => it.alias === it.package);
}

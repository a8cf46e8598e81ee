import type { RequestDescription } from "./provider.ts";
import { skeleton } from "./_json_skeleton.ts";
import { quietly } from "./_quietly.ts";
import { fingerprint } from "./_fingerprint.ts";
import type { Likeness } from "./_inside_sdk.ts";
import { describeServer } from "./wire/provider_names.ts";
import { findFormat, type FoundFormat } from "./wire/wire_formats.ts";
import type { WireFormat } from "./wire/wire_format.ts";

/** The part of the platform's `fetch` that is used here. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** A request that was seen to be a call of a model. */
export interface ModelRequest {
  /** What is fetched, with every attempt. */
  readonly input: string | URL | Request;
  /** And how, but for the signal: its fields are its own. */
  readonly init: RequestInit | undefined;
  /** How its API stands on the wire. */
  readonly format: WireFormat;
  /** The provider's name on spans. */
  readonly name: string;
  /** What the spans need to know of it: read only if somebody wants it, for a long body takes its time. */
  describe(): RequestDescription;
  /** Whether the answer is asked for as a stream. */
  readonly isStream: boolean;
  /** Whether it can be sent more than once. */
  readonly canRepeat: boolean;
  /** By what it is known when the SDK sends it again. */
  readonly likeness: Likeness;
  /** Which try of its own the SDK says that it is, from 0. */
  readonly retryCount: number;
  /** The caller's signal. */
  readonly signal: AbortSignal | undefined;
}

/** A URL, and what is behind it. */
interface Place {
  readonly href: string;
  readonly url: URL | undefined;
  readonly found: FoundFormat | undefined;
}

/** How most bodies begin: this one is a call, and whether it asks for a stream is seen where that most often stands. */
const PLAIN = /^\{"model":"[^"\\]+"(?!,"stream")/;
const MOST_SEEN = 1000;

/** Reads a request, if it is a call of a model. Leaves what it is given as it is. */
export type ReadRequest = (
  input: string | URL | Request,
  init: RequestInit | undefined,
) => Promise<ModelRequest | undefined>;

/**
 * Makes a reader of the requests of one client.
 *
 * @param provider Who the service is, if that was told.
 * @param isObserved Whether somebody will want to know all that a request says before it is sent.
 */
export function requestReader(provider: string | undefined, isObserved: boolean): ReadRequest {
  /** An SDK asks for the same URL again and again. */
  let last: Place | undefined;

  return async function readRequest(input, init) {
    const request = isRequest(input) ? input : undefined;
    const method = init?.method ?? request?.method ?? "GET";
    if (method.toUpperCase() !== "POST") return undefined;
    const href = request?.url ?? String(input);
    if (last?.href !== href) {
      const url = parseUrl(href);
      last = { href, url, found: url && findFormat(url.host, url.pathname, provider) };
    }
    const { url, found } = last;
    if (!url || !found) return undefined;
    // Of a `Request`, or of what else has getters, be they enumerable or not, a copy would hold nothing.
    if (init?.method && !Object.hasOwn(init, "method")) return readRequest(input, await withOwnFields(init));
    const { format, name, isKnown } = found;
    const body = init?.body ?? (request?.body && request);
    const text = await readText(body);
    const read = () => format.describeRequest(text && skeleton(text), url.pathname);
    const isPlain = !isObserved && text && PLAIN.test(text) && !/"stream"/.test(text.slice(-MOST_SEEN));
    const told = isPlain ? undefined : read();
    const { isStream, model } = told ?? format.describeRequest({ model: "some" }, url.pathname);
    const canRepeat = !isOnceOnly(body);
    // Others may use the same path for what is no call; of a body that is not to be read, the path has to do.
    if (model === undefined && !isKnown && canRepeat) return undefined;
    const headers = init?.headers ?? request?.headers;
    // An iterator can be read once.
    if ("next" in Object(headers)) return readRequest(input, { ...init, headers: new Headers(headers) });
    return {
      input,
      init,
      format,
      name,
      describe: () => Object.assign(told ?? read(), describeServer(url)),
      isStream,
      canRepeat,
      likeness: {
        size: text?.length ?? 0,
        print: () => `${url.host}${url.pathname} ${fingerprint(text ?? "")}`,
      },
      retryCount: retryCountOf(headers),
      signal: (init?.signal === undefined ? request?.signal : init.signal) ?? undefined,
    };
  };
}

async function withOwnFields(init: RequestInit): Promise<RequestInit> {
  const own: Record<string, unknown> = {};
  for (let from: object = init; from; from = Object.getPrototypeOf(from)) {
    for (const name of Object.getOwnPropertyNames(from)) {
      if (!(name in own)) own[name] = init[name as keyof RequestInit];
    }
  }
  if (isRequest(init)) own.body = init.body && await init.clone().arrayBuffer();
  return own;
}

/** By its shape: it may come from another realm, or from a package. */
export function isRequest(input: unknown): input is Request {
  return "clone" in Object(input) && "url" in Object(input);
}

function parseUrl(text: string): URL | undefined {
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  // In a page and its workers it may be relative; what stands in for those may have a location that is no base.
  return quietly(() => new URL(text)) ?? quietly(() => new URL(text, location!.href));
}

/** A stream can be read once. */
function isOnceOnly(body: unknown): boolean {
  return "getReader" in Object(body) || Symbol.asyncIterator in Object(body) && !("clone" in Object(body));
}

async function readText(body: unknown): Promise<string | undefined> {
  if (typeof body === "string") return body;
  try {
    if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return new TextDecoder().decode(body);
    if (!isOnceOnly(body)) return await (isRequest(body) ? body.clone() : body as Blob).text();
  } catch { /* then it tells nothing */ }
}

/** Which try of its own the SDK says that a request is: Amazon's, from 1, or OpenAI's and Anthropic's. */
function retryCountOf(headers: HeadersInit | undefined): number {
  const given = headers as Headers | undefined;
  const entries = Array.isArray(headers) ? headers : Object.entries(headers ?? {});
  const get = (name: string): string | null | undefined =>
    typeof given?.get === "function" ? given.get(name) : entries.find(([key]) => key.toLowerCase() === name)?.[1];
  const told = get("amz-sdk-request") ?? get("x-stainless-retry-count") ?? "";
  const [, amazon, stainless] = /^attempt=([1-9]\d*)|^(\d+)$/.exec(told) ?? [];
  return Math.min(Number(stainless ?? Number(amazon) - 1) || 0, 1000);
}

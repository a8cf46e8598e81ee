import retryAsync from "async-retry";
import { ExponentialBackoff, handleAll, retry } from "cockatiel";
import pRetry from "p-retry";
import { callWithRetry, createCaller } from "../../mod.ts";
import { provider, request } from "./fixture.ts";
import type { Variant } from "./measure.ts";

// Every library gets what its own README does: the options as a literal where they are given per call, and a policy
// that is built once where that is how it is used. All of them: 5 retries, exponential from 1 s to 60 s.

const { signal } = new AbortController();
const bareContext = { attempt: 0, signal, span: { run: <T>(work: () => T): T => work(), setAttributes() {} } };

const call = createCaller({ retry: { maxRetries: 5, baseDelayMs: 1000, maxDelayMs: 60_000 } });
const policy = retry(handleAll, {
  maxAttempts: 5,
  backoff: new ExponentialBackoff({ initialDelay: 1000, maxDelay: 60_000 }),
});

/** The success path: no tracer, nothing fails. */
export const retryVariants: Variant[] = [
  { name: "bare await", call: () => provider.chat(request, bareContext) as Promise<unknown> },
  { name: "tryspan", call: () => callWithRetry(provider, request) },
  {
    name: "tryspan, retry options",
    call: () => callWithRetry(provider, request, { retry: { maxRetries: 5, baseDelayMs: 1000, maxDelayMs: 60_000 } }),
  },
  { name: "tryspan, signal", call: () => callWithRetry(provider, request, { signal }) },
  {
    name: "tryspan, retry options, signal",
    call: () =>
      callWithRetry(provider, request, { signal, retry: { maxRetries: 5, baseDelayMs: 1000, maxDelayMs: 60_000 } }),
  },
  { name: "tryspan, createCaller", call: () => call(provider, request) },
  { name: "cockatiel", call: () => policy.execute(() => provider.chat(request, bareContext)) },
  {
    name: "cockatiel, signal",
    call: () => policy.execute(() => provider.chat(request, bareContext), signal),
  },
  {
    // What tryspan does with a signal, and none of the others: a pending call ends with the abort.
    name: "cockatiel, signal watched by hand",
    call: () => policy.execute(() => watched(provider.chat(request, bareContext)), signal),
  },
  {
    name: "async-retry",
    call: () =>
      retryAsync(() => provider.chat(request, bareContext), {
        retries: 5,
        minTimeout: 1000,
        maxTimeout: 60_000,
      }),
  },
  {
    name: "p-retry",
    call: () =>
      pRetry(() => provider.chat(request, bareContext), {
        retries: 5,
        minTimeout: 1000,
        maxTimeout: 60_000,
      }),
  },
  {
    name: "p-retry, signal",
    call: () =>
      pRetry(() => provider.chat(request, bareContext), {
        retries: 5,
        minTimeout: 1000,
        maxTimeout: 60_000,
        signal,
      }),
  },
];

function watched<T>(pending: PromiseLike<T> | T): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    const release = () => signal.removeEventListener("abort", stop);
    signal.addEventListener("abort", stop);
    Promise.resolve(pending).then(resolve, reject).then(release);
  });
}

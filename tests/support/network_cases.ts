/** What can go wrong between a client and a server, each as a call that fails with it. */
export const NETWORK_CASES = {
  "refused": ({ refused }: FaultAddresses) => fetch(refused),
  "an unknown host": () => fetch("http://does-not-exist.invalid/"),
  "reset before the headers": ({ faulty }: FaultAddresses) => fetch(`${faulty}/reset`),
  "closed before the headers": ({ faulty }: FaultAddresses) => fetch(`${faulty}/close`),
  "reset in mid-body": ({ faulty }: FaultAddresses) => fetch(`${faulty}/reset-body`).then((it) => it.text()),
  "closed in mid-body": ({ faulty }: FaultAddresses) => fetch(`${faulty}/close-body`).then((it) => it.text()),
  "closed in mid-stream": ({ faulty }: FaultAddresses) => fetch(`${faulty}/close-chunks`).then((it) => it.text()),
  "timed out": ({ faulty }: FaultAddresses) => fetch(`${faulty}/hang`, { signal: AbortSignal.timeout(50) }),
  "a bad URL": () => fetch("nonsense"),
  "a bad scheme": () => fetch("nonsense://example.com"),
} satisfies Record<string, (addresses: FaultAddresses) => Promise<unknown>>;

/** The name of a case. */
export type NetworkCase = keyof typeof NETWORK_CASES;

/** Where faults are to be had, as URLs without a slash at the end. */
export interface FaultAddresses {
  /** A server that does what the path says. */
  readonly faulty: string;
  /** A port where nobody listens. */
  readonly refused: string;
}

/** An error and what caused it, as far as its classification can depend on it. */
export interface ErrorShape {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  readonly cause?: ErrorShape;
}

/** What must be read from a failure of each case. */
export const EXPECTED: Readonly<Record<NetworkCase, { readonly retryable: boolean; readonly errorType: string }>> = {
  "refused": { retryable: true, errorType: "network" },
  "an unknown host": { retryable: true, errorType: "network" },
  "reset before the headers": { retryable: true, errorType: "network" },
  "closed before the headers": { retryable: true, errorType: "network" },
  "reset in mid-body": { retryable: true, errorType: "network" },
  "closed in mid-body": { retryable: true, errorType: "network" },
  "closed in mid-stream": { retryable: true, errorType: "network" },
  "timed out": { retryable: true, errorType: "timeout" },
  "a bad URL": { retryable: false, errorType: "TypeError" },
  "a bad scheme": { retryable: false, errorType: "TypeError" },
};

/** The shape of an error, without what is another one each time. */
export function shapeOf(error: unknown): ErrorShape {
  const { name, message, code, cause } = error as ErrorShape;
  return {
    name,
    message: message.replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:1024").replace(/reference = \w+/, "reference = 0"),
    ...(code !== undefined && { code }),
    ...(cause && { cause: shapeOf(cause) }),
  };
}

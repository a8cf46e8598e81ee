import type { ConformanceCase } from "../conformance_case.ts";
import { assert, assertEquals } from "../asserts.ts";
import type { Library } from "../library.ts";

function assertRead({ classifyError }: Library, error: unknown, errorType: string, retryable: boolean): void {
  const actual = classifyError(error, 0);
  assertEquals([actual.errorType, actual.retryable], [errorType, retryable], `Read by '${actual.reason}'`);
}

/** The network failures of runtimes and browsers, as each of them words them. */
const NETWORK_FAILURES: readonly unknown[] = [
  Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error("x"), { code: "ECONNREFUSED" }) }),
  Object.assign(new TypeError("terminated"), { cause: Object.assign(new Error("x"), { code: "UND_ERR_SOCKET" }) }),
  new TypeError("error sending request", { cause: new Error("client error (Connect)") }),
  new TypeError("error reading a body from connection"),
  Object.assign(new Error("The socket connection was closed unexpectedly"), { code: "ECONNRESET" }),
  new TypeError("Failed to fetch"),
  new TypeError("Load failed"),
  new TypeError("NetworkError when attempting to fetch resource."),
  new Error("Network connection lost."),
];

/** What is read from the shape of whatever was thrown. */
export const classification: readonly ConformanceCase[] = [
  {
    name: "classifyError() reads statuses",
    run(library) {
      const statuses: [number, string, boolean][] = [
        [400, "invalid_request", false],
        [401, "auth", false],
        [403, "auth", false],
        [404, "invalid_request", false],
        [408, "timeout", true],
        [409, "server_error", true],
        [413, "context_too_long", false],
        [429, "rate_limited", true],
        [500, "server_error", true],
        [501, "invalid_request", false],
        [503, "server_error", true],
        [529, "overloaded", true],
      ];
      for (const [status, errorType, retryable] of statuses) {
        assertRead(library, { status }, errorType, retryable);
        assertRead(library, { response: { status } }, errorType, retryable);
        assertRead(library, new Response(null, { status }), errorType, retryable);
      }
    },
  },
  {
    name: "classifyError() puts what the body says above the status",
    run(library) {
      assertRead(library, { status: 429, error: { code: "insufficient_quota" } }, "quota_exhausted", false);
      assertRead(library, { status: 400, code: "context_length_exceeded" }, "context_too_long", false);
      assertRead(library, { status: 400, error: { code: "content_filter" } }, "content_filter", false);
      assertRead(library, { type: "error", error: { type: "overloaded_error" } }, "overloaded", true);
      assertRead(library, { name: "ThrottlingException" }, "rate_limited", true);
    },
  },
  {
    name: "classifyError() gives the server's x-should-retry the last word",
    run(library) {
      assertRead(library, { status: 400, headers: { "x-should-retry": "true" } }, "invalid_request", true);
      const headers = new Headers({ "x-should-retry": "false" });
      assertRead(library, { status: 503, headers }, "server_error", false);
    },
  },
  {
    name: "classifyError() knows network failures as each runtime words them",
    run(library) {
      for (const error of NETWORK_FAILURES) assertRead(library, error, "network", true);
    },
  },
  {
    name: "classifyError() knows the platform's own errors",
    run(library) {
      assertRead(library, new DOMException("The operation timed out", "TimeoutError"), "timeout", true);
      assertRead(library, new DOMException("The operation was aborted", "AbortError"), "AbortError", false);
      assertRead(library, new TypeError("x is not a function"), "TypeError", false);
      let thrown: unknown;
      try {
        new URL("nonsense");
      } catch (error) {
        thrown = error;
      }
      assertEquals(library.classifyError(thrown).retryable, false);
    },
  },
  {
    name: "classifyError() reads request ids and waits off the platform's Headers",
    run({ classifyError }) {
      const headers = new Headers({ "X-Request-Id": "req_7", "Retry-After": "1.5" });
      const { requestId, retryAfterMs, retryAfterSource, status } = classifyError({ status: 429, headers }, 0);
      assertEquals([requestId, retryAfterMs, retryAfterSource, status], ["req_7", 1500, "retry-after", 429]);
    },
  },
  {
    name: "classifyError() is never thrown off",
    run({ classifyError }) {
      const thrower = () => {
        throw new Error("hostile");
      };
      const revocable = Proxy.revocable({}, {});
      revocable.revoke();
      const cycle: Record<string, unknown> = { status: 429 };
      cycle.cause = cycle.error = cycle;
      const hostile: unknown[] = [
        revocable.proxy,
        new Proxy({}, { get: thrower, has: thrower, ownKeys: thrower, getPrototypeOf: thrower }),
        Object.defineProperty({}, "status", { get: thrower }),
        cycle,
        Object.create(null),
        Symbol("x"),
        10n,
        null,
        undefined,
        NaN,
        "x".repeat(1_000_000),
        thrower,
        { headers: { get: thrower }, message: {}, status: {} },
      ];
      for (const error of hostile) {
        const { errorType, reason } = classifyError(error);
        assert(/^[A-Za-z_]\w{0,127}$/.test(errorType) && reason.length > 0, errorType);
      }
    },
  },
];

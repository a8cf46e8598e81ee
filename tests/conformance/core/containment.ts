import type { Span } from "../../../mod.ts";
import { httpError, request, scriptedProvider } from "../../support/scripted_provider.ts";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "../asserts.ts";
import type { ConformanceCase } from "../conformance_case.ts";

function fail(): never {
  throw new Error("broken");
}

/** That nothing around a call does harm to it. */
export const containment: readonly ConformanceCase[] = [
  {
    name: "ends every span exactly once, whatever the provider does",
    async run({ callWithRetry, fakeClock, recordingTracer }) {
      const ways: readonly (() => unknown)[] = [
        () => Promise.resolve({}),
        () => undefined,
        () => ({ then: (resolve: (value: unknown) => void) => resolve({}) }),
        () => ({ then: fail }),
        fail,
        () => {
          throw undefined;
        },
        () => Promise.reject(httpError(400)),
        () => Promise.reject(undefined),
        () => Promise.reject(null),
        () => Promise.reject(httpError(500)),
      ];
      for (const chat of ways) {
        for (const signal of [undefined, new AbortController().signal]) {
          const clock = fakeClock({ autoAdvance: true });
          const tracer = recordingTracer({ clock });
          await callWithRetry({ name: "demo", chat }, request, { tracer, clock, signal, retry: { maxRetries: 2 } })
            .catch(() => {});
          assertEquals(tracer.spans.map(({ endCount }) => endCount), tracer.spans.map(() => 1), String(chat));
          assertEquals([tracer.misuses.length, clock.pendingTimers], [0, 0], String(chat));
        }
      }
    },
  },
  {
    name: "passes on an error that cannot even be looked at",
    async run({ callWithRetry, recordingTracer }) {
      const hostile = new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail });
      const tracer = recordingTracer();
      const provider = {
        name: "demo",
        chat() {
          throw hostile;
        },
      };
      // Not through a promise of its own: that would look for a `then`.
      const same = await callWithRetry(provider, request, { tracer }).then(() => false, (error) => error === hostile);
      assert(same, "It is another error");
      assertEquals(tracer.spans.map(({ endCount }) => endCount), [1, 1]);
    },
  },
  {
    name: "is not hurt by a tracer that throws",
    async run({ callWithRetry }) {
      const span: Span = { run: fail, setAttributes: fail, fail, end: fail };
      for (const startSpan of [fail, () => span, () => undefined as unknown as Span]) {
        let calls = 0;
        const chat = () => ++calls;
        assertEquals(await callWithRetry({ name: "demo", chat }, request, { tracer: { startSpan } }), 1);
      }
    },
  },
  {
    name: "is not hurt by describe functions and an onAttempt that throw",
    async run({ callWithRetry, recordingTracer }) {
      const tracer = recordingTracer();
      const provider = { name: "demo", chat: () => "ok", describeRequest: fail, describeResponse: fail };
      assertEquals(await callWithRetry(provider, request, { tracer, onAttempt: fail }), "ok");
      assertEquals(tracer.spans.map(({ endCount }) => endCount), [1, 1]);
    },
  },
  {
    name: "keeps credentials off spans, and prompts too",
    async run({ callWithRetry, recordingTracer }) {
      const tracer = recordingTracer();
      const secret = "sk-proj-0123456789abcdefghijklmnop";
      const error = httpError(401, { authorization: `Bearer ${secret}` }, `Incorrect API key provided: ${secret}`);
      const provider = { name: "demo", chat: () => Promise.reject(error) };
      const asked = { model: "m", messages: [{ role: "user", content: "my own words" }] };
      assertStrictEquals(await assertRejects(() => callWithRetry(provider, asked, { tracer })), error);
      const told = JSON.stringify(tracer.spans.map(({ attributes, status }) => ({ attributes, status })));
      assert(!told.includes(secret) && !told.includes("my own words"), told);
      assert(told.includes("Incorrect API key provided"), told);
    },
  },
  {
    name: "records no error message when told not to",
    async run({ callWithRetry, recordingTracer }) {
      const tracer = recordingTracer();
      const provider = { name: "demo", chat: () => Promise.reject(httpError(400, {}, "said in confidence")) };
      await assertRejects(() => callWithRetry(provider, request, { tracer, recordErrorMessage: false }));
      assertEquals(tracer.spans[1]?.attributes["llm.error"], undefined);
    },
  },
  {
    name: "consoleTracer() writes a waterfall of each call",
    async run({ callWithRetry, consoleTracer, fakeClock }) {
      const clock = fakeClock({ autoAdvance: true });
      const written: string[] = [];
      const tracer = consoleTracer({ clock, write: (text) => written.push(text) });
      const provider = scriptedProvider(clock, [{ takesMs: 40, error: httpError(503) }, { takesMs: 60 }]);
      await callWithRetry(provider, request, { clock, tracer, retry: { jitter: "none" } });
      assertEquals(written.length, 1);
      for (const part of ["chat gpt-5", "2 attempts", "503 server_error", "40ms"]) {
        assert(written[0]!.includes(part), written[0]);
      }
    },
  },
];

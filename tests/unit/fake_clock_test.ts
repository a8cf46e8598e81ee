import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { fakeClock } from "../../src/testing.ts";

Deno.test("fakeClock() stands still until it is told to move", async () => {
  const clock = fakeClock({ date: 5_000 });
  assertEquals([clock.now(), clock.date()], [0, 5_000]);
  await clock.advance(250.5);
  assertEquals([clock.now(), clock.date()], [250.5, 5_250.5]);
  assertEquals(new Date(fakeClock().date()).toISOString(), "2026-01-01T00:00:00.000Z");
});

Deno.test("fakeClock() fires timers in the order of their time, then of their setting, each at its own time", async () => {
  const clock = fakeClock();
  const fired: string[] = [];
  for (const [name, ms] of [["c", 30], ["a1", 10], ["b", 20], ["a2", 10], ["now", 0]] as const) {
    clock.setTimeout(() => fired.push(`${name} at ${clock.now()}`), ms);
  }
  assertEquals(clock.pendingTimers, 5);
  await clock.advance(20);
  assertEquals(fired, ["now at 0", "a1 at 10", "a2 at 10", "b at 20"]);
  assertEquals([clock.now(), clock.pendingTimers], [20, 1]);
  await clock.advance(9);
  assertEquals(fired.length, 4);
  await clock.advance(1);
  assertEquals([fired.at(-1), clock.pendingTimers], ["c at 30", 0]);
});

Deno.test("fakeClock() fires no timer that was taken back, and ignores handles it does not know", async () => {
  const clock = fakeClock();
  const fired: string[] = [];
  const first = clock.setTimeout(() => fired.push("first"), 10);
  clock.setTimeout(() => fired.push("second"), 10);
  clock.clearTimeout(first);
  clock.clearTimeout(first);
  clock.clearTimeout(undefined);
  assertEquals(clock.pendingTimers, 1);
  await clock.runAll();
  assertEquals(fired, ["second"]);
});

Deno.test("fakeClock() lets everything run that a timer set off before the next one fires", async () => {
  const clock = fakeClock();
  let fired = false;
  const first = new Promise<void>((resolve) => clock.setTimeout(resolve, 10));
  const second = clock.setTimeout(() => fired = true, 10);
  const work = first.then(async () => {
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    clock.clearTimeout(second);
  });
  await clock.advance(10);
  await work;
  assertEquals([fired, clock.pendingTimers], [false, 0]);
});

Deno.test("fakeClock() advance() sees timers that running work sets, before and on the way", async () => {
  const clock = fakeClock();
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
  const at: number[] = [];
  const work = (async () => {
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    for (const ms of [100, 200, 400]) {
      await sleep(ms);
      at.push(clock.now());
    }
  })();
  await clock.advance(350);
  assertEquals([at, clock.now(), clock.pendingTimers], [[100, 300], 350, 1]);
  await clock.runAll();
  await work;
  assertEquals([at, clock.now(), clock.pendingTimers], [[100, 300, 700], 700, 0]);
});

Deno.test("fakeClock() moves by itself with autoAdvance, without a turn of real time", async () => {
  const clock = fakeClock({ autoAdvance: true });
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
  const order: string[] = [];
  await Promise.all([
    sleep(60_000).then(() => order.push("minute")),
    sleep(3_600_000).then(() => order.push("hour")),
    sleep(1).then(() => sleep(2)).then(() => order.push("soon")),
  ]);
  assertEquals(order, ["soon", "minute", "hour"]);
  assertEquals([clock.now(), clock.pendingTimers], [3_600_000, 0]);
  await sleep(5);
  assertEquals(clock.now(), 3_600_005);
});

Deno.test("fakeClock() with autoAdvance runs what need not wait first, and leaves nothing behind", async () => {
  const clock = fakeClock({ autoAdvance: true });
  let fired = false;
  const handle = clock.setTimeout(() => fired = true, 0);
  for (let turn = 0; turn < 1000; turn++) await Promise.resolve();
  assertStrictEquals(fired, false);
  clock.clearTimeout(handle);
  assertEquals([clock.now(), clock.pendingTimers], [0, 0]);
  // Still good for another timer, although the first was taken back.
  await new Promise<void>((resolve) => clock.setTimeout(resolve, 7));
  assertEquals([fired, clock.now()], [false, 7]);
  // The test ends in the middle of a turn: the sanitizers see that no message is on its way.
  clock.clearTimeout(clock.setTimeout(() => {}, 1));
});

Deno.test("fakeClock() refuses delays that a platform timer would not keep", async () => {
  const clock = fakeClock();
  for (const ms of [NaN, -1, Infinity, -Infinity, 2 ** 30 + 1, undefined as unknown as number]) {
    const error = assertThrows(() => clock.setTimeout(() => {}, ms), RangeError);
    assertStrictEquals(
      error.message,
      `Cannot set a timer: 'ms' must be a number from 0 to 1073741824: current value is ${ms}`,
    );
  }
  assertEquals(clock.pendingTimers, 0);
  clock.setTimeout(() => {}, 2 ** 30);
  for (const ms of [NaN, -1, Infinity]) {
    const error = await assertRejects(() => clock.advance(ms), RangeError);
    assertStrictEquals(
      error.message,
      `Cannot advance the clock: 'ms' must be a finite number >= 0: current value is ${ms}`,
    );
  }
  await clock.advance(2 ** 40);
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("fakeClock() advance() rejects with what a timer throws, and goes on after it", async () => {
  const clock = fakeClock();
  const error = new Error("the timer's own");
  let fired = false;
  clock.setTimeout(() => {
    throw error;
  }, 1);
  clock.setTimeout(() => fired = true, 2);
  assertStrictEquals(await assertRejects(() => clock.advance(5)), error);
  assertEquals([fired, clock.now(), clock.pendingTimers], [false, 1, 1]);
  await clock.advance(5);
  assertEquals([fired, clock.now()], [true, 6]);
});

Deno.test("fakeClock() fires thousands of timers in order", async () => {
  const clock = fakeClock();
  const fired: number[] = [];
  for (let n = 0; n < 2000; n++) clock.setTimeout(() => fired.push(clock.now()), (n * 7919) % 2000);
  await clock.runAll();
  assertEquals(fired, Array.from({ length: 2000 }, (_, n) => n));
});

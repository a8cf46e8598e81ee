import type { Clock } from "./clock.ts";
import { LONGEST_TIMER_MS } from "./_within.ts";

/** A timer of a runtime that can end before it rings. */
type Timer = { ref?(): void; unref?(): void } | null | undefined;

/** Rings once, after `ms` milliseconds, however many, unless it is stopped. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #leftMs: number;
  #timer: unknown;
  #isNeeded = true;
  #isOver = false;

  constructor(clock: Clock, ms: number, ring: () => void) {
    this.#clock = clock;
    this.#leftMs = ms;
    this.#ring = ring;
    if (ms < Infinity) this.#tick();
  }

  #tick(): void {
    const step = Math.min(this.#leftMs, LONGEST_TIMER_MS);
    this.#leftMs -= step;
    if (step > 0) {
      this.#timer = this.#clock.setTimeout(() => this.#tick(), step);
      this.keepsAlive(this.#isNeeded);
      // Under `deno test`, Deno 2.9 runs microtasks inside the first setTimeout.
      if (this.#isOver) this.stop();
    } else this.#ring();
  }

  /** Whether the process has to wait for it. */
  keepsAlive(isNeeded: boolean): void {
    this.#isNeeded = isNeeded;
    const timer = this.#timer as Timer;
    if (isNeeded) timer?.ref?.();
    else timer?.unref?.();
  }

  /** Takes it back. */
  stop(): void {
    this.#isOver = true;
    this.#clock.clearTimeout(this.#timer);
  }
}

/** Notices that this process stood still: stopped, frozen with its container or machine, or blocked. */
import type { CancelTimer, Clock } from '../clock/clock.ts';
import type { Component } from './lifecycle.ts';

/** 40 times a second, some 20 µs each. */
const TICK_MS = 25;
/** What is read up to this long after the last tick but one counts as read at once: a busy process is not exact to a tick. */
export const STALL_MS = 150;
/** A shorter pause is no fault. */
const PAUSE_MS = 4_000;
/** After a pause, requests that wait in this process are refused for so long. */
const AFTER_PAUSE_MS = 1_000;

/**
 * A process that continues reads what its peers sent while it stood still. They have given up waiting by then, and have been
 * served by another instance.
 *
 * Between two ticks the event loop has read all that had arrived before the earlier one. So what is read now arrived after the
 * last tick but one.
 */
export class PauseWatch implements Component {
  readonly name = 'pause watch';
  readonly #clock: Clock;
  #tickedAt: number;
  #tickedBefore: number;
  #continuingUntil = 0;
  #cancel: CancelTimer = () => undefined;

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock;
    this.#tickedAt = options.clock.now();
    this.#tickedBefore = this.#tickedAt;
  }

  start(): void {
    this.#tickedAt = this.#clock.now();
    this.#tickedBefore = this.#tickedAt;
    this.#cancel = this.#clock.every(TICK_MS, () => this.#tick());
  }

  stop(): void {
    this.#cancel();
  }

  /** Whether what is read now may have waited for this process through a pause of 4 s or more. Cheap. */
  hasJustContinued(): boolean {
    const now = this.#clock.now();
    // Node may read a socket before it runs the timers that are due, so not only the timer looks.
    return now - this.#tickedAt > PAUSE_MS || now < this.#continuingUntil;
  }

  /** How long what is read now may have waited for this process, ms; 0 for less than {@link STALL_MS}. Cheap. */
  waitedMs(): number {
    const waited = this.#clock.now() - this.#tickedBefore;
    return waited > STALL_MS ? waited : 0;
  }

  #tick(): void {
    const now = this.#clock.now();
    if (now - this.#tickedAt > PAUSE_MS) this.#continuingUntil = now + AFTER_PAUSE_MS;
    this.#tickedBefore = this.#tickedAt;
    this.#tickedAt = now;
  }
}

/** Notices that this process stood still: stopped, frozen with its container or machine, or blocked. */
import type { CancelTimer, Clock } from '../clock/clock.ts';
import type { Component } from './lifecycle.ts';

const TICK_MS = 500;
/** A shorter pause is no fault. */
const PAUSE_MS = 4_000;
/** A shorter one is the ordinary work of a busy process. */
const STALL_MS = TICK_MS + 500;
/** What has waited in the kernel is read within this time after a pause. */
const AFTER_PAUSE_MS = 1_000;

/**
 * A process that continues reads what its peers sent while it stood still. They have given up waiting by then, and have been
 * served by another instance.
 */
export class PauseWatch implements Component {
  readonly name = 'pause watch';
  readonly #clock: Clock;
  #tickedAt: number;
  #continuingUntil = 0;
  #stoodFrom = 0;
  #readsBacklogUntil = 0;
  #cancel: CancelTimer = () => undefined;

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock;
    this.#tickedAt = options.clock.now();
  }

  start(): void {
    this.#tickedAt = this.#clock.now();
    this.#cancel = this.#clock.every(TICK_MS, () => this.#look());
  }

  stop(): void {
    this.#cancel();
  }

  /** Whether what is read now may have waited for this process through a pause of 4 s or more. Cheap. */
  hasJustContinued(): boolean {
    return this.#look() < this.#continuingUntil;
  }

  /** How long what is read now may have waited for this process, ms; 0 unless it has stood still for a second. Cheap. */
  waitedMs(): number {
    const now = this.#look();
    return now < this.#readsBacklogUntil ? now - this.#stoodFrom : 0;
  }

  /** Returns the present time. Node may read a socket before it runs the timers that are due, so not only the timer looks. */
  #look(): number {
    const now = this.#clock.now();
    const stoodMs = now - this.#tickedAt;
    if (stoodMs > STALL_MS) {
      // A process that stands again while it still reads what has waited: that may be from before.
      if (now - stoodMs >= this.#readsBacklogUntil) this.#stoodFrom = this.#tickedAt;
      this.#readsBacklogUntil = now + AFTER_PAUSE_MS;
    }
    if (stoodMs > PAUSE_MS) this.#continuingUntil = now + AFTER_PAUSE_MS;
    this.#tickedAt = now;
    return now;
  }
}

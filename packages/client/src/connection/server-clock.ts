/** What time it is at the server, as far as its answers tell: phones' clocks are often wrong. */
import type { Clock } from '../clock.ts';

export class ServerClock {
  readonly #clock: Clock;
  /** Server minus device, ms. */
  #offset = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** ms since the epoch. */
  now(): number {
    return this.#clock.now() + this.#offset;
  }

  /**
   * The server read its clock as `at` between two moments of this device. The offset moves no further than that
   * demands, so that a slow answer makes nothing worse.
   */
  observe(at: number, sentAt: number, receivedAt: number): void {
    this.#offset = Math.min(Math.max(this.#offset, at - receivedAt), at - sentAt);
  }

  /** Something that the server dated `at` has arrived: it is at least that late there. */
  observePast(at: number): void {
    this.#offset = Math.max(this.#offset, at - this.#clock.now());
  }
}

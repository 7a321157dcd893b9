/** Estimates the server's clock from its responses, because the clocks of phones are often wrong. */
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
   * The server read its clock as `at` between `sentAt` and `receivedAt` of this device. The offset changes only as far
   * as these bounds require, so a slow response does not reduce the accuracy.
   */
  observe(at: number, sentAt: number, receivedAt: number): void {
    this.#offset = Math.min(Math.max(this.#offset, at - receivedAt), at - sentAt);
  }

  /** A message with server time `at` has arrived, so the server's clock is at least at `at`. */
  observePast(at: number): void {
    this.#offset = Math.max(this.#offset, at - this.#clock.now());
  }
}

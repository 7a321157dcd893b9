/** Until when a follower may act on what it knows, by its own clock alone. */
import type { Clock } from '@nearby-friends/service-kit';
import { FENCE_MS } from './fence-times.ts';

/**
 * A follower is a *member* from a report on, as long as one report follows the other within {@link FENCE_MS}: no
 * writer passes a member over. Only what was asked for while being a member counts as proof. Somebody who comes back
 * after a silence reports first and reads then; what was appended while writers took it for silent is read before it
 * acts again. That holds across epochs too: no barrier ends in a new one before all members of the old one have run out.
 */
export class Fence {
  readonly #clock: Clock;
  #until = Number.NEGATIVE_INFINITY;
  #provenAt: number;
  #memberSince = Number.POSITIVE_INFINITY;
  #memberUntil = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#provenAt = clock.now();
  }

  get isOpen(): boolean {
    return this.#clock.now() < this.#until;
  }

  /** ms since that for which the last proof stands, before the first one since the fence was made. */
  get ageMs(): number {
    return this.#clock.now() - this.#provenAt;
  }

  /**
   * To be called when Redis has confirmed a report. `askedAt` is when the read was sent whose entries are applied and
   * reported, `reportedAt` when the report was sent, both on the clock given.
   */
  confirm({ askedAt, reportedAt }: { askedAt: number; reportedAt: number }): void {
    const now = this.#clock.now();
    // Redis had the report by now at the latest; had the one before run out by then, a writer may not have waited.
    if (now >= this.#memberUntil) this.#memberSince = now;
    this.#memberUntil = reportedAt + FENCE_MS;
    if (askedAt < this.#memberSince) return;
    this.#until = askedAt + FENCE_MS;
    this.#provenAt = askedAt;
  }

  /** Shuts it at once; it takes two rounds to open it again. */
  close(): void {
    this.#memberUntil = Number.NEGATIVE_INFINITY;
    this.#until = Number.NEGATIVE_INFINITY;
  }
}

/** Until when a follower may act on what it knows, by its own clock only. */
import type { Clock } from '@nearby-friends/service-kit';
import { FENCE_MS } from './fence-times.ts';

/**
 * A follower is a *member* from its first report on, as long as each report follows the previous one within
 * {@link FENCE_MS}. Writers wait for every member. Only a read that was requested as a member counts as proof. A follower
 * that returns after its expiry reports first and reads then, so it reads what was appended in between before it acts
 * again. This holds across epochs: no barrier ends in a new epoch before all members of the old one have expired.
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

  /** Age of the last proof, ms; before the first proof, the age of this fence. */
  get ageMs(): number {
    return this.#clock.now() - this.#provenAt;
  }

  /**
   * Call it when Redis has confirmed a report. `requestedAt` is when the read was sent whose entries are applied and
   * reported, `reportedAt` when the report was sent, both on the given clock.
   */
  confirm({ requestedAt, reportedAt }: { requestedAt: number; reportedAt: number }): void {
    const now = this.#clock.now();
    // Redis received the report by now at the latest. If the previous one had expired by then, a writer may not have waited.
    if (now >= this.#memberUntil) this.#memberSince = now;
    this.#memberUntil = reportedAt + FENCE_MS;
    if (requestedAt < this.#memberSince) return;
    this.#until = requestedAt + FENCE_MS;
    this.#provenAt = requestedAt;
  }

  /** Closes the fence at once. It takes two rounds to open it again. */
  close(): void {
    this.#memberUntil = Number.NEGATIVE_INFINITY;
    this.#until = Number.NEGATIVE_INFINITY;
  }
}

/** Looks up for gateways whom viewers may see, and within which radius. */
import type { UserId, ViewerEdges } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import type { ViewerRepository } from '../database/viewer-repository.ts';
import type { FriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';

export class FriendLookup {
  readonly #viewers: ViewerRepository;
  readonly #clock: Clock;
  readonly #metrics: FriendGraphMetrics;

  constructor(options: { viewers: ViewerRepository; clock: Clock; metrics: FriendGraphMetrics }) {
    this.#viewers = options.viewers;
    this.#clock = options.clock;
    this.#metrics = options.metrics;
  }

  /** See {@link ViewerRepository.read}. Rejects with `unavailable` while PostgreSQL is unavailable. */
  async friendsOf(viewers: readonly UserId[]): Promise<{ viewers: ViewerEdges[] }> {
    this.#metrics.friendsOfBatchSize.observe(viewers.length);
    const stopTimer = this.#metrics.friendsOfSeconds.startTimer();
    const edges = await this.#viewers.read(viewers, this.#clock.now());
    stopTimer();
    return { viewers: edges };
  }
}

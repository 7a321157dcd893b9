/** Looks up for gateways whom viewers may see, and within which radius. */
import type { GraphEpoch, UserId, ViewerEdges } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import type { DatabaseEpochs } from '../database/database-epochs.ts';
import type { ViewerRepository } from '../database/viewer-repository.ts';
import type { FriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';

export class FriendLookup {
  readonly #epochs: Pick<DatabaseEpochs, 'read'>;
  readonly #viewers: ViewerRepository;
  readonly #clock: Clock;
  readonly #metrics: FriendGraphMetrics;

  constructor(options: {
    epochs: Pick<DatabaseEpochs, 'read'>;
    viewers: ViewerRepository;
    clock: Clock;
    metrics: FriendGraphMetrics;
  }) {
    this.#epochs = options.epochs;
    this.#viewers = options.viewers;
    this.#clock = options.clock;
    this.#metrics = options.metrics;
  }

  /** See {@link ViewerRepository.read}. Rejects with `unavailable` while PostgreSQL is unavailable. */
  async friendsOf(viewers: readonly UserId[]): Promise<{ viewers: ViewerEdges[]; epoch: GraphEpoch }> {
    this.#metrics.friendsOfBatchSize.observe(viewers.length);
    const stopTimer = this.#metrics.friendsOfSeconds.startTimer();
    // Before the edges: those of a database restored in between belong to a later epoch, for which they are read again.
    const { id, began } = await this.#epochs.read();
    const edges = await this.#viewers.read(viewers, this.#clock.now());
    stopTimer();
    return { viewers: edges, epoch: { id, began } };
  }
}

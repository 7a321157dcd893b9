/** Answers gateways: whom these viewers may see, and within what radius. */
import { DEFAULT_RADIUS_METERS, type UserId, type ViewerFriends } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import type { GrantRepository } from './database/grant-repository.ts';
import type { UserRepository } from './database/user-repository.ts';
import type { FriendGraphMetrics } from './friend-graph-metrics.ts';

export class FriendLookup {
  readonly #users: UserRepository;
  readonly #grants: GrantRepository;
  readonly #clock: Clock;
  readonly #metrics: FriendGraphMetrics;

  constructor(options: { users: UserRepository; grants: GrantRepository; clock: Clock; metrics: FriendGraphMetrics }) {
    this.#users = options.users;
    this.#grants = options.grants;
    this.#clock = options.clock;
    this.#metrics = options.metrics;
  }

  /**
   * One answer per viewer, in the order asked; an unknown viewer has no friends and the default radius. Only grants
   * that deliver now, see `GrantRepository`. Rejects with `unavailable` while PostgreSQL is away.
   */
  async friendsOf(viewers: readonly UserId[]): Promise<ViewerFriends[]> {
    this.#metrics.friendsOfBatchSize.observe(viewers.length);
    const stopTimer = this.#metrics.friendsOfSeconds.startTimer();
    const [radii, edgesOf] = await Promise.all([
      this.#users.radiiOf(viewers),
      this.#grants.friendsOf(viewers, this.#clock.now()),
    ]);
    stopTimer();
    return viewers.map((viewer) => ({
      viewer,
      radiusMeters: radii.get(viewer) ?? DEFAULT_RADIUS_METERS,
      friends: (edgesOf.get(viewer) ?? []).map(({ subject, grant }) => ({ subject, grant })),
    }));
  }
}

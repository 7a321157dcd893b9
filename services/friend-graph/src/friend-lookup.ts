/** Answers gateways: whom these viewers may see, and within what radius. */
import { DEFAULT_RADIUS_METERS, type SubjectSharing, type UserId, type ViewerFriends } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import type { GrantRepository } from './database/grant-repository.ts';
import type { SharingRepository } from './database/sharing-repository.ts';
import type { TokenRevocations } from './database/token-revocations.ts';
import type { UserRepository } from './database/user-repository.ts';
import type { FriendGraphMetrics } from './friend-graph-metrics.ts';

export interface FriendLookupAnswer {
  /** One per viewer, in the order asked. */
  readonly viewers: ViewerFriends[];
  /** Of all friends in the answer those who have ever paused, each once. */
  readonly sharing: SubjectSharing[];
}

export class FriendLookup {
  readonly #users: UserRepository;
  readonly #grants: GrantRepository;
  readonly #sharing: SharingRepository;
  readonly #revocations: TokenRevocations;
  readonly #clock: Clock;
  readonly #metrics: FriendGraphMetrics;

  constructor(options: {
    users: UserRepository;
    grants: GrantRepository;
    sharing: SharingRepository;
    revocations: TokenRevocations;
    clock: Clock;
    metrics: FriendGraphMetrics;
  }) {
    this.#users = options.users;
    this.#grants = options.grants;
    this.#sharing = options.sharing;
    this.#revocations = options.revocations;
    this.#clock = options.clock;
    this.#metrics = options.metrics;
  }

  /**
   * An unknown viewer has no friends and the default radius. Only grants that deliver now, see `GrantRepository`; a
   * friend who has paused is there with that pause. Rejects with `unavailable` while PostgreSQL is away.
   */
  async friendsOf(viewers: readonly UserId[]): Promise<FriendLookupAnswer> {
    this.#metrics.friendsOfBatchSize.observe(viewers.length);
    const stopTimer = this.#metrics.friendsOfSeconds.startTimer();
    const [radii, signedOutBefore, [edgesOf, sharing]] = await Promise.all([
      this.#users.radiiOf(viewers),
      this.#revocations.signedOutBeforeOf(viewers),
      this.#readFriends(viewers),
    ]);
    stopTimer();
    const answers = viewers.map((viewer) => ({
      viewer,
      radiusMeters: radii.get(viewer)?.meters ?? DEFAULT_RADIUS_METERS,
      radiusVersion: radii.get(viewer)?.version ?? 0,
      signedOutBefore: signedOutBefore.get(viewer) ?? null,
      friends: (edgesOf.get(viewer) ?? []).map(({ subject, grant, version }) => ({ subject, grant, version })),
    }));
    return { viewers: answers, sharing };
  }

  async #readFriends(viewers: readonly UserId[]) {
    const edgesOf = await this.#grants.friendsOf(viewers, this.#clock.now());
    const subjects = new Set<UserId>();
    for (const edges of edgesOf.values()) for (const { subject } of edges) subjects.add(subject);
    return [edgesOf, await this.#sharing.sharingOf([...subjects])] as const;
  }
}

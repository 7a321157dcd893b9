/** Tells the viewers of users who became active, each through its inbox. */

import type { Publish } from '@nearby-friends/bus';
import {
  CodedError,
  type Grant,
  inboxChannel,
  inboxMessageCodec,
  type Position,
  type UserId,
} from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import type { GrantedEdge, GrantRepository } from './database/grant-repository.ts';
import type { FriendGraphMetrics } from './friend-graph-metrics.ts';

export interface ActiveUser {
  readonly user: UserId;
  /** The version of the position, ms since the epoch on Redis' clock. */
  readonly at: number;
  readonly position: Position;
}

/** What is needed of the rights: who may see these people. */
export type ReverseFriends = Pick<GrantRepository, 'reverseFriendsOf'>;

/** How many messages are on their way to Redis at once: memory stays bounded however many viewers there are. */
export const PUBLISHES_IN_FLIGHT = 1_000;

export class ActivityAnnouncer {
  readonly #grants: ReverseFriends;
  readonly #publish: Publish;
  readonly #clock: Clock;
  readonly #metrics: FriendGraphMetrics;

  constructor(options: { grants: ReverseFriends; publish: Publish; clock: Clock; metrics: FriendGraphMetrics }) {
    this.#grants = options.grants;
    this.#publish = options.publish;
    this.#clock = options.clock;
    this.#metrics = options.metrics;
  }

  /**
   * Publishes `friend-active` to the inbox of every viewer whose grant delivers now; nothing to a viewer whose grant is
   * hidden or over. Resolves once Redis has taken all of them; rejects with `unavailable` when the rights cannot be
   * read (then nothing is published) or Redis does not take one (then some may have been, and saying it again is
   * harmless).
   */
  async announce(active: readonly ActiveUser[]): Promise<void> {
    this.#metrics.announceBatchSize.observe(active.length);
    const stopTimer = this.#metrics.reverseFriendsSeconds.startTimer();
    const subjects = [...new Set(active.map(({ user }) => user))];
    const edgesTo = await this.#grants.reverseFriendsOf(subjects, this.#clock.now());
    stopTimer();
    for (const activity of active) await this.#tellViewers(activity, edgesTo.get(activity.user) ?? []);
    this.#metrics.activeUsersAnnounced.inc(active.length);
  }

  async #tellViewers({ user, at, position }: ActiveUser, edges: readonly GrantedEdge[]): Promise<void> {
    // Viewers with the same grant get the same bytes, and most grants are the same.
    const encoded = new Map<string, Buffer>();
    const encode = (grant: Grant): Buffer => {
      const key = `${grant.precision} ${grant.until}`;
      const known = encoded.get(key);
      if (known) return known;
      const message = inboxMessageCodec.encode({ kind: 'friend-active', subject: user, grant, at, position });
      encoded.set(key, message);
      return message;
    };
    for (let start = 0; start < edges.length; start += PUBLISHES_IN_FLIGHT) {
      // Once more, at the last moment: a grant may have ended while the others were told.
      const now = this.#clock.now();
      const due = edges.slice(start, start + PUBLISHES_IN_FLIGHT).filter(({ grant }) => delivers(grant, now));
      await this.#publishAll(due.map(({ viewer, grant }) => [inboxChannel(viewer), encode(grant)]));
    }
  }

  async #publishAll(messages: readonly [channel: string, payload: Buffer][]): Promise<void> {
    try {
      await Promise.all(messages.map(([channel, payload]) => this.#publish(channel, payload)));
    } catch (error) {
      throw new CodedError('unavailable', 'Not all viewers could be told. Announce it again.', { cause: error });
    }
    this.#metrics.friendActivePublished.inc(messages.length);
  }
}

function delivers(grant: Grant, now: number): boolean {
  return grant.precision !== 'hidden' && (grant.until === null || grant.until > now);
}

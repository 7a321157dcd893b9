/** Tells the viewers of users who became active, each through its inbox. */

import type { Publish, StreamEnd } from '@nearby-friends/bus';
import {
  CodedError,
  type InboxMessage,
  inboxChannel,
  inboxMessageCodec,
  isGranted,
  type Position,
  type UserId,
} from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import type { GrantedEdge, GrantRepository } from '../database/grant-repository.ts';
import type { SharingRepository, SubjectSharing } from '../database/sharing-repository.ts';
import type { FriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';

export interface ActiveUser {
  readonly user: UserId;
  /** The version of the position, ms since the epoch on Redis' clock. */
  readonly at: number;
  readonly position: Position;
}

/** What is needed of the rights: who may see these people, and which of them have ever paused. */
export type ReverseFriends = Pick<GrantRepository, 'reverseFriendsOf'>;
export type SharingOfSubjects = Pick<SharingRepository, 'sharingOf'>;

/** How many messages are on their way to Redis at once: memory stays bounded however many viewers there are. */
export const PUBLISHES_IN_FLIGHT = 1_000;
/**
 * Rights that were read longer ago are read again, ms: nobody is told under a right that was taken away longer ago than
 * a gateway may itself be behind. Far below the time for which gateways remember that a right was taken away.
 */
export const MAX_RIGHTS_AGE_MS = 5_000;

interface Rights {
  /** When reading began, ms on the monotonic clock. */
  readonly readAt: number;
  /** Where the stream of graph events ended before that: what it has said by then is in what was read. */
  readonly asOf: StreamEnd;
  readonly edgesTo: ReadonlyMap<UserId, readonly GrantedEdge[]>;
  readonly sharing: ReadonlyMap<UserId, SubjectSharing>;
}

export class ActivityAnnouncer {
  readonly #grants: ReverseFriends;
  readonly #sharing: SharingOfSubjects;
  readonly #publish: Publish;
  readonly #streamEnd: () => Promise<StreamEnd>;
  readonly #clock: Clock;
  readonly #metrics: FriendGraphMetrics;

  constructor(options: {
    grants: ReverseFriends;
    sharing: SharingOfSubjects;
    publish: Publish;
    /** Of the graph events. */
    streamEnd: () => Promise<StreamEnd>;
    clock: Clock;
    metrics: FriendGraphMetrics;
  }) {
    this.#grants = options.grants;
    this.#sharing = options.sharing;
    this.#publish = options.publish;
    this.#streamEnd = options.streamEnd;
    this.#clock = options.clock;
    this.#metrics = options.metrics;
  }

  /**
   * Publishes `friend-active` to the inbox of every viewer whose grant delivers now; nothing to a viewer whose grant is
   * hidden or over. A subject's pause goes along, for the gateways to heed. Resolves once Redis has taken all of them;
   * rejects with `unavailable` when the rights cannot be read (then nothing more is published) or Redis does not take
   * one (then some may have been, and saying it again is harmless).
   */
  async announce(active: readonly ActiveUser[]): Promise<void> {
    this.#metrics.announceBatchSize.observe(active.length);
    const subjects = [...new Set(active.map(({ user }) => user))];
    let rights = await this.#readRights(subjects);
    for (const activity of active) rights = await this.#tellViewers(activity, rights, subjects);
    this.#metrics.activeUsersAnnounced.inc(active.length);
  }

  async #readRights(subjects: readonly UserId[]): Promise<Rights> {
    const readAt = this.#clock.now();
    const asOf = await this.#findStreamEnd();
    const stopTimer = this.#metrics.reverseFriendsSeconds.startTimer();
    const [edgesTo, sharing] = await Promise.all([
      this.#grants.reverseFriendsOf(subjects, readAt),
      this.#sharing.sharingOf(subjects),
    ]);
    stopTimer();
    return { readAt, asOf, edgesTo, sharing: new Map(sharing.map((one) => [one.subject, one])) };
  }

  async #findStreamEnd(): Promise<StreamEnd> {
    try {
      return await this.#streamEnd();
    } catch (error) {
      throw new CodedError('unavailable', 'Redis did not say where the events end. Announce it again.', {
        cause: error,
      });
    }
  }

  /** Answers the rights as they were read last, for the next one. */
  async #tellViewers(activity: ActiveUser, given: Rights, subjects: readonly UserId[]): Promise<Rights> {
    let rights = given;
    let waiting = rights.edgesTo.get(activity.user) ?? [];
    const told = new Set<UserId>();
    while (waiting.length > 0) {
      // Once more, at the last moment: a grant may have ended or been taken away while the others were told.
      const now = this.#clock.now();
      if (now - rights.readAt > MAX_RIGHTS_AGE_MS) {
        rights = await this.#readRights(subjects);
        waiting = (rights.edgesTo.get(activity.user) ?? []).filter(({ viewer }) => !told.has(viewer));
        continue;
      }
      const batch = waiting.slice(0, PUBLISHES_IN_FLIGHT);
      waiting = waiting.slice(PUBLISHES_IN_FLIGHT);
      for (const { viewer } of batch) told.add(viewer);
      const due = batch.filter(({ grant }) => isGranted(grant, now));
      const encode = messageEncoder(activity, rights.sharing.get(activity.user), rights.asOf);
      await this.#publishAll(due.map((edge) => [inboxChannel(edge.viewer), encode(edge)]));
    }
    return rights;
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

/** Viewers with the same grant of the same version, such as all who were imported, get the same bytes. */
function messageEncoder({ user, at, position }: ActiveUser, kept: SubjectSharing | undefined, asOf: StreamEnd) {
  const sharing = kept ? { sharing: kept.sharing, version: kept.version } : null;
  const encoded = new Map<string, Buffer>();
  return ({ grant, version }: GrantedEdge): Buffer => {
    const key = `${version} ${grant.precision} ${grant.until}`;
    const known = encoded.get(key);
    if (known) return known;
    const message: InboxMessage = { kind: 'friend-active', subject: user, grant, version, sharing, at, position, asOf };
    const bytes = inboxMessageCodec.encode(message);
    encoded.set(key, bytes);
    return bytes;
  };
}

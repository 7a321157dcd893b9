/** Announces users who became active to their viewers, through the inbox of each viewer. */
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
import type { DatabaseEpochs } from '../database/database-epochs.ts';
import type { GrantedEdge, GrantRepository } from '../database/grant-repository.ts';
import type { SharingRepository, SubjectSharing } from '../database/sharing-repository.ts';
import type { FriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';

interface ActiveUser {
  readonly user: UserId;
  /** The version of the position, ms since the epoch on Redis' clock. */
  readonly at: number;
  readonly position: Position;
  /** See `PositionRecord`. */
  readonly lifetimeMs?: number | undefined;
}

/** Bounds the memory of messages in flight to Redis, however many viewers there are. */
export const MAX_PUBLISHES_IN_FLIGHT = 1_000;
/**
 * Rights read longer ago are read again, ms: no viewer is notified under a right that was revoked longer ago than a
 * gateway may itself be behind. Far below the time for which gateways remember revocations.
 */
export const MAX_RIGHTS_AGE_MS = 5_000;

interface Rights {
  /** When the read began, ms on the monotonic clock. */
  readonly readAt: number;
  /** Watermark of the graph events before the read: the rights include every event up to it. */
  readonly asOf: StreamEnd;
  /** Id of the database's epoch before the read. */
  readonly graphEpoch: string;
  readonly edgesTo: ReadonlyMap<UserId, readonly GrantedEdge[]>;
  readonly sharing: ReadonlyMap<UserId, SubjectSharing>;
}

export class ActivityAnnouncer {
  readonly #epochs: Pick<DatabaseEpochs, 'read'>;
  readonly #grants: Pick<GrantRepository, 'reverseFriendsOf'>;
  readonly #sharing: Pick<SharingRepository, 'sharingOf'>;
  readonly #publish: Publish;
  readonly #streamEnd: () => Promise<StreamEnd>;
  readonly #clock: Clock;
  readonly #metrics: FriendGraphMetrics;

  constructor(options: {
    epochs: Pick<DatabaseEpochs, 'read'>;
    grants: Pick<GrantRepository, 'reverseFriendsOf'>;
    sharing: Pick<SharingRepository, 'sharingOf'>;
    publish: Publish;
    /** Reads the watermark of the graph events. */
    streamEnd: () => Promise<StreamEnd>;
    clock: Clock;
    metrics: FriendGraphMetrics;
  }) {
    this.#epochs = options.epochs;
    this.#grants = options.grants;
    this.#sharing = options.sharing;
    this.#publish = options.publish;
    this.#streamEnd = options.streamEnd;
    this.#clock = options.clock;
    this.#metrics = options.metrics;
  }

  /**
   * Publishes `friend-active` to the inbox of every viewer whose grant delivers now, and nothing to a viewer whose grant
   * is hidden or expired. The message includes the subject's pause, which gateways apply. Resolves once Redis has all
   * messages. Rejects with `unavailable` if the rights cannot be read (nothing more is published then) or Redis does not
   * accept a message (others may have been published; repeating them is harmless).
   */
  async announce(active: readonly ActiveUser[]): Promise<void> {
    this.#metrics.announceBatchSize.observe(active.length);
    const subjects = [...new Set(active.map(({ user }) => user))];
    let rights = await this.#readRights(subjects);
    for (const activity of active) rights = await this.#notifyViewers(activity, rights, subjects);
    this.#metrics.activeUsersAnnounced.inc(active.length);
  }

  async #readRights(subjects: readonly UserId[]): Promise<Rights> {
    const readAt = this.#clock.now();
    const [asOf, { id: graphEpoch }] = await Promise.all([this.#readStreamEnd(), this.#epochs.read()]);
    const stopTimer = this.#metrics.reverseFriendsSeconds.startTimer();
    const [edgesTo, sharing] = await Promise.all([
      this.#grants.reverseFriendsOf(subjects, readAt),
      this.#sharing.sharingOf(subjects),
    ]);
    stopTimer();
    return { readAt, asOf, graphEpoch, edgesTo, sharing: new Map(sharing.map((one) => [one.subject, one])) };
  }

  async #readStreamEnd(): Promise<StreamEnd> {
    try {
      return await this.#streamEnd();
    } catch (error) {
      const message = 'The watermark of the graph events could not be read from Redis. Announce again.';
      throw new CodedError('unavailable', message, { cause: error });
    }
  }

  /** Returns the rights read last, for the next user. */
  async #notifyViewers(activity: ActiveUser, given: Rights, subjects: readonly UserId[]): Promise<Rights> {
    let rights = given;
    let waiting = rights.edgesTo.get(activity.user) ?? [];
    const notified = new Set<UserId>();
    while (waiting.length > 0) {
      // Checked per batch: a grant may have expired or been revoked while earlier batches were published.
      const now = this.#clock.now();
      if (now - rights.readAt > MAX_RIGHTS_AGE_MS) {
        rights = await this.#readRights(subjects);
        waiting = (rights.edgesTo.get(activity.user) ?? []).filter(({ viewer }) => !notified.has(viewer));
        continue;
      }
      const batch = waiting.slice(0, MAX_PUBLISHES_IN_FLIGHT);
      waiting = waiting.slice(MAX_PUBLISHES_IN_FLIGHT);
      for (const { viewer } of batch) notified.add(viewer);
      const due = batch.filter(({ grant }) => isGranted(grant, now));
      const encode = createEncoder(activity, rights);
      await this.#publishAll(due.map((edge) => [inboxChannel(edge.viewer), encode(edge)]));
    }
    return rights;
  }

  async #publishAll(messages: readonly [channel: string, payload: Buffer][]): Promise<void> {
    try {
      await Promise.all(messages.map(([channel, payload]) => this.#publish(channel, payload)));
    } catch (error) {
      throw new CodedError('unavailable', 'Not all viewers were notified. Announce again.', { cause: error });
    }
    this.#metrics.friendActivePublished.inc(messages.length);
  }
}

/** Viewers with the same grant of the same version, such as all imported ones, share the encoded bytes. */
function createEncoder({ user, ...record }: ActiveUser, { asOf, graphEpoch, sharing: pauses }: Rights) {
  const stored = pauses.get(user);
  const sharing = stored ? { sharing: stored.sharing, version: stored.version } : null;
  const encoded = new Map<string, Buffer>();
  return ({ grant, version }: GrantedEdge): Buffer => {
    const key = `${version} ${grant.precision} ${grant.until} ${grant.shownFrom} ${grant.exactFrom}`;
    const known = encoded.get(key);
    if (known) return known;
    const right = { grant, version, sharing, asOf, graphEpoch };
    const message: InboxMessage = { kind: 'friend-active', subject: user, ...record, ...right };
    const bytes = inboxMessageCodec.encode(message);
    encoded.set(key, bytes);
    return bytes;
  };
}

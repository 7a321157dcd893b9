/** Reads a viewer's active friends, ordered so that no activation is missed. */
import { CodedError, type GraphEpoch, type UserId } from '@nearby-friends/protocol';
import { type Clock, delay, type Logger, type Tracer } from '@nearby-friends/service-kit';
import type { NearbyDelivery } from '../delivery/nearby-delivery.ts';
import type { FriendBoard } from '../friends/friend-board.ts';
import type { FriendDirectory, ViewerRights } from '../friends/friend-directory.ts';
import type { FriendLists } from '../friends/friend-lists.ts';
import type { Inboxes } from '../friends/inboxes.ts';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { RightsLedger } from '../rights/rights-ledger.ts';
import type { Session } from '../viewer/session.ts';
import type { RightsSlice } from '../viewer/slices.ts';
import type { RadiusApplier } from './radius-applier.ts';
import type { Sessions } from './sessions.ts';

const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 2_000;

/** Rights as friend-graph stated them, and the state of the ledger when they were requested. */
interface Reading {
  readonly rights: ViewerRights;
  readonly generation: number;
  readonly mark: number;
}

/**
 * subscribe the inbox → (own position is recorded) → read the friends → read which of them are active → subscribe their
 * channels → read those entries again → snapshot.
 *
 * Why no activation is missed: a viewer subscribes its inbox before it reads; a user's entry is written before it is
 * announced. Either the reading finds the entry, or the announcement finds the inbox.
 *
 * Why no revoked right is restored: a reading is valid only in the generation of the ledger in which it was requested, and
 * each right in it is settled against the events received meanwhile, at the moment it takes effect.
 */
export class SessionOpener {
  readonly #inboxes: Inboxes;
  readonly #directory: Pick<FriendDirectory, 'friendsOf' | 'entryOf'>;
  readonly #lists: FriendLists;
  readonly #delivery: NearbyDelivery;
  readonly #ledger: RightsLedger;
  readonly #board: FriendBoard;
  readonly #sessions: Pick<Sessions, 'revokeTokens'>;
  readonly #acceptEpoch: (epoch: GraphEpoch) => boolean;
  readonly #radii: RadiusApplier;
  readonly #metrics: GatewayMetrics;
  readonly #tracer: Tracer;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(options: {
    inboxes: Inboxes;
    directory: Pick<FriendDirectory, 'friendsOf' | 'entryOf'>;
    lists: FriendLists;
    delivery: NearbyDelivery;
    ledger: RightsLedger;
    board: FriendBoard;
    sessions: Pick<Sessions, 'revokeTokens'>;
    /** Whether rights of that epoch of the database count. Begins it if it is new, and then they do not yet. */
    acceptEpoch: (epoch: GraphEpoch) => boolean;
    radii: RadiusApplier;
    metrics: GatewayMetrics;
    tracer: Tracer;
    clock: Clock;
    logger: Logger;
  }) {
    this.#inboxes = options.inboxes;
    this.#directory = options.directory;
    this.#lists = options.lists;
    this.#delivery = options.delivery;
    this.#ledger = options.ledger;
    this.#board = options.board;
    this.#sessions = options.sessions;
    this.#acceptEpoch = options.acceptEpoch;
    this.#radii = options.radii;
    this.#metrics = options.metrics;
    this.#tracer = options.tracer;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** Opens a session that has its first position; `recorded` settles when that position has been recorded or not. */
  open(session: Session, recorded: Promise<unknown>): Promise<void> {
    const attributes = { 'session.id': session.id };
    return this.#tracer.span('sign-on', { parent: 'none', attributes }, () => this.#open(session, recorded));
  }

  /** The same without a promise: a failure is logged. */
  openInBackground(session: Session, recorded: Promise<unknown>): void {
    this.open(session, recorded).catch((error: unknown) => {
      this.#logger.error({ error, session: session.id }, 'failed to open a session');
    });
  }

  async #open(session: Session, recorded: Promise<unknown>): Promise<void> {
    const startedAt = this.#clock.now();
    await this.#retry(session, async () => {
      await this.#tracer.step('subscribe the inbox', {}, () => this.#inboxes.join(session));
      await this.#tracer.step('wait for the own position to be recorded', {}, () => recorded);
      return this.#readActiveFriends(session);
    });
    if (session.isClosed) return;
    session.goLive();
    this.#delivery.requestSnapshot(session);
    this.#metrics.signOnSeconds.observe((this.#clock.now() - startedAt) / 1000);
  }

  /** After a loss of messages: finds friends who became active meanwhile and drops former friends. */
  async reopen(session: Session): Promise<void> {
    await this.#retry(session, () => this.#readActiveFriends(session));
  }

  /**
   * The session's user may see one more friend: watches the friend if active. Reads the right again, since an event does
   * not say whether the friend pauses. Retries and never rejects.
   */
  async admit(session: Session, friend: UserId): Promise<void> {
    await this.#retry(session, async () => {
      const reading = await this.#readRights(session);
      return this.#watchActive(session, reading, (subject) => subject === friend);
    });
  }

  async #readActiveFriends(session: Session): Promise<boolean> {
    const watchedBefore = session.watches.friends();
    const reading = await this.#readRights(session);
    if (!this.#isValid(session, reading)) return false;
    const { rights, generation, mark } = reading;
    const { signedOutBefore: before, erasedBefore = null } = rights;
    if (before !== null) this.#sessions.revokeTokens(session, { before, erasedBefore });
    const { radiusMeters, radiusVersion: version } = rights;
    this.#radii.apply(session, this.#ledger.settleRadius(session.user, { radiusMeters, version }));
    if (!this.#dropFormerFriends(session, watchedBefore, rights, mark)) return false;
    this.#applyToWatched(session, rights);
    // All rights of the session are of this generation from here on.
    confirm(session, generation);
    return this.#watchActive(session, reading, () => true);
  }

  async #readRights(session: Session): Promise<Reading> {
    const { generation, mark } = this.#ledger;
    const rights = await this.#tracer.step('read the friends', {}, async (span) => {
      const read = await this.#directory.friendsOf(session.user);
      span.describe({ 'friends.count': read.friends.length });
      return read;
    });
    if (rights.epoch && !this.#acceptEpoch(rights.epoch)) {
      throw new CodedError('unavailable', 'The rights are from before the database was restored.');
    }
    return { rights, generation, mark };
  }

  /** A reading that was requested before events may have been missed proves nothing. */
  #isValid(session: Session, { generation }: Reading): boolean {
    return !session.isClosed && generation === this.#ledger.generation;
  }

  /** Returns whether it is certain who is a friend no more; if not, the rights have to be read again. */
  #dropFormerFriends(
    session: Session,
    watchedBefore: readonly UserId[],
    { friends }: ViewerRights,
    mark: number,
  ): boolean {
    const current = new Set(friends.map(({ subject }) => subject));
    let isCertain = true;
    for (const friend of watchedBefore) {
      if (current.has(friend) || !session.watches.has(friend)) continue;
      // An event that was received meanwhile may be newer than the reading, or a late one that is older.
      if (this.#ledger.hasHeardSince(mark, session.user, friend)) isCertain = false;
      else this.#lists.remove(session, friend);
    }
    return isCertain;
  }

  #applyToWatched(session: Session, { friends }: ViewerRights): void {
    for (const { subject, grant, version, sharing } of friends) {
      if (!session.watches.has(subject)) continue;
      this.#board.setSharing(subject, this.#ledger.settleSharing(subject, sharing));
      this.#lists.setRight(session, subject, this.#ledger.settleEdge(session.user, subject, { grant, version }));
    }
  }

  /** Resolves with whether the reading was still valid when it took effect. */
  async #watchActive(session: Session, reading: Reading, isWanted: (friend: UserId) => boolean): Promise<boolean> {
    const friends = reading.rights.friends.filter(({ subject }) => isWanted(subject));
    const entries = await this.#tracer.step('read which of them are active', {}, async (span) => {
      const read = await Promise.all(friends.map(({ subject }) => this.#directory.entryOf(subject)));
      span.describe({ 'friends.active': read.filter((entry) => entry !== null).length });
      return read;
    });
    if (!this.#isValid(session, reading)) return false;
    await this.#tracer.step('subscribe them and read them again', {}, () =>
      Promise.all(
        friends.map((stated, i) => {
          const entry = entries[i];
          return entry ? this.#lists.add(session, stated.subject, stated, entry) : undefined;
        }),
      ),
    );
    return true;
  }

  /**
   * Retries with growing delays after a failure, until the session closes. An attempt resolves with false to be repeated
   * at once.
   */
  async #retry(session: Session, attempt: () => Promise<boolean>): Promise<void> {
    for (let retryMs = RETRY_MIN_MS; !session.isClosed; ) {
      try {
        if (await attempt()) return;
      } catch (error) {
        this.#metrics.openingRetries.inc();
        // At debug level, since every session that signs on gets here while friend-graph is unavailable.
        const reason = error instanceof Error ? error.message : 'unknown';
        this.#logger.debug({ session: session.id, retryMs, reason }, 'failed to open a session, retrying');
        await delay(this.#clock, retryMs);
        retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
      }
    }
  }
}

function confirm(session: RightsSlice, generation: number): void {
  session.confirmedIn = generation;
}

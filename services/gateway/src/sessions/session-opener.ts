/** Finds a viewer's active friends, in the order that lets nobody fall between. */
import type { UserId } from '@nearby-friends/protocol';
import { type Clock, delay, type Logger, type Tracer } from '@nearby-friends/service-kit';
import type { NearbyDelivery } from '../delivery/nearby-delivery.ts';
import type { FriendBoard } from '../friends/friend-board.ts';
import type { FriendDirectory, ViewerRights } from '../friends/friend-directory.ts';
import type { FriendLists } from '../friends/friend-lists.ts';
import type { Inboxes } from '../friends/inboxes.ts';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { RightsLedger } from '../rights/rights-ledger.ts';
import type { Session } from '../viewer/session.ts';

const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 2_000;

/** What friend-graph answered, and what was known when it was asked. */
interface Answer {
  readonly rights: ViewerRights;
  readonly generation: number;
  readonly mark: number;
}

/**
 * subscribe the inbox → (own position is recorded) → read the friends → read who of them is active → subscribe their
 * channels → read those entries again → snapshot.
 *
 * Why nobody falls between: a viewer subscribes its inbox before it reads; a user writes its entry before it is
 * announced. Either this reading finds the entry, or the announcement finds this inbox.
 *
 * Why no right comes back to life: an answer counts only in the generation of the ledger in which it was asked for, and
 * each of its statements is settled against the events that were heard meanwhile, at the moment it takes effect.
 */
export class SessionOpener {
  readonly #inboxes: Inboxes;
  readonly #directory: Pick<FriendDirectory, 'friendsOf' | 'entryOf'>;
  readonly #lists: FriendLists;
  readonly #delivery: NearbyDelivery;
  readonly #ledger: RightsLedger;
  readonly #board: FriendBoard;
  readonly #onSignedOut: (session: Session, before: number) => void;
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
    /** Tokens of the session's user issued at `before` (ms since the epoch) or earlier are void. */
    onSignedOut: (session: Session, before: number) => void;
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
    this.#onSignedOut = options.onSignedOut;
    this.#metrics = options.metrics;
    this.#tracer = options.tracer;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** Opens a session that has its first position; `recorded` settles when that position has been dealt with. */
  open(session: Session, recorded: Promise<unknown>): Promise<void> {
    const attributes = { 'session.id': session.id };
    return this.#tracer.span('sign-on', { parent: 'none', attributes }, () => this.#open(session, recorded));
  }

  async #open(session: Session, recorded: Promise<unknown>): Promise<void> {
    const startedAt = this.#clock.now();
    await this.#untilDone(session, async () => {
      await this.#tracer.step('subscribe the inbox', {}, () => this.#inboxes.join(session));
      await this.#tracer.step('wait until the own position is kept', {}, () => recorded);
      return this.#findActiveFriends(session);
    });
    if (session.isClosed) return;
    session.goLive();
    this.#delivery.requestSnapshot(session);
    this.#metrics.signOnSeconds.observe((this.#clock.now() - startedAt) / 1000);
  }

  /** After a loss: finds friends who became active unheard and drops those who are no friends any more. */
  async reopen(session: Session): Promise<void> {
    await this.#untilDone(session, () => this.#findActiveFriends(session));
  }

  /**
   * The session's user may see one more friend: watches the friend if active. Asks for the right anew, since what was
   * heard does not say whether the friend pauses. Retries by itself and never rejects.
   */
  async admit(session: Session, friend: UserId): Promise<void> {
    await this.#untilDone(session, async () => {
      const answer = await this.#ask(session);
      return this.#watchActive(session, answer, (subject) => subject === friend);
    });
  }

  async #findActiveFriends(session: Session): Promise<boolean> {
    const watchedBefore = session.watches.friends();
    const answer = await this.#ask(session);
    if (!this.#isValid(session, answer)) return false;
    const { rights, generation, mark } = answer;
    if (rights.signedOutBefore !== null) this.#onSignedOut(session, rights.signedOutBefore);
    const { radiusMeters, radiusVersion: version } = rights;
    this.#delivery.setRadius(session, this.#ledger.settleRadius(session.user, { radiusMeters, version }));
    this.#dropFormerFriends(session, watchedBefore, rights, mark);
    this.#applyToWatched(session, rights);
    // From here on everything the session goes by was read in this generation.
    session.confirmedIn = generation;
    return this.#watchActive(session, answer, () => true);
  }

  async #ask(session: Session): Promise<Answer> {
    const { generation, mark } = this.#ledger;
    const rights = await this.#tracer.step('read the friends', {}, async (span) => {
      const answer = await this.#directory.friendsOf(session.user);
      span.describe({ 'friends.count': answer.friends.length });
      return answer;
    });
    return { rights, generation, mark };
  }

  /** An answer that was read before events may have been missed proves nothing. */
  #isValid(session: Session, { generation }: Answer): boolean {
    return !session.isClosed && generation === this.#ledger.generation;
  }

  #dropFormerFriends(
    session: Session,
    watchedBefore: readonly UserId[],
    { friends }: ViewerRights,
    mark: number,
  ): void {
    const current = new Set(friends.map(({ subject }) => subject));
    for (const watched of watchedBefore) {
      // What came in while this was asked may be newer than the answer.
      if (current.has(watched) || this.#ledger.hasHeardSince(mark, session.user, watched)) continue;
      this.#lists.remove(session, watched);
    }
  }

  #applyToWatched(session: Session, { friends }: ViewerRights): void {
    for (const { subject, grant, version, sharing } of friends) {
      if (!session.watches.has(subject)) continue;
      this.#board.setSharing(subject, this.#ledger.settleSharing(subject, sharing));
      this.#lists.setRight(session, subject, this.#ledger.settleEdge(session.user, subject, { grant, version }));
    }
  }

  /** Resolves with whether the answer was still valid when it took effect. */
  async #watchActive(session: Session, answer: Answer, isWanted: (friend: UserId) => boolean): Promise<boolean> {
    const friends = answer.rights.friends.filter(({ subject }) => isWanted(subject));
    const entries = await this.#tracer.step('read which of them are active', {}, async (span) => {
      const read = await Promise.all(friends.map(({ subject }) => this.#directory.entryOf(subject)));
      span.describe({ 'friends.active': read.filter((entry) => entry !== null).length });
      return read;
    });
    if (!this.#isValid(session, answer)) return false;
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
   * Tries again, with growing pauses after a failure, for as long as the session is there. An attempt resolves with
   * false when it has to be made again at once.
   */
  async #untilDone(session: Session, attempt: () => Promise<boolean>): Promise<void> {
    for (let retryMs = RETRY_MIN_MS; !session.isClosed; ) {
      try {
        if (await attempt()) return;
      } catch (error) {
        this.#metrics.openingRetries.inc();
        // Not louder: while friend-graph is away every session that signs on comes by here, again and again.
        const reason = error instanceof Error ? error.message : 'unknown';
        this.#logger.debug({ session: session.id, retryMs, reason }, 'a session could not be opened yet');
        await delay(this.#clock, retryMs);
        retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
      }
    }
  }
}

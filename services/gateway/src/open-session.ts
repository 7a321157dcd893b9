/** Finds a viewer's active friends, in the order that lets nobody fall between. */
import type { UserId, ViewerFriends } from '@nearby-friends/protocol';
import { type Clock, delay, type Logger } from '@nearby-friends/service-kit';
import type { NearbyDelivery } from './deliver-nearby.ts';
import type { FriendLists } from './friend-lists.ts';
import type { FriendsDirectory } from './friends-directory.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import type { Inboxes } from './inboxes.ts';
import type { Session } from './session.ts';

const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 2_000;

/**
 * subscribe the inbox → (own position is recorded) → read the friends → read who of them is active → subscribe their
 * channels → read those entries again → snapshot.
 *
 * Why nobody falls between: a viewer subscribes its inbox before it reads; a user writes its entry before it is
 * announced. Either this reading finds the entry, or the announcement finds this inbox.
 */
export class SessionOpener {
  readonly #inboxes: Inboxes;
  readonly #directory: Pick<FriendsDirectory, 'friendsOf' | 'entryOf'>;
  readonly #lists: FriendLists;
  readonly #delivery: NearbyDelivery;
  readonly #metrics: GatewayMetrics;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(options: {
    inboxes: Inboxes;
    directory: Pick<FriendsDirectory, 'friendsOf' | 'entryOf'>;
    lists: FriendLists;
    delivery: NearbyDelivery;
    metrics: GatewayMetrics;
    clock: Clock;
    logger: Logger;
  }) {
    this.#inboxes = options.inboxes;
    this.#directory = options.directory;
    this.#lists = options.lists;
    this.#delivery = options.delivery;
    this.#metrics = options.metrics;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** Opens a session that has its first position; `recorded` settles when that position has been dealt with. */
  async open(session: Session, recorded: Promise<unknown>): Promise<void> {
    const startedAt = this.#clock.now();
    await this.#untilDone(session, async () => {
      await this.#inboxes.join(session);
      await recorded;
      await this.#findActiveFriends(session);
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

  async #findActiveFriends(session: Session): Promise<void> {
    const { radiusMeters: radiusBefore } = session;
    const watchedBefore = [...session.watches.keys()];
    const { radiusMeters, friends } = await this.#directory.friendsOf(session.user);
    if (session.isClosed) return;
    // What came in while this was asked is newer than the answer.
    if (session.radiusMeters === radiusBefore) this.#delivery.setRadius(session, radiusMeters);
    this.#dropFormerFriends(session, watchedBefore, friends);
    const entries = await Promise.all(friends.map(({ subject }) => this.#directory.entryOf(subject)));
    await Promise.all(
      friends.map(({ subject, grant }, i) => {
        const entry = entries[i];
        return entry ? this.#lists.add(session, subject, grant, entry) : undefined;
      }),
    );
  }

  #dropFormerFriends(session: Session, watchedBefore: readonly UserId[], friends: ViewerFriends['friends']): void {
    const current = new Set(friends.map(({ subject }) => subject));
    for (const watched of watchedBefore) {
      if (!current.has(watched)) this.#lists.remove(session, watched);
    }
  }

  /** Tries again, with growing pauses, for as long as the session is there. */
  async #untilDone(session: Session, attempt: () => Promise<void>): Promise<void> {
    for (let retryMs = RETRY_MIN_MS; !session.isClosed; retryMs = Math.min(retryMs * 2, RETRY_MAX_MS)) {
      try {
        await attempt();
        return;
      } catch (error) {
        this.#metrics.openingRetries.inc();
        // Not louder: while friend-graph is away every session that signs on comes by here, again and again.
        const reason = error instanceof Error ? error.message : 'unknown';
        this.#logger.debug({ session: session.id, retryMs, reason }, 'a session could not be opened yet');
        await delay(this.#clock, retryMs);
      }
    }
  }
}
